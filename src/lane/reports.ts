/** Decisions and happenings → events in the journal, with the tries of one person grouped into one case. */
import { randomUUID } from "node:crypto";
import { file, forget, noCases } from "../core/cases.ts";
import type { PassageAlarm, Verdict } from "../core/flow.ts";
import type { Decision, Person } from "../core/passage/lane-events.ts";
import {
  codeEvent,
  eventOf,
  isRefused,
  isReported,
  type PlainDetails,
  type PlainEventType,
  refusedEvent,
} from "../core/reporting.ts";
import type { Clock } from "../ports/clock.ts";
import type { Journal, Progress } from "./journal.ts";

export class Reports {
  readonly #clock: Clock;
  readonly #journal: Journal;
  #cases = noCases;

  constructor(clock: Clock, journal: Journal) {
    this.#clock = clock;
    this.#journal = journal;
  }

  /**
   * Reports what a decision owes: red and yellow at once (P8), refused passes from the third in ten minutes. `follow`
   * hears how far the report gets. Gives the tries of the first reported person, or 0 where nothing is reported.
   */
  decided(decision: Pick<Decision, "people" | "each" | "verdict">, follow: (progress: Progress) => void): number {
    const now = this.#clock.monotonic();
    const { at } = this.#clock.wall();
    let tries = 0;
    decision.people.forEach(({ credential, temperature }, index) => {
      const verdict = decision.each[index] ?? decision.verdict;
      if (verdict.report === null) return;
      const filed = file(this.#cases, credential, now, randomUUID());
      this.#cases = filed.cases;
      if (filed.place === null) return;
      tries ||= filed.place.tries;
      if (isReported(credential))
        this.#journal.put(codeEvent(credential, verdict, temperature, filed.place, at), follow);
      else if (isRefused(credential)) this.#journal.put(refusedEvent(credential, filed.place, at), follow);
    });
    return tries;
  }

  /** What the code of somebody who had left by its answer owes: nobody waits for staff, and nothing is shown. */
  late(person: Person, verdict: Verdict): void {
    this.decided({ people: [person], each: [verdict], verdict }, () => {});
  }

  /** Forgets whose ten minutes are over: a pass that was called replayed is a green holder's (P15). Call it now and then. */
  tick(): void {
    this.#cases = forget(this.#cases, this.#clock.monotonic());
  }

  /** Cases still known, for tests. */
  get known(): number {
    return this.#cases.open.length;
  }

  alarm(alarm: PassageAlarm): void {
    this.plain(alarm);
  }

  /** An event about the lane, its staff or its devices. */
  plain(type: PlainEventType, details: PlainDetails = {}): void {
    this.#journal.put(eventOf(type, this.#clock.wall().at, details));
  }
}
