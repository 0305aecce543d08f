/** Totals of a run: plain sums of persons and releases, with nobody in them. */
import type { Decision, Ticket } from "../core/passage/lane-events.ts";

const nothing = { granted: 0, denied: 0, attended: 0, guardReleases: 0, exitReleases: 0, passages: 0, noEntry: 0 };
export type Totals = Readonly<typeof nothing>;

export class Tally {
  #totals: Totals = nothing;

  get totals(): Totals {
    return this.#totals;
  }

  decided({ verdict, people }: Decision): void {
    const key = verdict.kind === "grant" ? "granted" : verdict.kind === "deny" ? "denied" : "attended";
    this.#add(key, people.length);
  }

  /** Grants were counted with their verdict; every other cause is counted when the relay is asked. */
  released({ release }: Ticket): void {
    switch (release.cause) {
      case "grant":
        return;
      case "exit":
      case "rex":
        this.#add("exitReleases", release.people);
        return;
      case "guard":
      case "escorted":
      case "order":
        this.#add("guardReleases", release.people);
        return;
    }
  }

  passed(): void {
    this.#add("passages", 1);
  }

  unused(people: number): void {
    this.#add("noEntry", people);
  }

  #add(key: keyof Totals, people: number): void {
    this.#totals = { ...this.#totals, [key]: this.#totals[key] + people };
  }
}
