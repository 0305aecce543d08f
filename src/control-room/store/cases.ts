import { type Instant, later, type Millis, minutes } from "../../core/units.ts";
import type { EventBody } from "../../protocol/envelope.ts";
import { type Case, type CaseKind, dueAt, type Outcome } from "../cases/case.ts";
import { type Filed, factsOf } from "../cases/filing.ts";
import { type Column, type Database, placeholders, type Row, type Session } from "../database/database.ts";
import type { AuditAction, AuditLog, AuditWord } from "./audit.ts";
import { addNotices, type Stage } from "./notices.ts";
import { Round } from "./round.ts";
import { type Memory, nothingTold } from "./told.ts";

interface CaseRow extends Row {
  doc: string;
  rev: number;
}
interface WaitingRow extends Row {
  n: number;
  at: number;
  body: string;
  has_subject: number;
}
/** What filing did: the case of each event, null as a whole where they were left, and every case that changed. */
export interface Filing {
  readonly places: readonly (string | null)[] | null;
  readonly changed: readonly string[];
}
/** Of the events that waited, how many are filed now, and why one of them is not. */
export interface FiledNow {
  readonly filed: number;
  readonly failed: unknown;
}
interface Behind {
  readonly filed: number;
  readonly changed: readonly string[];
}
/** Who is told when a case opens, or when nobody recognised it in time. */
export type Addressees = (one: Case, stage: Stage) => readonly string[];

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

/** Any number that nobody else locks (6001 the schema, 6003 the filing). */
const NOTICING_LOCK = 6_018;

/** Told by NOTIFY: ids of cases that changed, or `*` where something may have been missed. */
const casesTopic = "cases";
/** Ids in one NOTIFY, whose text may have 8,000 bytes. */
const nameable = 400;
/** Events left behind that are filed with the next ones. */
const mostBehind = 250;
/** How long an event that can't be filed stands aside. */
const asidePause: Millis = minutes(1);

/** Tells everybody on the database which cases changed. */
export async function tellCases(db: Database, session: Session, ids: readonly string[]): Promise<void> {
  for (let from = 0; from < ids.length; from += nameable)
    await db.notify(session, casesTopic, ids.slice(from, from + nameable).join(" "));
}

/** Cases, their notes, and the one transaction in which events become cases. */
export class CaseStore {
  readonly #db: Database;
  readonly #audit: AuditLog;
  readonly #escalateAfter: Millis;
  readonly #addressees: Addressees;
  /** Events that could not be filed while others were, and until when they keep out of their way. */
  readonly #aside = new Map<number, Instant>();
  constructor(db: Database, audit: AuditLog, escalateAfter: Millis, addressees: Addressees = () => []) {
    this.#db = db;
    this.#audit = audit;
    this.#escalateAfter = escalateAfter;
    this.#addressees = addressees;
  }

  /**
   * Files events within the transaction that stores them, behind those that wait. Without places where too many wait, or
   * another process files: then the events are left to the desk.
   */
  async fileNow(session: Session, facts: readonly Filed[], now: Instant): Promise<Filing> {
    // A row that another process holds fast must not hold up the storing: the events are filed later then.
    const bounded = this.#db.kind === "postgres";
    if (bounded) await session.run("SET LOCAL lock_timeout = '500ms'");
    const filing = await this.#fileBehind(session, facts, now);
    if (bounded) await session.run("SET LOCAL lock_timeout TO DEFAULT");
    return filing;
  }

  async #fileBehind(session: Session, facts: readonly Filed[], now: Instant): Promise<Filing> {
    if (!(await this.#myTurn(session))) return { places: null, changed: [] };
    const behind = await this.#fileWaiting(session, now, mostBehind);
    if (behind.filed === mostBehind) return { places: null, changed: behind.changed };
    const { places, changed } = await this.#file(session, facts, now);
    return { places, changed: [...behind.changed, ...changed] };
  }

  /**
   * Files at most `most` waiting events in the order of their arrival. One process at a time. Where one can't be filed the
   * others are, each by itself, and it waits a while. @throws where none can be.
   */
  async file(now: Instant, most: number): Promise<FiledNow> {
    for (const [n, until] of this.#aside) if (until <= now) this.#aside.delete(n);
    if ((await this.#waiting(this.#db, 1)).length === 0) return { filed: 0, failed: null };
    try {
      return { filed: await this.#inTurn((session) => this.#fileWaiting(session, now, most)), failed: null };
    } catch {
      return this.#fileApart(await this.#waiting(this.#db, most), now);
    }
  }

  async #fileApart(events: readonly WaitingRow[], now: Instant): Promise<FiledNow> {
    const failures: { readonly n: number; readonly error: unknown }[] = [];
    let filed = 0;
    for (const event of events) {
      try {
        filed += await this.#inTurn((session) => this.#fileThese(session, [event], now));
      } catch (error) {
        failures.push({ n: event.n, error });
      }
    }
    const [first] = failures;
    if (first !== undefined && filed === 0) throw first.error;
    for (const { n } of failures) this.#aside.set(n, later(now, asidePause));
    return { filed, failed: first?.error ?? null };
  }

  async #inTurn(work: (session: Session) => Promise<Behind>): Promise<number> {
    return this.#db.transaction(async (session) => ((await this.#myTurn(session)) ? (await work(session)).filed : 0));
  }

  async #fileWaiting(session: Session, now: Instant, most: number): Promise<Behind> {
    return this.#fileThese(session, await this.#waiting(session, most), now);
  }

  #waiting(session: Session, most: number): Promise<WaitingRow[]> {
    const aside = [...this.#aside.keys()];
    const but = aside.length === 0 ? "" : `AND n NOT IN (${placeholders(aside.length, 2)})`;
    return session.all<WaitingRow>(
      `SELECT n, at, body, CASE WHEN sealed IS NULL THEN 0 ELSE 1 END AS has_subject FROM event
       WHERE filed = 0 ${but} ORDER BY n LIMIT $1`,
      most,
      ...aside,
    );
  }

  async #fileThese(session: Session, events: readonly WaitingRow[], now: Instant): Promise<Behind> {
    if (events.length === 0) return { filed: 0, changed: [] };
    const { places, changed } = await this.#file(session, events.map(storedFacts), now);
    await this.#mark(
      session,
      events.map((event, at) => [event.n, places[at] ?? null]),
    );
    return { filed: events.length, changed };
  }

  async #file(session: Session, facts: readonly Filed[], now: Instant) {
    const round = new Round(session, this.#db.lock, now);
    const places = await round.place(facts);
    const changed = [...round.changed.keys()];
    await this.#write(session, [...round.changed.values()]);
    await this.#addressTo(session, round.opened, "open", now);
    await this.#tell(session, changed);
    return { places, changed };
  }

  async #addressTo(session: Session, cases: readonly Case[], stage: Stage, now: Instant): Promise<void> {
    const words = cases.flatMap((one) =>
      this.#addressees(one, stage).map((addressee) => ({ caseId: one.id, addressee, stage })),
    );
    await addNotices(session, words, now);
  }

  /**
   * Files something that the control room noticed itself, unless its case is open already or `memory` says that it was
   * told. One process at a time, so that two that notice the same make one case of it.
   */
  async notice(facts: Filed, now: Instant, memory: Memory = nothingTold): Promise<Case | null> {
    return this.#db.transaction(async (session) => {
      if (this.#db.kind === "postgres") await session.all(`SELECT pg_advisory_xact_lock(${NOTICING_LOCK})`);
      if (await memory.told(session)) return null;
      const round = new Round(session, this.#db.lock, now);
      await round.place([facts]);
      const [one] = round.opened;
      if (one === undefined) return null;
      await this.#write(session, [one]);
      await memory.keep(session);
      await this.#tell(session, [one.id]);
      return one;
    });
  }

  /** Cases of what the control room noticed itself that are unresolved and whose condition lasts. */
  async lasting(kind: CaseKind): Promise<Case[]> {
    const rows = await this.#db.all<CaseRow>(
      "SELECT doc, rev FROM cases WHERE state <> 'resolved' AND key LIKE $1 ORDER BY id",
      `%|${kind}`,
    );
    return rows.map((row) => JSON.parse(row.doc) as Case).filter((one) => one.normalAt === null);
  }

  /** The condition with this key is over; its case says so and stays for the operator. */
  async returned(key: string, at: Instant): Promise<void> {
    await this.#db.transaction(async (session) => {
      const rows = await session.all<CaseRow>(
        `SELECT doc, rev FROM cases WHERE key = $1 AND state <> 'resolved' ORDER BY id ${this.#db.lock}`,
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
      const overdue = changed.filter((_, at) => words[at]?.action === "escalate");
      await this.#addressTo(session, overdue, "overdue", now);
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

  #tell(session: Session, ids: readonly string[]): Promise<void> {
    return tellCases(this.#db, session, ids);
  }

  async #myTurn(session: Session): Promise<boolean> {
    if (this.#db.kind === "sqlite") return true;
    const [row] = await session.all<{ turn: number }>("SELECT pg_try_advisory_xact_lock(6003)::int AS turn");
    return row?.turn === 1;
  }

  /** Marks events as filed, all in one statement: a round trip for each would be most of a filing's time. */
  async #mark(session: Session, places: readonly (readonly [n: number, caseId: string | null])[]): Promise<void> {
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

const storedFacts = (row: WaitingRow): Filed => ({
  ...factsOf(JSON.parse(row.body) as EventBody, row.at as Instant),
  hasSubject: row.has_subject === 1,
});
