import { millis } from "../core/units.ts";
import type { Clock } from "../ports/clock.ts";

/** The machine's timers run on the injected clock. */
export function actorClock(clock: Clock) {
  return {
    setTimeout: (fn: () => void, delay: number) => ({ cancel: clock.after(millis(delay), fn) }),
    clearTimeout: (timer: { cancel: () => void } | undefined) => timer?.cancel(),
  };
}
