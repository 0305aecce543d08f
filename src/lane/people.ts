/** Persons by outcome in the current quarter of an hour (P15): sums that are published merged, and nothing beside them. */
import { type CountCell, type Counts, cellOf, closeQuarter, counted, glimpse, startCounts } from "../core/counts.ts";
import type { Decision } from "../core/passage/lane-events.ts";
import type { Instant } from "../core/units.ts";

/** How many past quarters the guard's view shows. */
const SHOWN = 10;

export class People {
  #counts: Counts;
  #quarters: readonly { readonly from: Instant; readonly granted: number }[] = [];

  constructor(at: Instant) {
    this.#counts = startCounts(at);
  }

  decided({ direction, verdict, people }: Decision): void {
    this.#counts = counted(this.#counts, direction === "exit" ? "exit" : cellOf(verdict.kind), people.length);
    const fever = people.filter(
      (person) => person.credential.outcome === "green" && person.temperature?.class === "fever",
    );
    if (fever.length > 0) this.#counts = counted(this.#counts, "fever", fever.length);
  }

  add(cell: CountCell): void {
    this.#counts = counted(this.#counts, cell);
  }

  /** For the guard's view: the open quarter, and persons granted in the last ones, small cells merged (P15). */
  shown() {
    return { counts: glimpse(this.#counts), quarters: this.#quarters };
  }

  /** What became publishable since the last call, or null within the same quarter. */
  close(at: Instant) {
    const { quarter } = this.#counts;
    const { counts, published } = closeQuarter(this.#counts, at);
    this.#counts = counts;
    if (published !== null)
      this.#quarters = [...this.#quarters, { from: quarter, granted: published.granted ?? 0 }].slice(-SHOWN);
    return published;
  }
}
