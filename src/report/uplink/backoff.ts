/** Full jitter: any pause from 1 s up to a bound that doubles to 30 s, so that lanes don't come back in step. */
import { type Millis, millis } from "../../core/units.ts";

const shortest = 1000;

export interface BackoffSettings {
  readonly longest: Millis;
  /** 0 … 1, as `Math.random`. */
  readonly random: () => number;
}

/** @param attempt 0 for the first try after a good connection. @param floor never shorter than this. */
export function pauseBefore(attempt: number, settings: BackoffSettings, floor: Millis = millis(shortest)): Millis {
  const bound = Math.max(floor, Math.min(settings.longest, shortest * 2 ** Math.min(attempt + 1, 16)));
  return millis(floor + (bound - floor) * settings.random());
}
