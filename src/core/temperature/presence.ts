/** Whether a forehead is before the sensor: the object stands out from the background that was seen without one. */
import type { Millis, Monotonic } from "../units.ts";
import { since } from "../units.ts";
import type { MeasureSettings } from "./settings.ts";

export interface Presence {
  /** What the sensor sees without anybody, following slowly; null before the first sample. */
  readonly background: number | null;
  readonly there: boolean;
  /** Counts foreheads: another number is another presence. */
  readonly count: number;
  /** When the object last stood out. */
  readonly seen: Monotonic | null;
  readonly at: Monotonic | null;
}

export const nobodyThere: Presence = { background: null, there: false, count: 0, seen: null, at: null };

/**
 * Skin of a warm forehead. A quarter of the way to it is somebody: a hat or a step too far must end as `low`, not as
 * nobody. Where the background comes near skin, the jump that counts gets smaller.
 */
const SKIN = 34;
const LEAST_JUMP = 1.5;
/** A background above this hides foreheads: nothing could be told from it. */
export const WARM_BACKGROUND = SKIN - LEAST_JUMP;
/** Time constants of the background: it falls quickly, rises slowly, and slower still behind a forehead. */
const FALLS = 500;
const RISES = 10_000;
const RISES_BEHIND = 60_000;
/** Nothing that a lane looks at is a forehead outside this (RULES: hat, cold, distance lie within it). */
const SKIN_FROM = 20;
const SKIN_TO = 45;

/** The next presence after a good sample. */
export function withSample(
  presence: Presence,
  object: number,
  ambient: number,
  at: Monotonic,
  settings: Pick<MeasureSettings, "presenceJump" | "absence">,
): Presence {
  const background = presence.background ?? Math.min(object, ambient);
  const jump = Math.max(LEAST_JUMP, Math.min(settings.presenceJump, (SKIN - background) / 4));
  // Hysteresis: a forehead that is there stays until most of the jump is gone.
  const needed = presence.there ? jump * 0.6 : jump;
  const standsOut = object >= SKIN_FROM && object <= SKIN_TO && object - background >= needed;
  const seen = standsOut ? at : presence.seen;
  const lost = presence.there && !standsOut && seen !== null && since(seen, at) >= settings.absence;
  const there = standsOut || (presence.there && !lost);
  return {
    background: follow(background, object, presence.at === null ? 0 : since(presence.at, at), there),
    there,
    count: there && !presence.there ? presence.count + 1 : presence.count,
    seen,
    at,
  };
}

function follow(background: number, object: number, elapsed: Millis | 0, there: boolean): number {
  const constant = object < background ? FALLS : there ? RISES_BEHIND : RISES;
  return background + (object - background) * (1 - Math.exp(-elapsed / constant));
}
