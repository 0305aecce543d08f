/**
 * The registry of troubles: one source for indicator, screens, events and watchdog. A pure reducer; what follows from
 * another trouble stays silent, what is brief stays unseen, and the lane's effect waits for neither.
 */
import { after, type Monotonic, since } from "../units.ts";
import { type LaneEffect, type TroubleId, troubleIds, troubles } from "./declared.ts";

interface Lasting {
  readonly since: Monotonic;
  /** Its raising was told: so its end is told, too. */
  readonly told: boolean;
}

export type Troubles = Readonly<Partial<Record<TroubleId, Lasting>>>;
export const noTroubles: Troubles = {};

/** Says how things stand with one trouble. Saying the same again changes nothing: it lasts from its first word. */
export function observed(state: Troubles, id: TroubleId, lasts: boolean, at: Monotonic): Troubles {
  if (lasts === (state[id] !== undefined)) return state;
  if (lasts) return { ...state, [id]: { since: at, told: false } };
  const { [id]: _over, ...rest } = state;
  return rest;
}

/** Why a trouble isn't shown: the first lasting one that it follows from, at whatever remove, or null. */
export function causeOf(state: Troubles, id: TroubleId): TroubleId | null {
  for (const cause of troubles[id].dependsOn) {
    if (state[cause] !== undefined) return causeOf(state, cause) ?? cause;
  }
  return null;
}

export interface Shown {
  readonly id: TroubleId;
  readonly since: Monotonic;
}

/** Troubles to show now, in the order of their declaration: lasting long enough and following from no other. */
export function visible(state: Troubles, now: Monotonic): readonly Shown[] {
  return troubleIds.flatMap((id) => {
    const lasting = state[id];
    if (lasting === undefined || causeOf(state, id) !== null) return [];
    return since(lasting.since, now) >= troubles[id].visibleAfter ? [{ id, since: lasting.since }] : [];
  });
}

/** Everything that lasts, silent or not, each with its cause: the technician's list. */
export function lasting(state: Troubles): readonly (Shown & { readonly cause: TroubleId | null })[] {
  return troubleIds.flatMap((id) => {
    const one = state[id];
    return one === undefined ? [] : [{ id, since: one.since, cause: causeOf(state, id) }];
  });
}

const strictest: readonly LaneEffect[] = ["out-of-service", "by-hand", "reports-fail", "none"];

/** Effects that hold now, strictest first. They never wait for visibility, and a silent trouble has its effect too. */
export function effectsOf(state: Troubles): readonly LaneEffect[] {
  const now = new Set(troubleIds.filter((id) => state[id] !== undefined).map((id) => troubles[id].effect));
  return strictest.filter((effect) => effect !== "none" && now.has(effect));
}

export interface Told {
  readonly state: Troubles;
  readonly raised: readonly TroubleId[];
  readonly cleared: readonly TroubleId[];
}

/**
 * What has to be reported since the state before: each visible trouble once, and the end of each that was told. What
 * was told before its cause came stays told.
 */
export function tell(before: Troubles, state: Troubles, now: Monotonic): Told {
  const raised = visible(state, now).flatMap(({ id }) => (state[id]?.told === false ? [id] : []));
  const cleared = troubleIds.filter((id) => before[id]?.told === true && state[id] === undefined);
  const marked = { ...state };
  for (const id of raised) marked[id] = { since: state[id]?.since ?? now, told: true };
  return { state: marked, raised, cleared };
}

/** When `visible` changes next by the mere passing of time, or null. */
export function nextChange(state: Troubles, now: Monotonic): Monotonic | null {
  const due = troubleIds.flatMap((id) => {
    const one = state[id];
    if (one === undefined || causeOf(state, id) !== null) return [];
    const shows = after(one.since, troubles[id].visibleAfter);
    return shows > now ? [shows] : [];
  });
  return due.length === 0 ? null : due.reduce((soonest, each) => (each < soonest ? each : soonest));
}
