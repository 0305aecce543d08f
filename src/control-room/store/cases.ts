import { createHash, randomBytes } from "node:crypto";
import type { Instant, Millis } from "../../core/units.ts";
import { type Case, dueAt, type Outcome } from "../cases/case.ts";
import { belongs, effectOf, type Filed, join, keyOf, open } from "../cases/filing.ts";
import { type Column, type Database, placeholders, type Row, type Session } from "../database/database.ts";
import type { AuditAction, AuditLog, AuditWord } from "./audit.ts";
import { type StoredEvent, storedColumns } from "./events.ts";

interface CaseRow extends Row {
  doc: string;
  rev: number;
}
interface NoteRow extends Row {
  at: number;
  who: string;
  text: string;
}
export interface Note {
  readonly at: Instant;
  readonly who: string;
  readonly text: string;
}
/** What one round of filing did. */
export interface FilingResult {
  /** Events that were looked at; zero when none waits. */
  readonly filed: number;
  readonly changed: readonly Case[];
  readonly opened: readonly Case[];
}
/** Turns a stored event into what filing needs; null where its text can't be read. */
export type ReadEvent = (event: StoredEvent) => Filed | null;

const caseColumns: readonly Column[] = [
  { name: "id", type: "text" },
  { name: "key", type: "text" },
  { name: "state", type: "text" },
  { name: "priority", type: "int" },
  { name: "src", type: "text" },
  { name: "opened", type: "int" },
  { name: "last_at", type: "int" },
  { name: "resolved_at", type: "int" },
  { name: "due", type: "int" },
  { name: "rev", type: "int" },
  { name: "doc", type: "text" },
];
const caseUpsert = `ON CONFLICT (id) DO UPDATE SET state = excluded.state, priority = excluded.priority,
  src = excluded.src, opened = excluded.opened, last_at = excluded.last_at, resolved_at = excluded.resolved_at,
  due = excluded.due, rev = excluded.rev, doc = excluded.doc`;

/** Told by NOTIFY: ids of cases that changed, or `*` where something may have been missed. */
export const casesTopic = "cases";
/** Ids in one NOTIFY, whose text may have 8,000 bytes. */
const nameable = 400;
/** Local days of the district: +08:00 all year. */
const districtOffset = 8 * 3_600_000;
export const longestNote = 1_000;

/** Cases, their notes, and the one transaction in which events become cases. */
export class CaseStore {
  readonly #db: Database;
  readonly #audit: AuditLog;
  readonly #escalateAfter: Millis;
  constructor(db: Database, audit: AuditLog, escalateAfter: Millis) {
    this.#db = db;
    this.#audit = audit;
    this.#escalateAfter = escalateAfter;
  }

  /** Files at most `most` waiting events in the order of their arrival. Of several processes one files at a time. */
  async file(read: ReadEvent, now: Instant, most: number): Promise<FilingResult> {
    return this.#db.transaction(async (session) => {
      if (!(await this.#myTurn(session))) return { filed: 0, changed: [], opened: [] };
      const events = await session.all<StoredEvent>(
        `SELECT ${storedColumns} FROM event WHERE filed = 0 ORDER BY n LIMIT $1`,
        most,
      );
      const filed = events.map((event) => ({ event, facts: read(event) }));
      const round = new Round(session, now);
      await round.load(filed.flatMap(({ facts }) => (facts === null ? [] : [keyOf(facts)])));
      const places: (readonly [n: number, caseId: string | null])[] = [];
      for (const { event, facts } of filed) places.push([event.n, facts === null ? null : await round.put(facts)]);
      await this.#place(session, places);
      await this.#write(session, [...round.changed.values()]);
      await this.#tell(session, [...round.changed.keys()]);
      return { filed: events.length, changed: [...round.changed.values()], opened: round.opened };
    });
  }

  /** Files something that the control room noticed itself, unless its case is open already. */
  async notice(facts: Filed, now: Instant): Promise<Case | null> {
    return this.#db.transaction(async (session) => {
      const round = new Round(session, now);
      await round.load([keyOf(facts)]);
      if (round.isOpen(facts)) return null;
      await round.put(facts);
      const [one] = round.changed.values();
      if (one === undefined) return null;
      await this.#write(session, [one]);
      await this.#tell(session, [one.id]);
      return one;
    });
  }

  /** The condition with this key is over; its case says so and stays for the operator. */
  async returned(key: string, at: Instant): Promise<void> {
    await this.#db.transaction(async (session) => {
      const rows = await session.all<CaseRow>(
        `SELECT doc, rev FROM cases WHERE key = $1 AND state <> 'resolved' ${this.#db.lock}`,
        key,
      );
      for (const row of rows) {
        const one = JSON.parse(row.doc) as Case;
        if (one.normalAt !== null) continue;
        const next: Case = { ...one, normalAt: at, rev: one.rev + 1 };
        await this.#write(session, [next]);
        await this.#tell(session, [next.id]);
      }
    });
  }

  /**
   * One action on one case: applied, written and entered into the audit log together. A refusal changes nothing and is
   * no entry. Resolves with null where there is no such case.
   */
  async act(
    id: string,
    apply: (before: Case) => Outcome,
    word: {
      readonly who: string;
      readonly at: Instant;
      readonly action: AuditAction;
      readonly detail?: AuditWord["detail"];
    },
  ): Promise<Outcome | null> {
    return this.#db.transaction(async (session) => {
      const [row] = await session.all<CaseRow>(`SELECT doc, rev FROM cases WHERE id = $1 ${this.#db.lock}`, id);
      if (row === undefined) return null;
      const outcome = apply(JSON.parse(row.doc) as Case);
      if (!outcome.ok) return outcome;
      await this.#write(session, [outcome.case]);
      const { who, at, action, detail = {} } = word;
      await this.#audit.append(session, [{ who, at, action, caseId: id, detail }]);
      await this.#tell(session, [id]);
      return outcome;
    });
  }

  /** A note of an operator. The log gets a salted digest, so that the text can be erased and still not be forged. */
  async addNote(id: string, note: Note): Promise<boolean> {
    const text = note.text.trim().slice(0, longestNote);
    return this.#db.transaction(async (session) => {
      const [row] = await session.all<CaseRow>("SELECT doc, rev FROM cases WHERE id = $1", id);
      if (row === undefined || text === "") return false;
      const salt = randomBytes(16).toString("hex");
      await session.run(
        "INSERT INTO note (case_id, at, who, salt, text) VALUES ($1, $2, $3, $4, $5)",
        id,
        note.at,
        note.who,
        salt,
        text,
      );
      const digest = createHash("sha256").update(salt).update(text).digest("hex");
      await this.#audit.append(session, [
        { at: note.at, who: note.who, action: "note", caseId: id, detail: { digest } },
      ]);
      await this.#tell(session, [id]);
      return true;
    });
  }

  async notes(id: string): Promise<Note[]> {
    const rows = await this.#db.all<NoteRow>("SELECT at, who, text FROM note WHERE case_id = $1 ORDER BY n", id);
    return rows.map((row) => ({ at: row.at as Instant, who: row.who, text: row.text }));
  }

  /** Does what has become due: shelves that end, reds that nobody recognised. Resolves with what changed. */
  async due(
    now: Instant,
    change: (one: Case) => { readonly next: Case; readonly action: AuditAction } | null,
  ): Promise<Case[]> {
    const skip = this.#db.kind === "postgres" ? "FOR UPDATE SKIP LOCKED" : "";
    return this.#db.transaction(async (session) => {
      const rows = await session.all<CaseRow>(
        `SELECT doc, rev FROM cases WHERE due <= $1 ORDER BY due LIMIT 200 ${skip}`,
        now,
      );
      const changed: Case[] = [];
      const words: AuditWord[] = [];
      for (const row of rows) {
        const result = change(JSON.parse(row.doc) as Case);
        if (result === null) continue;
        await this.#write(session, [result.next]);
        words.push({ at: now, who: "system", action: result.action, caseId: result.next.id, detail: {} });
        changed.push(result.next);
      }
      await this.#audit.append(session, words);
      await this.#tell(
        session,
        changed.map((one) => one.id),
      );
      return changed;
    });
  }

  async get(ids: readonly string[]): Promise<Case[]> {
    if (ids.length === 0) return [];
    const rows = await this.#db.all<CaseRow>(
      `SELECT doc, rev FROM cases WHERE id IN (${placeholders(ids.length)})`,
      ...ids,
    );
    return rows.map((row) => JSON.parse(row.doc) as Case);
  }

  /** Everything unresolved, and what was resolved since `resolvedSince`. */
  async current(resolvedSince: Instant, most: number): Promise<Case[]> {
    const rows = await this.#db.all<CaseRow>(
      "SELECT doc, rev FROM cases WHERE state <> 'resolved' OR resolved_at >= $1 ORDER BY priority, opened DESC LIMIT $2",
      resolvedSince,
      most,
    );
    return rows.map((row) => JSON.parse(row.doc) as Case);
  }

  /** Cases opened in `[from, to)`, oldest first, for the export. */
  async between(from: Instant, to: Instant, most: number): Promise<Case[]> {
    const rows = await this.#db.all<CaseRow>(
      "SELECT doc, rev FROM cases WHERE opened >= $1 AND opened < $2 ORDER BY opened LIMIT $3",
      from,
      to,
      most,
    );
    return rows.map((row) => JSON.parse(row.doc) as Case);
  }

  onChange(listener: (ids: readonly string[] | "all") => void): () => void {
    return this.#db.onNotify(casesTopic, (payload) => listener(payload === "*" ? "all" : payload.split(" ")));
  }

  async #tell(session: Session, ids: readonly string[]): Promise<void> {
    for (let from = 0; from < ids.length; from += nameable)
      await this.#db.notify(session, casesTopic, ids.slice(from, from + nameable).join(" "));
  }

  async #myTurn(session: Session): Promise<boolean> {
    if (this.#db.kind === "sqlite") return true;
    const [row] = await session.all<{ turn: number }>("SELECT pg_try_advisory_xact_lock(6003)::int AS turn");
    return row?.turn === 1;
  }

  /** Marks events as filed, all in one statement: a round trip for each would be most of a filing's time. */
  async #place(session: Session, places: readonly (readonly [n: number, caseId: string | null])[]): Promise<void> {
    if (places.length === 0) return;
    const text =
      this.#db.kind === "sqlite"
        ? `UPDATE event SET filed = 1, case_id = w.value ->> 1 FROM json_each($1) w WHERE event.n = w.value ->> 0`
        : `UPDATE event SET filed = 1, case_id = w.value ->> 1 FROM json_array_elements($1::json) w
           WHERE event.n = (w.value ->> 0)::bigint`;
    await session.run(text, JSON.stringify(places));
  }

  async #write(session: Session, cases: readonly Case[]): Promise<void> {
    const rows = cases.map((one) => [
      one.id,
      one.key,
      one.state,
      one.priority,
      one.src,
      one.openedAt,
      one.lastAt,
      one.resolved?.at ?? null,
      dueAt(one, this.#escalateAfter),
      one.rev,
      JSON.stringify(one),
    ]);
    await session.insertMany("cases", caseColumns, rows, caseUpsert);
  }
}

/** The open cases that one round of filing touches, in memory until all its events are placed. */
class Round {
  readonly changed = new Map<string, Case>();
  readonly opened: Case[] = [];
  readonly #open = new Map<string, Case[]>();
  readonly #session: Session;
  readonly #now: Instant;
  constructor(session: Session, now: Instant) {
    this.#session = session;
    this.#now = now;
  }

  async load(keys: readonly string[]): Promise<void> {
    const wanted = [...new Set(keys)];
    for (let from = 0; from < wanted.length; from += 200) {
      const part = wanted.slice(from, from + 200);
      const rows = await this.#session.all<CaseRow>(
        `SELECT doc, rev FROM cases WHERE state <> 'resolved' AND key IN (${placeholders(part.length)})`,
        ...part,
      );
      for (const row of rows) this.#remember(JSON.parse(row.doc) as Case);
    }
  }

  isOpen(facts: Filed): boolean {
    return (this.#open.get(keyOf(facts)) ?? []).some((one) => belongs(one, facts));
  }

  /** Resolves with the case's id; null where the event makes none and belongs to none. */
  async put(facts: Filed): Promise<string | null> {
    const known = (this.#open.get(keyOf(facts)) ?? []).find((one) => belongs(one, facts));
    const effect = effectOf(facts.type);
    if (known !== undefined) {
      // A journal entry is shown with its case and changes nothing about it.
      if (effect !== "journal") this.#remember(join(known, facts, this.#now), true);
      return known.id;
    }
    if (effect !== "opens") return null;
    const one = open(await this.#nextId(), facts, this.#now);
    this.#remember(one, true);
    this.opened.push(one);
    return one.id;
  }

  #remember(one: Case, changed = false): void {
    const others = (this.#open.get(one.key) ?? []).filter((other) => other.id !== one.id);
    this.#open.set(one.key, [...others, one]);
    if (changed) this.changed.set(one.id, one);
  }

  async #nextId(): Promise<string> {
    const day = new Date(this.#now + districtOffset).toISOString().slice(0, 10);
    const [row] = await this.#session.all<{ value: number }>(
      `INSERT INTO counter (name, value) VALUES ($1, 1)
       ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value`,
      `case ${day}`,
    );
    return `C-${day.slice(2, 4)}${day.slice(5, 7)}${day.slice(8, 10)}-${String(row?.value ?? 0).padStart(4, "0")}`;
  }
}
