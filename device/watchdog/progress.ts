/** Which declared parts have made progress lately. Pure: the caller brings the time. */
import { type Millis, type Monotonic, since } from "../../src/core/units.ts";
import type { Watchdog } from "../../src/ports/watchdog.ts";

export type Part = Parameters<Watchdog["progress"]>[0];
/** The declared parts and how long each may go without progress. */
export type Limits = Readonly<Partial<Record<Part, Millis>>>;

export class Progress {
  readonly #limits: Limits;
  readonly #last = new Map<Part, Monotonic>();

  /** Every declared part counts as having progressed at `start`, so that booting has its whole limit. */
  constructor(limits: Limits, start: Monotonic) {
    this.#limits = limits;
    for (const part of this.#declared()) this.#last.set(part, start);
  }

  progress(part: Part, at: Monotonic): void {
    if (this.#limits[part] !== undefined) this.#last.set(part, at);
  }

  /** The declared parts that are silent beyond their limit at `now`. */
  silent(now: Monotonic): Part[] {
    return this.#declared().filter((part) => {
      const last = this.#last.get(part);
      const limit = this.#limits[part];
      return last === undefined || (limit !== undefined && since(last, now) > limit);
    });
  }

  #declared(): Part[] {
    return Object.keys(this.#limits) as Part[];
  }
}
