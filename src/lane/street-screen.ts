/**
 * What the street sees: one total function from the machine's state (and what the reader and the thermometer add) to a
 * screen. Nobody's result is here once the machine serves the next person.
 */
import type { BodyTemperature, Direction, Guidance, LaneMode } from "../core/flow.ts";
import { nextForehead } from "../core/passage/judge.ts";
import { type LaneContext, modeOf } from "../core/passage/lane-context.ts";
import type { Instant } from "../core/units.ts";
import type { Period } from "../core/verdict/site-rules.ts";
import { type StreetAnswer, streetOf } from "../core/verdict/street.ts";
import type { StreetScreen } from "../core/views.ts";

/** The access region's state, by name. */
export type Access =
  | "idle"
  | "presented"
  | "screening"
  | "deciding"
  | "waiting"
  | "granted"
  | "leaving"
  | "denied"
  | "attended"
  | "lingering"
  | "retry";

export interface Surroundings {
  /** Which side's idle screen this lane shows. */
  readonly side: Direction;
  readonly period: Period;
  /** When the rules come into force, for those who are told before (P2). */
  readonly from: Instant | null;
  /** The reader's advice, already held back for its 700 ms. */
  readonly guidance: Guidance | null;
  /** The measurement asks for another try within the band. */
  readonly again: boolean;
  /** A check has taken longer than the "one moment" delay. */
  readonly slow: boolean;
  /** No camera or no thermometer answers. */
  readonly deviceOut: boolean;
  /** Something that just happened (tailgating, torn, …) and nobody else's turn has begun. */
  readonly notice: StreetScreen | null;
  /** The one who was sent to staff has waited for 60 s, and for no longer than a next step stays after that. */
  readonly unanswered: boolean;
  /** Mains power is going. */
  readonly powerGoing: boolean;
}

export interface Shown {
  readonly screen: StreetScreen;
  readonly values: Readonly<Record<string, string | number>>;
  readonly complaint: boolean;
}

const plain = (screen: StreetScreen, values: Shown["values"] = {}): Shown => ({ screen, values, complaint: false });

/** The screen for this state. */
export function shownOf(context: LaneContext, access: Access, around: Surroundings): Shown {
  if (around.powerGoing) return plain("power-going");
  const closed = byMode(modeOf(context), context.direction, access);
  const { lockdownUntil: until } = context;
  if (closed !== null) return plain(closed, closed === "lockdown" && until !== null ? { until } : {});
  switch (access) {
    case "idle":
      return waitingFor(context, around);
    case "lingering":
      // Who may walk now is told so before anything: somebody else may have let them through.
      return happening(context, around) ?? unanswered(context, around) ?? plain(idle(around));
    case "presented":
      return plain(around.guidance ?? around.notice ?? (context.direction === "entry" ? idle(around) : "idle-exit"));
    case "screening":
    case "deciding":
      return measuring(context, around);
    case "waiting":
      return plain("wait");
    case "retry":
      // Whoever shows it again needs what is out of order now: staff let them through.
      return around.deviceOut ? plain("device-out") : { ...plain("show-again"), complaint: true };
    case "granted":
    case "leaving":
    case "denied":
    case "attended":
      return result(context, around);
  }
}

/** The answer that a decision gets, on the screen, by sound and by a call. */
export function answerOf(context: LaneContext, period: Period): StreetAnswer | null {
  const { decision } = context;
  if (decision === null) return null;
  const notAPass = decision.people[0]?.credential.notAPass ?? null;
  const { direction, verdict, people } = decision;
  return streetOf(verdict, { direction, mode: modeOf(context), period, notAPass, people: people.length });
}

function byMode(mode: LaneMode, direction: Direction, access: Access): StreetScreen | null {
  switch (mode) {
    case "emergency":
      return "free-exit";
    case "out-of-service":
    case "maintenance":
      return "out-of-service";
    case "lockdown":
      return direction === "exit" && access !== "idle" ? null : "lockdown";
    case "normal":
      return null;
  }
}

const waitingFor = (context: LaneContext, around: Surroundings): Shown =>
  happening(context, around) ?? plain(idle(around));

function happening(context: LaneContext, around: Surroundings): Shown | null {
  const screen = around.notice ?? walking(context);
  return screen === null ? null : plain(screen);
}

/** Staff were called and did not come: whom to ring up. The same for everything that reads "please see staff". */
function unanswered(context: LaneContext, around: Surroundings): Shown | null {
  const answer = around.unanswered ? answerOf(context, around.period) : null;
  return answer?.screen === "see-staff" ? { screen: "see-staff-call", values: {}, complaint: answer.complaint } : null;
}

function idle(around: Surroundings): StreetScreen {
  if (around.period === "after") return "after-end";
  if (around.deviceOut) return "device-out";
  return around.side === "entry" ? "idle-entry" : "idle-exit";
}

/** Somebody walks on a release that no verdict of the lane stands for. */
function walking(context: LaneContext): StreetScreen | null {
  const release = context.ticket?.release;
  if (release === undefined || release.cause === "grant") return null;
  if (release.direction === "exit") return "go-exit";
  return release.wide ? "assistance" : "go-release";
}

function measuring(context: LaneContext, around: Surroundings): Shown {
  const next = nextForehead(context.people, context.direction);
  if (context.expected > 1) return plain("one-at-a-time", { n: Math.max(next, 0) + 1, of: context.expected });
  if (around.slow) return plain("wait");
  return plain(around.again ? "again" : "forehead");
}

function result(context: LaneContext, around: Surroundings): Shown {
  const answer = answerOf(context, around.period);
  if (answer === null) return plain(idle(around));
  const late = unanswered(context, around);
  if (late !== null) return late;
  const { screen, complaint } = answer;
  const people = context.decision?.people.length ?? 1;
  const days = context.decision?.people[0]?.credential.paperDaysLeft ?? 0;
  if (screen === "go" && context.ticket?.release.wide) return plain("assistance");
  const from = around.from === null ? {} : { from: around.from };
  return { screen, values: { people, days, ...from }, complaint };
}

/** How far the forehead's measurement is, for the ring; null where none is asked for. */
export function ringOf(access: Access, progress: number, body: BodyTemperature | null): number | null {
  if (access !== "screening") return null;
  return body === null ? progress : 1;
}
