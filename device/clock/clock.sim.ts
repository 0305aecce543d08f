/**
 * A clock whose time moves only when told. Timers run in the order of their due times, those of one instant in the
 * order in which they were set, and each sees its own due time on the clock.
 */
import type { ClockTrust, WallTime } from "../../src/core/flow.ts";
import { type Instant, instant, type Millis, type Monotonic, millis, monotonic } from "../../src/core/units.ts";
import type { Clock } from "../../src/ports/clock.ts";

interface Timer {
  due: number;
  readonly order: number;
  readonly period: number | null;
  readonly fn: () => void;
}

/** A day in the time of the notices, within the effective period of every site profile. */
const DEFAULT_WALL = Date.UTC(2020, 4, 6, 1, 0, 0);

export class SimClock implements Clock {
  #now = 0;
  #order = 0;
  /** Wall time minus monotonic time. */
  #offset: number;
  #trust: ClockTrust = "synced";
  #error: Millis = millis(0);
  readonly #timers = new Set<Timer>();

  constructor(wall: Instant = instant(DEFAULT_WALL)) {
    this.#offset = wall;
  }

  monotonic(): Monotonic {
    return monotonic(this.#now);
  }

  wall(): WallTime {
    return { at: instant(this.#offset + this.#now), trust: this.#trust, error: this.#error };
  }

  after(delay: Millis, fn: () => void): () => void {
    return this.#set(delay, null, fn);
  }

  every(period: Millis, fn: () => void): () => void {
    return this.#set(period, Math.max(1, period), fn);
  }

  /** Sets wall time without touching the monotonic clock, as an operator or a time server does. */
  setWall(at: Instant): void {
    this.#offset = at - this.#now;
  }

  setTrust(trust: ClockTrust, error: Millis = millis(0)): void {
    this.#trust = trust;
    this.#error = error;
  }

  /** Moves time on and runs everything that falls due, including what those timers set. */
  advance(duration: number): void {
    const end = this.#now + millis(duration);
    for (let next = this.#due(end); next !== undefined; next = this.#due(end)) this.#run(next);
    this.#now = end;
  }

  /** As `advance`, and lets promises settle after each timer, so that awaiting code keeps its place in time. */
  async pass(duration: number): Promise<void> {
    const end = this.#now + millis(duration);
    await settled();
    for (let next = this.#due(end); next !== undefined; next = this.#due(end)) {
      this.#run(next);
      await settled();
    }
    this.#now = end;
  }

  /** Number of timers that are set; zero once everything that was started has been stopped. */
  pending(): number {
    return this.#timers.size;
  }

  #set(delay: number, period: number | null, fn: () => void): () => void {
    const timer: Timer = { due: this.#now + Math.max(0, delay), order: this.#order++, period, fn };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  #due(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.due > end) continue;
      if (first === undefined || timer.due < first.due || (timer.due === first.due && timer.order < first.order))
        first = timer;
    }
    return first;
  }

  #run(timer: Timer): void {
    this.#now = Math.max(this.#now, timer.due);
    if (timer.period === null) this.#timers.delete(timer);
    else timer.due += timer.period;
    timer.fn();
  }
}

/** One turn of the event loop: every promise that can settle without outside help has settled. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
