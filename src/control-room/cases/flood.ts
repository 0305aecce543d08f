import { type Instant, type Millis, minutes } from "../../core/units.ts";

/** More than ten annunciations in ten minutes are a flood; below five it is over (ISA-18.2, alarm flood). */
export interface Flood {
  readonly active: boolean;
  /** Annunciations of the last ten minutes. */
  readonly count: number;
}
export const floodWindow: Millis = minutes(10);
const begins = 10;
const ends = 5;

export const noFlood: Flood = { active: false, count: 0 };

/** The state after looking at the instants at which cases were annunciated. */
export function floodAt(before: Flood, annunciated: readonly Instant[], now: Instant): Flood {
  const count = annunciated.filter((at) => at > now - floodWindow && at <= now).length;
  return { count, active: before.active ? count >= ends : count > begins };
}
