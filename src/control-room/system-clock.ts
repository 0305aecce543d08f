import { instant, type Millis, monotonic } from "../core/units.ts";
import type { Clock } from "../ports/clock.ts";

/** The machine's own clock. A centre's server is kept by NTP; lanes judge their trust themselves. */
export function systemClock(): Clock {
  return {
    monotonic: () => monotonic(performance.now()),
    wall: () => ({ at: instant(Date.now()), trust: "synced", error: 0 as Millis }),
    after: (delay, fn) => {
      const timer = setTimeout(fn, delay);
      return () => clearTimeout(timer);
    },
    every: (period, fn) => {
      const timer = setInterval(fn, period);
      return () => clearInterval(timer);
    },
  };
}
