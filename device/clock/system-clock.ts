/** The machine's own clocks behind the Clock port. How far wall time can be believed is asked of a `TrustSource`. */
import type { ClockTrust, WallTime } from "../../src/core/flow.ts";
import { instant, type Millis, type Monotonic, monotonic } from "../../src/core/units.ts";
import type { Clock } from "../../src/ports/clock.ts";

/** What is known about the wall clock at this moment. */
export interface TrustSource {
  trust(): { readonly trust: ClockTrust; readonly error: Millis };
}

export class SystemClock implements Clock {
  readonly #trust: TrustSource;

  constructor(trust: TrustSource) {
    this.#trust = trust;
  }

  /** CLOCK_MONOTONIC in ms, the kernel's own stamp of frames and edges: no jumps when wall time is set. */
  monotonic(): Monotonic {
    return monotonic(Number(process.hrtime.bigint()) / 1e6);
  }

  wall(): WallTime {
    return { at: instant(Date.now()), ...this.#trust.trust() };
  }

  after(delay: Millis, fn: () => void): () => void {
    // Node fires a longer delay at once instead of late (2^31 − 1 ms, 24.8 days).
    const timer = setTimeout(fn, Math.min(delay, 0x7fff_ffff));
    return () => clearTimeout(timer);
  }

  every(period: Millis, fn: () => void): () => void {
    const timer = setInterval(fn, Math.max(1, Math.min(period, 0x7fff_ffff)));
    return () => clearInterval(timer);
  }
}
