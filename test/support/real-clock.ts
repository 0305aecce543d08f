/** The machine's time with a trust that tests set: for tests that talk to real sockets, disks and processes. */
import type { ClockTrust } from "../../src/core/flow.ts";
import { instant, type Millis, millis, monotonic } from "../../src/core/units.ts";
import type { Clock } from "../../src/ports/clock.ts";

export class RealClock implements Clock {
  trust: ClockTrust = "synced";
  /** Milliseconds that the wall clock is wrong by. */
  offset = 0;
  monotonic = () => monotonic(performance.now());
  wall = () => ({ at: instant(Date.now() + this.offset), trust: this.trust, error: millis(0) });
  after(delay: Millis, fn: () => void): () => void {
    const timer = setTimeout(fn, delay);
    return () => clearTimeout(timer);
  }
  every(period: Millis, fn: () => void): () => void {
    const timer = setInterval(fn, period);
    return () => clearInterval(timer);
  }
}
