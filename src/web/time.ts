import { hours, type Instant } from "../core/units.ts";

/** Shandong keeps UTC+8 all year; Node's zone data may be cut down on a board's image. */
const ZONE = hours(8);

/** The time of day in China as 08:14. */
export function timeOfDay(at: Instant): string {
  return new Date(at + ZONE).toISOString().slice(11, 16);
}
