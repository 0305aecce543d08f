import type { Instant } from "../../core/units.ts";
import type { Case } from "../cases/case.ts";
import { belongs, effectOf, type Filed, join, keyOf, open } from "../cases/filing.ts";
import { type Database, placeholders, type Row, type Session } from "../database/database.ts";

/** Keys asked for in one statement. */
const atOnce = 200;
/** Local days of the district: +08:00 all year. */
const districtOffset = 8 * 3_600_000;

/** The open cases that one round of filing touches, in memory until all its events are placed. */
export class Round {
  readonly changed = new Map<string, Case>();
  readonly opened: Case[] = [];
  /** By key, those that aren't resolved. */
  readonly #known = new Map<string, Case[]>();
  readonly #session: Session;
  readonly #lock: Database["lock"];
  readonly #now: Instant;
  constructor(session: Session, lock: Database["lock"], now: Instant) {
    this.#session = session;
    this.#lock = lock;
    this.#now = now;
  }

  /** Places events in their order; resolves with each one's case, null where it makes none and belongs to none. */
  async place(facts: readonly Filed[]): Promise<(string | null)[]> {
    const keys = facts.map(keyOf);
    await this.#load(new Set(keys));
    const numbers = new CaseNumbers(this.#session, this.#now, facts.length);
    const places: (string | null)[] = [];
    for (const [at, one] of facts.entries())
      places.push(this.#join(one, keys[at] ?? "") ?? (await this.#open(one, numbers)));
    await numbers.giveBack();
    return places;
  }

  /** Locked until the end, so that what an operator does meanwhile comes after it and is not overwritten. */
  async #load(keys: ReadonlySet<string>): Promise<void> {
    const wanted = [...keys];
    for (let from = 0; from < wanted.length; from += atOnce) {
      const part = wanted.slice(from, from + atOnce);
      const rows = await this.#session.all<Row & { doc: string }>(
        `SELECT doc FROM cases WHERE state <> 'resolved' AND key IN (${placeholders(part.length)}) ORDER BY id ${this.#lock}`,
        ...part,
      );
      for (const row of rows) this.#remember(JSON.parse(row.doc) as Case);
    }
  }

  /** The event's open case, changed by it; null where there is none. */
  #join(facts: Filed, key: string): string | null {
    const cases = this.#known.get(key) ?? [];
    const at = cases.findIndex((one) => belongs(one, facts));
    const known = cases[at];
    if (known === undefined) return null;
    // A journal entry is shown with its case and changes nothing about it.
    if (effectOf(facts.type) === "journal") return known.id;
    const joined = join(known, facts, this.#now);
    cases[at] = joined;
    this.changed.set(joined.id, joined);
    return joined.id;
  }

  async #open(facts: Filed, numbers: CaseNumbers): Promise<string | null> {
    if (effectOf(facts.type) !== "opens") return null;
    const one = open(await numbers.next(), facts, this.#now);
    this.#remember(one);
    this.changed.set(one.id, one);
    this.opened.push(one);
    return one.id;
  }

  #remember(one: Case): void {
    const others = this.#known.get(one.key);
    if (others === undefined) this.#known.set(one.key, [one]);
    else others.push(one);
  }
}

/** Numbers of new cases, counted per day of the district: drawn for a whole round at once, and what is left goes back. */
class CaseNumbers {
  readonly #session: Session;
  readonly #day: string;
  readonly #most: number;
  #left = 0;
  #last = 0;
  constructor(session: Session, now: Instant, most: number) {
    this.#session = session;
    this.#day = new Date(now + districtOffset).toISOString().slice(0, 10);
    this.#most = most;
  }

  async next(): Promise<string> {
    if (this.#left === 0) {
      const [row] = await this.#session.all<{ value: number }>(
        `INSERT INTO counter (name, value) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value RETURNING value`,
        `case ${this.#day}`,
        this.#most,
      );
      this.#last = row?.value ?? 0;
      this.#left = this.#most;
    }
    this.#left -= 1;
    const day = this.#day;
    return `C-${day.slice(2, 4)}${day.slice(5, 7)}${day.slice(8, 10)}-${String(this.#last - this.#left).padStart(4, "0")}`;
  }

  /** Exact, since the row stays locked until the transaction's end. */
  async giveBack(): Promise<void> {
    if (this.#left === 0) return;
    await this.#session.run("UPDATE counter SET value = value - $1 WHERE name = $2", this.#left, `case ${this.#day}`);
    this.#left = 0;
  }
}
