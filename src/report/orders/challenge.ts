/** A random number that a lane without a trusted clock asks to see in an order: proof that the order is fresh. */
import { randomBytes } from "node:crypto";
import { type Millis, type Monotonic, millis, since } from "../../core/units.ts";
import type { Clock } from "../../ports/clock.ts";

/** RULES, clock: holdover is trusted up to this estimated error. */
const trustedError = millis(10_000);

/** Whether signed times can be judged now. */
export function timeTrusted(clock: Clock): boolean {
  const { trust, error } = clock.wall();
  return trust === "synced" || (trust === "holdover" && error <= trustedError);
}

export class Challenge {
  readonly #clock: Clock;
  readonly #life: Millis;
  readonly #changed: () => void;
  #value = fresh();
  #since: Monotonic;

  constructor(clock: Clock, life: Millis, changed: () => void) {
    this.#clock = clock;
    this.#life = life;
    this.#changed = changed;
    this.#since = clock.monotonic();
  }

  get value(): string {
    return this.#value;
  }

  /** True once for the current value within its life; whoever shows it uses it up. */
  take(shown: string | undefined): boolean {
    if (shown !== this.#value || since(this.#since, this.#clock.monotonic()) > this.#life) return false;
    this.renew();
    return true;
  }

  /** Renews an old one while the clock isn't trusted; otherwise nobody needs it and the state stays as it is. */
  tick(): void {
    if (!timeTrusted(this.#clock) && since(this.#since, this.#clock.monotonic()) > this.#life / 2) this.renew();
  }

  renew(): void {
    this.#value = fresh();
    this.#since = this.#clock.monotonic();
    this.#changed();
  }
}

const fresh = (): string => randomBytes(16).toString("base64url");
