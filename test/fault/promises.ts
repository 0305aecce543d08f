/** What a writer promised before it was killed, and what its outbox holds afterwards. */
import type { EpochChange } from "../../src/ports/outbox.ts";
import { OutboxStore } from "../../src/report/outbox/store.ts";

export class Promises {
  readonly #acked = new Map<string, Set<number>>();
  /** Highest number of each epoch that was to be trimmed, whether or not the trim was cut short. */
  readonly #released = new Map<string, number>();
  readonly #lost = new Set<string>();
  confirmed = 0;
  twice = 0;
  holes = 0;
  changes: EpochChange[] = [];

  /**
   * Takes the lines of a child that has ended. A number promised twice would be a second event under one identity.
   * @param before nanoseconds of the machine's monotonic clock: what was said later, a machine without power never said.
   */
  learn(lines: readonly string[], before?: bigint): void {
    for (const line of lines) {
      const [word, epoch = "", text = "", at = "0"] = line.split(" ");
      if (word === "ACK" && (before === undefined || BigInt(at) < before)) {
        const known = this.#acked.get(epoch) ?? new Set<number>();
        if (known.has(Number(text))) this.twice += 1;
        this.#acked.set(epoch, known.add(Number(text)));
        this.confirmed += 1;
      } else if (word === "TRIM") this.#released.set(epoch, Math.max(this.#released.get(epoch) ?? 0, Number(text)));
    }
  }

  get lost(): number {
    return this.#lost.size;
  }

  /** Opens the outbox and counts what was promised and is neither there nor released, and numbers that are missing. */
  check(directory: string, capacity: number): void {
    const store = new OutboxStore({ directory, capacity, reserve: false, synchronous: "FULL" }, (change) =>
      this.changes.push(change),
    );
    if (!store.open().usable) throw new Error("the outbox can't be opened");
    const held = [...store.list("alert", null, 1_000_000), ...store.list("system", null, 1_000_000)];
    store.close();
    const present = new Map<string, Set<number>>();
    for (const { epoch, seq } of held) present.set(epoch, (present.get(epoch) ?? new Set()).add(seq));
    for (const [epoch, acked] of this.#acked) {
      const there = present.get(epoch) ?? new Set();
      // A trim is several transactions, alerts before system events: cut short, it leaves any part of what it was told.
      const first = (this.#released.get(epoch) ?? 0) + 1;
      for (const seq of acked) if (seq >= first && !there.has(seq)) this.#lost.add(`${epoch} ${seq}`);
      for (let seq = first; seq <= Math.max(0, ...there); seq += 1) if (!there.has(seq)) this.holes += 1;
    }
  }
}
