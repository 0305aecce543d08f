/** A level that counts once it has been stable. Pure: levels and times go in. */
import { after, type Millis, type Monotonic, millis, monotonic, since } from "../../src/core/units.ts";

/** A contact that has not come to rest for this long is chattering: no debounce would ever report it. */
const CHATTER_AFTER = millis(1_000);

export class Debounced {
  readonly #debounce: Millis;
  #value: boolean;
  #changed: Monotonic;
  #candidate: boolean;
  #candidateSince: Monotonic;
  #restlessSince: Monotonic | null = null;

  constructor(debounce: Millis, initial = false, at: Monotonic = monotonic(0)) {
    this.#debounce = debounce;
    this.#value = initial;
    this.#candidate = initial;
    this.#changed = at;
    this.#candidateSince = at;
  }

  /** The stable level. */
  get value(): boolean {
    return this.#value;
  }

  /** When the stable level began (its first edge, not the end of the debounce). */
  get changed(): Monotonic {
    return this.#changed;
  }

  /** A raw level as it is at `at`; repeated equal levels change nothing. */
  feed(level: boolean, at: Monotonic): void {
    if (level === this.#candidate) return;
    this.#candidate = level;
    this.#candidateSince = at;
    this.#restlessSince ??= at;
  }

  /** Takes over a candidate that has been stable long enough. @returns whether the stable level changed. */
  settle(now: Monotonic): boolean {
    if (since(this.#candidateSince, now) < this.#debounce) return false;
    this.#restlessSince = null;
    if (this.#candidate === this.#value) return false;
    this.#value = this.#candidate;
    this.#changed = this.#candidateSince;
    return true;
  }

  /** When `settle` is next worth calling. */
  due(): Monotonic | null {
    return this.#restlessSince === null ? null : after(this.#candidateSince, this.#debounce);
  }

  /** The line flips faster than it can settle. */
  chattering(now: Monotonic): boolean {
    return this.#restlessSince !== null && since(this.#restlessSince, now) >= CHATTER_AFTER;
  }
}
