/** An outbox in memory that keeps the port's promises, and can be told to be full, broken or damaged. */
import type { Position } from "../../ports/event-log.ts";
import {
  type EpochChange,
  type Held,
  type Outbox,
  OutboxError,
  type OutboxStatus,
  type Priority,
} from "../../ports/outbox.ts";
import { normalise, type Range } from "../../protocol/ranges.ts";
import { tombstone } from "./tombstone.ts";

interface Stored extends Held {
  readonly order: number;
}

export class SimOutbox implements Outbox {
  /** Most events held at a time. */
  room: number;
  /** The next calls fail with this. */
  broken: "io" | "busy" | null = null;
  readonly #listeners = new Set<(change: EpochChange) => void>();
  #held: Stored[] = [];
  #open = false;
  #epochs = 1;
  #head = 0;
  #heads = new Map<string, number>();

  constructor(room = 100_000) {
    this.room = room;
  }

  async open(): Promise<OutboxStatus> {
    this.#open = true;
    return this.status();
  }

  async close(): Promise<void> {
    this.#open = false;
  }

  async put(priority: Priority, body: string): Promise<Position> {
    this.#check();
    if (this.#held.length >= this.room) this.#shed(body);
    return this.#give(priority, body);
  }

  async list(priority: Priority, after: Position | null, limit: number): Promise<readonly Held[]> {
    this.#check();
    const from = after === null ? -1 : this.#order(after);
    return this.#held
      .filter((held) => held.priority === priority && held.order > from)
      .slice(0, limit)
      .map(bare);
  }

  async range(epoch: string, from: number, count: number): Promise<readonly Held[]> {
    this.#check();
    return this.#held.filter((held) => held.epoch === epoch && held.seq >= from && held.seq < from + count).map(bare);
  }

  async trim(epoch: string, ranges: readonly Range[]): Promise<number> {
    this.#check();
    const before = this.#held.length;
    const gone = normalise(ranges);
    this.#held = this.#held.filter(
      (held) => held.epoch !== epoch || !gone.some(([from, to]) => held.seq >= from && held.seq <= to),
    );
    return before - this.#held.length;
  }

  async status(): Promise<OutboxStatus> {
    const own = this.#held.filter((held) => held.epoch === this.#epoch);
    const count = (priority: Priority): number => this.#held.filter((held) => held.priority === priority).length;
    return {
      usable: this.#open && this.broken === null,
      why: this.broken === null ? null : "GL-4002",
      epoch: this.#epoch,
      head: this.#head,
      tail: own[0]?.seq ?? 0,
      alerts: count("alert"),
      system: count("system"),
      fill: this.#held.length / this.room,
    };
  }

  onEpoch(listener: (change: EpochChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Pretends that the disk's content was damaged: what is named is gone, the rest is held under its old numbers. */
  damage(lost: readonly number[]): void {
    const previousEpoch = this.#epoch;
    const previousHead = this.#head;
    this.#held = this.#held.filter((held) => held.epoch !== previousEpoch || !lost.includes(held.seq));
    this.#heads.set(previousEpoch, previousHead);
    this.#epochs += 1;
    this.#head = 0;
    const change: EpochChange = {
      why: "damaged",
      previousEpoch,
      previousHead,
      salvaged: this.#held.length,
      quarantined: null,
    };
    for (const listener of this.#listeners) listener(change);
  }

  get #epoch(): string {
    return epochName(this.#epochs);
  }

  #check(): void {
    if (!this.#open) throw new OutboxError("closed", "the outbox is not open");
    if (this.broken !== null) throw new OutboxError(this.broken, "the disk is broken, as told");
  }

  #give(priority: Priority, body: string): Position {
    this.#head += 1;
    const position = { epoch: this.#epoch, seq: this.#head };
    this.#held.push({ ...position, priority, body, order: this.#order(position) });
    return position;
  }

  #shed(cause: string): void {
    const oldest = this.#held.filter((held) => held.priority === "system").slice(0, 64);
    const same = oldest.filter((held) => held.epoch === oldest[0]?.epoch);
    if (same.length < 2) throw new OutboxError("full", "full of alerts");
    this.#held = this.#held.filter((held) => !same.includes(held));
    const ranges = normalise(same.map(({ seq }): Range => [seq, seq])).map(([from, to]): [number, number] => [
      from,
      to,
    ]);
    this.#give("alert", tombstone(cause, { ranges, kind: "system", count: same.length }));
  }

  #order({ epoch, seq }: Position): number {
    for (let number = 1; number <= this.#epochs; number += 1)
      if (epochName(number) === epoch) return number * 2 ** 40 + seq;
    return Number.POSITIVE_INFINITY;
  }
}

const epochName = (number: number): string => `00000000-0000-7000-8000-${String(number).padStart(12, "0")}`;
const bare = ({ order: _, ...held }: Stored): Held => held;
