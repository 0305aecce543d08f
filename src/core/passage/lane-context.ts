/** What the lane machine remembers, and the plain functions that change it. No person's data outlives its turn here. */
import type {
  BodyTemperature,
  Credential,
  Direction,
  LaneMode,
  Mask,
  Release,
  ReleaseCause,
  Verdict,
} from "../flow.ts";
import { type Instant, type Millis, type Monotonic, since } from "../units.ts";
import { groupVerdict, nextForehead } from "./judge.ts";
import type { Decision, LaneTimings, Person, Ticket } from "./lane-events.ts";

/** The rules, given one person; the caller's closure knows site, mask, mode and wall time. */
export type Decide = (person: Person, direction: Direction, mask: Mask) => Verdict;

/** What a credential counts for now: the pass of somebody who waits may be used by somebody else meanwhile (P-replay). */
export type Again = (credential: Credential, direction: Direction) => Credential;

export interface LaneContext {
  readonly timings: LaneTimings;
  readonly decide: Decide;
  readonly again: Again;

  readonly fire: boolean;
  readonly ready: boolean;
  readonly service: boolean;
  readonly maintenance: boolean;
  readonly lockdown: boolean;
  readonly lockdownFor: Millis;
  /** When it ends, for whoever reads the screen; it lapses by `lockdownFor` alone. */
  readonly lockdownUntil: Instant | null;

  /** Outside the rules' dates (P2). */
  readonly open: boolean;
  readonly blind: boolean;
  readonly mask: Mask;
  readonly wide: boolean;
  readonly present: Readonly<Record<Direction, boolean>>;

  /** Counts presentations; events of an older turn are ignored. */
  readonly turn: number;
  readonly direction: Direction;
  /** Codes announced for this turn; 0 before the first. */
  readonly expected: number;
  readonly people: readonly Person[];
  /** A forehead that was taken before its code. */
  readonly forehead: BodyTemperature | null;
  readonly decision: Decision | null;

  readonly wantedExit: { readonly cause: ReleaseCause; readonly credentials: readonly Credential[] } | null;
  readonly wantedGuard: Release | null;
  readonly wantedGrant: Ticket | null;
  /** The one release in flight. */
  readonly ticket: Ticket | null;
  readonly passages: number;
  readonly pulsing: boolean;
}

export interface LaneMachineInput {
  readonly timings: LaneTimings;
  /** The rules (core/verdict), closed over site and wall time. */
  readonly decide: Decide;
  readonly again: Again;
  /** The emergency latch was found set at boot. */
  readonly latched: boolean;
}

export function initialContext({ timings, decide, again, latched }: LaneMachineInput): LaneContext {
  return {
    timings,
    decide,
    again,
    fire: latched,
    ready: false,
    service: true,
    maintenance: false,
    lockdown: false,
    lockdownFor: timings.result,
    lockdownUntil: null,
    open: false,
    blind: false,
    mask: "unknown",
    wide: false,
    present: { entry: false, exit: false },
    turn: 0,
    direction: "entry",
    expected: 0,
    people: [],
    forehead: null,
    decision: null,
    wantedExit: null,
    wantedGuard: null,
    wantedGrant: null,
    ticket: null,
    passages: 0,
    pulsing: false,
  };
}

/** The lane's mode: fire above everything, then maintenance, boot and faults, then a lockdown. */
export function modeOf(context: LaneContext): LaneMode {
  if (context.fire) return "emergency";
  if (context.maintenance) return "maintenance";
  if (!context.ready || !context.service) return "out-of-service";
  return context.lockdown ? "lockdown" : "normal";
}

/** Whether somebody on this side may be asked for a code now. */
export function serves(context: LaneContext, side: Direction): boolean {
  const mode = modeOf(context);
  return mode === "normal" || (mode === "lockdown" && side === "exit");
}

/** The side on which somebody stands who may be served; entry first, since exits open by themselves. */
export function servableSide(context: LaneContext): Direction | null {
  if (context.present.entry && serves(context, "entry")) return "entry";
  if (context.present.exit && serves(context, "exit")) return "exit";
  return null;
}

/** A new turn: everything about the person before is gone. */
export function beginTurn(context: LaneContext, direction: Direction): Partial<LaneContext> {
  return { turn: context.turn + 1, direction, ...nobody };
}

export const nobody = {
  expected: 0,
  people: [],
  forehead: null,
  decision: null,
} as const satisfies Partial<LaneContext>;

/** Code and forehead belong together for `codeToTemperature` at most. */
function together(context: LaneContext, readAt: Monotonic, body: BodyTemperature): boolean {
  const apart = Math.max(since(readAt, body.at), since(body.at, readAt));
  return apart <= context.timings.codeToTemperature;
}

/** Adds a checked credential, and a forehead taken before it where the two belong together. */
export function withCredential(context: LaneContext, credential: Credential, readAt: Monotonic): Partial<LaneContext> {
  const people = [...context.people, { credential, readAt, temperature: null }];
  return context.forehead === null ? { people } : pair({ ...context, people }, context.forehead);
}

/** Gives the forehead to the next person who waits for one; keeps it where no code is checked yet. */
export function withTemperature(context: LaneContext, body: BodyTemperature): Partial<LaneContext> {
  return nextForehead(context.people, context.direction) === -1 ? { forehead: body } : pair(context, body);
}

function pair(context: LaneContext, body: BodyTemperature): Partial<LaneContext> {
  const next = nextForehead(context.people, context.direction);
  const person = context.people[next];
  if (person === undefined) return { people: context.people, forehead: body };
  if (!together(context, person.readAt, body)) return { people: context.people, forehead: null };
  // A family's page is one carrier under one presence: the others' five seconds begin when this forehead is done.
  const people = context.people.map((other, index) =>
    index === next ? { ...other, temperature: body } : { ...other, readAt: body.at },
  );
  return { people, forehead: null };
}

const bare = (outcome: "no-credential" | "unverifiable"): Credential => ({
  outcome,
  notAPass: null,
  medium: null,
  passId: null,
  subject: null,
  forWhom: null,
  paperDaysLeft: null,
  offline: true,
  colour: null,
  paperAgain: false,
});

/** The person whom nothing was read of: no code shown, or no reader to read one. */
export function withoutCode(context: LaneContext, at: Monotonic): Partial<LaneContext> {
  const credential = bare(context.blind ? "unverifiable" : "no-credential");
  return { expected: 1, people: [{ credential, readAt: at, temperature: null }] };
}

/** A health report is due although the presentation broke off: a red or yellow that was seen is reported (P8). */
export function owesReport(context: LaneContext): boolean {
  return context.people.some(({ credential }) => credential.outcome === "red" || credential.outcome === "yellow");
}

/** Somebody of this turn holds a pass that was used since it was verified. */
export function usedMeanwhile({ people, direction, again }: LaneContext): boolean {
  return people.some(({ credential }) => again(credential, direction) !== credential);
}

/** Somebody went in on staff's word while this turn was served at the entrance. */
export const letIn = ({ direction }: LaneContext, { release }: Ticket): boolean =>
  direction === "entry" && release.direction === "entry" && release.cause !== "grant";

/** The verdict of this turn. On exit a person without a code is judged by the forehead alone. */
export function judged(context: LaneContext, at: Monotonic): Partial<LaneContext> {
  const people =
    context.people.length > 0
      ? context.people.map((each) => ({ ...each, credential: context.again(each.credential, context.direction) }))
      : [{ credential: bare("no-credential"), readAt: at, temperature: context.forehead }];
  const each = people.map((person) => context.decide(person, context.direction, context.mask));
  const { turn, direction, mask } = context;
  return { decision: { turn, direction, people, each, verdict: groupVerdict(each), mask }, people };
}

/** The ticket of a granted decision on entry. */
export function grantTicket(context: LaneContext): Ticket | null {
  const { decision } = context;
  if (decision === null || decision.verdict.kind !== "grant") return null;
  const people = decision.people.length;
  const release: Release = { direction: "entry", cause: "grant", people, wide: context.wide || people > 1 };
  return { release, turn: decision.turn, credentials: decision.people.map((person) => person.credential) };
}

/**
 * Whether a release that staff asked for may still be carried out in this mode. What was put off by a lockdown, by
 * maintenance or by a fire is never made up for later, when nobody is looking any more.
 */
export function stillWanted(context: LaneContext): boolean {
  const mode = modeOf(context);
  return mode === "normal" || (mode === "out-of-service" && context.wantedGuard?.cause !== "order");
}

/** No release is on its way and none waits. */
export const nothingWaits = ({ ticket, wantedExit, wantedGuard, wantedGrant }: LaneContext): boolean =>
  [ticket, wantedExit, wantedGuard, wantedGrant].every((each) => each === null);

/** The next ticket for the turnstile: whoever wants out goes first. */
export function nextTicket(context: LaneContext): { ticket: Ticket; rest: Partial<LaneContext> } | null {
  if (context.wantedExit !== null) {
    const { cause, credentials } = context.wantedExit;
    const ticket: Ticket = {
      release: { direction: "exit", cause, people: 1, wide: false },
      turn: context.turn,
      credentials,
    };
    return { ticket, rest: { wantedExit: null } };
  }
  const mode = modeOf(context);
  if (context.wantedGuard !== null && (mode === "normal" || mode === "out-of-service")) {
    const ticket: Ticket = { release: context.wantedGuard, turn: context.turn, credentials: [] };
    return { ticket, rest: { wantedGuard: null } };
  }
  if (context.wantedGrant !== null && mode === "normal") {
    return { ticket: context.wantedGrant, rest: { wantedGrant: null, wide: false } };
  }
  return null;
}
