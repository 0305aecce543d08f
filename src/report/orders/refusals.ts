/** Refused orders are recorded without letting a flood of forged ones fill the outbox: one event per reason a minute. */
import { type Monotonic, since } from "../../core/units.ts";
import type { RefusalReason } from "../../protocol/payloads.ts";

const periodMs = 60_000;
/** Answers to orders that prove nothing, per second. */
const mostAnswers = 20;

export class RefusalMeter {
  readonly #last = new Map<RefusalReason, { at: Monotonic; unsaid: number }>();
  #second: Monotonic | null = null;
  #answers = 0;

  /** How many refusals of this reason an event should stand for now; null where it should wait for the next. */
  admit(reason: RefusalReason, now: Monotonic): number | null {
    const last = this.#last.get(reason);
    if (last !== undefined && since(last.at, now) < periodMs) {
      last.unsaid += 1;
      return null;
    }
    this.#last.set(reason, { at: now, unsaid: 0 });
    return 1 + (last?.unsaid ?? 0);
  }

  /** Refusals that no event stands for yet and whose minute is over. */
  due(now: Monotonic): readonly { reason: RefusalReason; count: number }[] {
    const due: { reason: RefusalReason; count: number }[] = [];
    for (const [reason, last] of this.#last) {
      if (since(last.at, now) < periodMs) continue;
      if (last.unsaid > 0) due.push({ reason, count: last.unsaid });
      this.#last.delete(reason);
    }
    return due;
  }

  /** Whether one more answer may go out in this second. */
  mayAnswer(now: Monotonic): boolean {
    if (this.#second === null || since(this.#second, now) >= 1000) {
      this.#second = now;
      this.#answers = 0;
    }
    this.#answers += 1;
    return this.#answers <= mostAnswers;
  }
}
