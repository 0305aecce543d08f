/**
 * The rig's clock: real time, except that it waits for a machine that can't keep up. A stalled thread or a long decode
 * doesn't use up a person's seconds, so who comes gets the same answer on any machine.
 */

import type { WallTime } from "../../src/core/flow.ts";
import { instant, type Millis, type Monotonic, millis, monotonic } from "../../src/core/units.ts";
import type { Clock } from "../../src/ports/clock.ts";

const TICK = 10;
/** The most that passes between two looks at the machine's clock; what is beyond was a stall. */
const LONGEST_STEP = 40;
/** A decode may take as long as this before time is held for it. */
const GRACE = 400;
/** A decode that takes longer hangs, and the lane's own deadline must see it. */
const LONGEST_HOLD = 10_000;
/** Node fires a longer delay at once instead of late. */
const LONGEST_TIMER = 0x7fff_ffff;

/** What the machine is at: a number that stays the same while it is the same work; null when nothing is in work. */
export type Workload = () => number | null;

export class PatientClock implements Clock {
  readonly #machine: () => number;
  readonly #wallOrigin: number;
  readonly #origin: number;
  #workload: Workload = () => null;
  #last: number;
  #held = 0;
  #work: number | null = null;
  #workSince = 0;
  #tick: NodeJS.Timeout | null = null;
  readonly #open = new Set<() => void>();

  /** `machine` is the machine's own monotonic clock in ms. */
  constructor(machine: () => number = () => Number(process.hrtime.bigint()) / 1e6, wall = Date.now()) {
    this.#machine = machine;
    this.#origin = machine();
    this.#last = this.#origin;
    this.#wallOrigin = wall;
  }

  /** Time is held for work that `workload` shows for longer than it should take. */
  waitFor(workload: Workload): void {
    this.#workload = workload;
  }

  start(): void {
    this.#tick ??= setInterval(() => this.#advance(), TICK);
  }

  /** The end of the play: nothing fires any more. */
  stop(): void {
    if (this.#tick !== null) clearInterval(this.#tick);
    this.#tick = null;
    for (const cancel of [...this.#open]) cancel();
  }

  /** How long time was held, all together. */
  get held(): Millis {
    return millis(this.#held);
  }

  monotonic(): Monotonic {
    return monotonic(this.#advance());
  }

  wall(): WallTime {
    return {
      at: instant(this.#wallOrigin + Math.round(this.#advance() - this.#origin)),
      trust: "synced",
      error: millis(0),
    };
  }

  after(delay: Millis, fn: () => void): () => void {
    return this.#at(this.#advance() + delay, fn);
  }

  every(period: Millis, fn: () => void): () => void {
    const step = Math.max(1, period);
    let due = this.#advance() + step;
    let cancel = (): void => {};
    const again = (): void => {
      due = Math.max(due + step, this.#advance());
      cancel = this.#at(due, again);
      fn();
    };
    cancel = this.#at(due, again);
    return () => cancel();
  }

  /** Fires at `due` of this clock; the machine's timer is set again where time was held meanwhile. */
  #at(due: number, fn: () => void): () => void {
    let timer: NodeJS.Timeout;
    const cancel = (): void => {
      clearTimeout(timer);
      this.#open.delete(cancel);
    };
    const look = (): void => {
      const left = due - this.#advance();
      if (left >= 1) {
        timer = setTimeout(look, Math.min(left, LONGEST_TIMER));
        return;
      }
      this.#open.delete(cancel);
      fn();
    };
    timer = setTimeout(look, Math.min(Math.max(0, due - this.#advance()), LONGEST_TIMER));
    this.#open.add(cancel);
    return cancel;
  }

  #advance(): number {
    const now = this.#machine();
    const step = now - this.#last;
    this.#last = now;
    const work = this.#workload();
    if (work !== this.#work) {
      this.#work = work;
      this.#workSince = now;
    }
    const inWork = work === null ? 0 : now - this.#workSince;
    if (inWork > GRACE && inWork < LONGEST_HOLD) this.#held += step;
    else this.#held += Math.max(0, step - LONGEST_STEP);
    return now - this.#held;
  }
}
