/** Figures for `/count`: the latest device figures, and the persons of a quarter-hour once. */
import type { Instant } from "../core/units.ts";
import type { CountReport } from "../protocol/payloads.ts";

const persons = "persons.";

export class CountTable {
  readonly #boot: string;
  readonly #device = new Map<string, number>();
  #persons: Record<string, number> | null = null;

  constructor(boot: string) {
    this.#boot = boot;
  }

  /** Keeps the latest of each figure. Those named `persons.…` go out once: they are of the quarter-hour that ended. */
  take(figures: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(figures)) {
      if (!Number.isFinite(value) || this.#device.size >= 80) continue;
      if (name.startsWith(persons)) this.#persons = { ...this.#persons, [name.slice(persons.length)]: value };
      else this.#device.set(name, value);
    }
  }

  report(own: Readonly<Record<string, number>>, at: Instant): CountReport {
    const device = { ...Object.fromEntries(this.#device), ...own };
    const people = this.#persons;
    this.#persons = null;
    return {
      at: new Date(at).toISOString(),
      boot: this.#boot,
      device,
      ...(people === null ? {} : { persons: people }),
    };
  }
}
