import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hours, type Millis, minutes, since } from "../../core/units.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import { dayOf } from "./key-ring.ts";

/** A server that was off over a weekend is nothing to wonder at; beyond it the clock may be what changed. */
const mostDays = 2;
const steadyFor: Millis = hours(24);
/** How far the day's time may part from the uptime meanwhile: more is somebody setting it. */
const drift: Millis = minutes(5);
const fileName = "last-round";

/**
 * Whether today can be believed by those who destroy for good. The day of the last round stands in the key folder, which
 * all processes share; a today far from it is believed only once the clock has gone evenly for a day of uptime.
 */
export class SteadyDays {
  readonly #file: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  /** Since when the clock has been watched, and what it then showed beyond the uptime. */
  #watch: { readonly from: ReturnType<Clock["monotonic"]>; readonly offset: number } | null = null;

  constructor(folder: string, { clock, logger }: { clock: Clock; logger: Logger }) {
    this.#file = join(folder, fileName);
    this.#clock = clock;
    this.#log = logger;
  }

  /** Asked before each round; logs GL-6022 where it must wait. */
  believe(): boolean {
    const today = this.#today();
    const last = this.#last();
    if (last === null || Math.abs(today - last) <= mostDays) {
      this.#watch = null;
      return true;
    }
    const now = this.#clock.monotonic();
    const offset = this.#clock.wall().at - now;
    if (this.#watch === null || Math.abs(offset - this.#watch.offset) > drift) this.#watch = { from: now, offset };
    if (since(this.#watch.from, now) >= steadyFor) return true;
    this.#log.error(
      `the clock is ${today - last} days from the last erasure, so nothing is erased until it has gone evenly for 24 h; set it right, or remove ${this.#file} where it is right`,
      { code: "GL-6022", days: today - last },
    );
    return false;
  }

  /** To be called when a round is done. @throws where the key folder can't be written */
  done(): void {
    const today = this.#today();
    this.#watch = null;
    if (this.#last() === today) return;
    const aside = `${this.#file}.${randomBytes(6).toString("hex")}`;
    writeFileSync(aside, `${today}\n`, { mode: 0o600, flush: true });
    renameSync(aside, this.#file);
  }

  #today(): number {
    return dayOf(this.#clock.wall().at);
  }

  /** Null before the first round, and for a file that says nothing. */
  #last(): number | null {
    try {
      const [text] = /^\d{1,7}(?=\n$)/.exec(readFileSync(this.#file, "utf8")) ?? [];
      return text === undefined ? null : Number(text);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
  }
}
