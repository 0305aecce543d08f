import { overBy, timeOfDay } from "../core/hours.ts";
import type { AttendedSight, GuardUpdate, Shift, Waiting } from "../core/live.ts";
import { type Monotonic, minutes, since } from "../core/units.ts";
import type { AttendedPerson, GuardView } from "../core/views.ts";
import type { Clock } from "../ports/clock.ts";
import type { LinkState } from "../ports/orders.ts";

const QUARTER = minutes(15);
/** A count this small could point at somebody (P15). */
const FEW = 4;
const SHOWN_QUARTERS = 10;

/** A count as it may be shown: 0, "1–4", or the number. */
export const shownCount = (count: number): string => (count >= 1 && count <= FEW ? "1–4" : String(count));

/** How tall a quarter-hour's bar is, 0 … 1; bars of 1 to 4 persons are all as tall as 4, or the bar would tell. */
const share = (count: number, most: number): number => (count === 0 ? 0 : Math.max(count, FEW) / Math.max(most, FEW));

function waiting(person: AttendedPerson, now: Monotonic): Waiting {
  const next = person.nextCall ?? null;
  return {
    id: person.id,
    waitedMs: Math.round(since(person.since, now)),
    nextCallMs: next === null ? null : Math.round(since(now, next)),
    calls: person.calls,
  };
}

function sight(person: AttendedPerson, now: Monotonic): AttendedSight {
  const { reasons, temperature, colourHint, complaint, report, may } = person;
  const receivedAt = person.receivedAt ?? null;
  return {
    ...waiting(person, now),
    ...{ reasons, temperature, colourHint, complaint, report, may },
    receivedAt: receivedAt === null ? null : timeOfDay(receivedAt),
    tries: person.tries ?? 1,
  };
}

/** The guard's view as one tablet may see it; without a shift it holds no reason of anybody. */
export function guardSight(view: GuardView, shift: Shift | null, clock: Clock, link: LinkState | null): GuardUpdate {
  const now = clock.monotonic();
  const wall = clock.wall();
  const trusted = wall.trust !== "unsynced";
  const quarter = wall.at - (wall.at % QUARTER);
  const past = (view.quarters ?? []).slice(-SHOWN_QUARTERS);
  const most = Math.max(0, ...past.map((entry) => entry.granted));
  return {
    kind: "guard",
    at: Math.round(now),
    time: trusted ? timeOfDay(wall.at) : null,
    shift,
    mode: view.mode,
    until: view.mode === "lockdown" && view.until != null ? overBy(view.until) : null,
    street: view.street,
    maskRefused: view.maskRefused,
    waiting: view.attended.map((person) => waiting(person, now)),
    attended: shift === null ? [] : view.attended.map((person) => sight(person, now)),
    counts: Object.fromEntries(Object.entries(view.counts).map(([key, count]) => [key, shownCount(count)])),
    quarter: trusted ? [timeOfDay(quarter as typeof wall.at), timeOfDay((quarter + QUARTER) as typeof wall.at)] : null,
    history: past.map((entry) => ({
      from: timeOfDay(entry.from),
      granted: shownCount(entry.granted),
      share: share(entry.granted, most),
    })),
    troubles: view.troubles,
    link: link === null ? null : { up: link.broker === "connected" && link.centre === "online", backlog: link.backlog },
  };
}
