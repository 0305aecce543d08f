/**
 * Full jitter: any pause from 1 s up to a bound that doubles from 8 s to 30 s, so that lanes don't come back in step. The
 * first bound is wide because a broker's restart is everybody's first attempt at once: 4,000 lanes within 7 s are about
 * 570 connects a second.
 */
import { type Millis, millis } from "../../core/units.ts";

const shortest = 1000;
const firstBound = 8000;

export interface BackoffSettings {
  readonly longest: Millis;
  /** 0 … 1, as `Math.random`. */
  readonly random: () => number;
}

/** @param attempt 0 for the first try after a good connection. @param floor never shorter than this. */
export function pauseBefore(attempt: number, settings: BackoffSettings, floor: Millis = millis(shortest)): Millis {
  const bound = Math.max(floor, Math.min(settings.longest, firstBound * 2 ** Math.min(attempt, 16)));
  return millis(floor + (bound - floor) * settings.random());
}
