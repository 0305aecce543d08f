/** A watchdog in simulated time: it bites once when no feeding came for its timeout, and remembers when. */
import { type Millis, type Monotonic, millis, since } from "../../src/core/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Watchdog } from "../../src/ports/watchdog.ts";
import { type Limits, type Part, Progress } from "./progress.ts";

export class WatchdogSim implements Watchdog {
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #timeout: Millis;
  #progress: Progress | null = null;
  #fed: Monotonic | null = null;
  #bitten: Monotonic | null = null;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, limits: Limits, timeout: Millis = millis(10_000)) {
    this.#clock = clock;
    this.#limits = limits;
    this.#timeout = timeout;
  }

  async start(): Promise<void> {
    this.#progress = new Progress(this.#limits, this.#clock.monotonic());
    this.#fed = this.#clock.monotonic();
    this.#cancel ??= this.#clock.every(millis(500), () => this.#check());
  }

  async stop(): Promise<void> {
    this.#cancel?.();
    this.#cancel = null;
  }

  progress(part: Part): void {
    this.#progress?.progress(part, this.#clock.monotonic());
  }

  /** When it bit, or null while everything is well. */
  bitten(): Monotonic | null {
    return this.#bitten;
  }

  #check(): void {
    const now = this.#clock.monotonic();
    if (this.#progress?.silent(now).length === 0) this.#fed = now;
    if (this.#fed !== null && since(this.#fed, now) >= this.#timeout) this.#bitten ??= now;
  }
}
