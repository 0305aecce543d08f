/** Hours of the day on the site's clock: China keeps UTC+8 all year, whatever zone the board is set to. */
import { type Instant, instant, hours as lasting } from "./units.ts";

/** "07:10" up to but not including "08:00"; over midnight where it ends earlier, the whole day where both are the same. */
export interface Hours {
  readonly from: string;
  readonly to: string;
}

const ZONE = lasting(8);

/** The time of day at the site as 08:14. */
export const timeOfDay = (at: Instant): string => new Date(at + ZONE).toISOString().slice(11, 16);

/**
 * The first minute, as 08:41, by which something that ends then is over: nobody is told to come back to a gate that is
 * still shut. The second that an order takes on its way is no further minute.
 */
export const overBy = (end: Instant): string => timeOfDay(instant(Math.ceil((end - 1000) / 60_000) * 60_000));

/** Whether the site's clock stands within these hours. */
export function within({ from, to }: Hours, at: Instant): boolean {
  const now = timeOfDay(at);
  if (from === to) return true;
  return from < to ? now >= from && now < to : now >= from || now < to;
}
