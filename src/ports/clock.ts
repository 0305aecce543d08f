import type { WallTime } from "../core/flow.ts";
import type { Millis, Monotonic } from "../core/units.ts";

/** Time as an argument. Waits and ages use `monotonic`; judgements about passes use `wall` and its trust. */
export interface Clock {
  monotonic(): Monotonic;
  wall(): WallTime;
  /** Calls `fn` once after `delay`; the returned function cancels it. */
  after(delay: Millis, fn: () => void): () => void;
  /** Calls `fn` each `period` until cancelled. */
  every(period: Millis, fn: () => void): () => void;
}
