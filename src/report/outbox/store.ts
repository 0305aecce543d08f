/**
 * The outbox on SQLite, synchronous: it lives in the outbox thread (outbox.worker.ts). Write-ahead log with
 * `synchronous=FULL`, so a `put` that returned survives a power cut.
 */
import { closeSync, existsSync, ftruncateSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import Database from "better-sqlite3";
import type { Position } from "../../ports/event-log.ts";
import { type EpochChange, type Held, OutboxError, type OutboxStatus, type Priority } from "../../ports/outbox.ts";
import { normalise, type Range } from "../../protocol/ranges.ts";
import { uuidV7 } from "../../protocol/uuid.ts";
import { type Db, type Doubt, doubtDatabase, doubtWal, headOf, openDatabase, quarantine, salvage } from "./database.ts";
import { bodyOf, crcOf, epochOf, keyOf, type Row, schema, seqOf } from "./rows.ts";
import { tombstone } from "./tombstone.ts";
import { Witness } from "./witness.ts";

export interface StoreSettings {
  readonly directory: string;
  /** Bytes set aside for events. */
  readonly capacity: number;
  /** Whether the room is taken on the disk ahead (`grow`), so that others can't fill it. */
  readonly reserve: boolean;
  readonly synchronous: "FULL" | "OFF";
}

/** Freed at once when the disk is full: the log needs a megabyte even where the file itself need not grow. */
const ballastBytes = 4 * 1024 * 1024;
const shedBatch = 64;
const trimStep = 100;
const growStep = 256 * 1024;

export class OutboxStore {
  readonly #settings: StoreSettings;
  readonly #file: string;
  readonly #ballast: string;
  readonly #witness: Witness;
  readonly #onEpoch: (change: EpochChange) => void;
  #db: Db | null = null;
  #why: string | null = "GL-4008";
  #epoch: { number: number; id: string } = { number: 0, id: "" };
  #head = 0;
  #grown = false;
  /** Of the database in use; prepared once, because a put is what the barrier waits for. */
  #inserts: Readonly<Record<Priority, Database.Statement>> | null = null;

  constructor(settings: StoreSettings, onEpoch: (change: EpochChange) => void) {
    this.#settings = settings;
    this.#file = join(settings.directory, "outbox.db");
    this.#ballast = join(settings.directory, "outbox.ballast");
    this.#witness = new Witness(join(settings.directory, "outbox.head"));
    this.#onEpoch = onEpoch;
  }

  open(): OutboxStatus {
    try {
      this.#open();
    } catch (error) {
      this.#fail(error);
    }
    return this.status();
  }

  close(): void {
    this.#witness.close();
    this.#db?.close();
    this.#db = null;
    this.#why = "GL-4008";
  }

  put(priority: Priority, body: string): Position {
    return this.#guarded((db) => {
      try {
        return this.#insert(db, priority, body);
      } catch (error) {
        if (!isFull(error)) throw error;
        this.#dropBallast();
        return this.#insertByShedding(db, priority, body);
      }
    });
  }

  list(priority: Priority, after: Position | null, limit: number): Held[] {
    return this.#guarded((db) => {
      const from = after === null ? 0 : this.#keyOf(db, after.epoch, after.seq);
      if (from === null) return [];
      const rows = db
        .prepare<[number, number], Row>(`SELECT key, body, crc FROM ${priority} WHERE key > ? ORDER BY key LIMIT ?`)
        .all(from, limit);
      return this.#held(db, priority, rows);
    });
  }

  range(epoch: string, from: number, count: number): Held[] {
    return this.#guarded((db) => {
      const first = this.#keyOf(db, epoch, from);
      if (first === null) return [];
      const both = (["alert", "system"] as const).flatMap((priority) =>
        this.#held(
          db,
          priority,
          db
            .prepare<[number, number], Row>(`SELECT key, body, crc FROM ${priority} WHERE key BETWEEN ? AND ?`)
            .all(first, first + count - 1),
        ),
      );
      return both.sort((a, b) => a.seq - b.seq);
    });
  }

  trim(epoch: string, ranges: readonly Range[]): number {
    return this.#guarded((db) => {
      const number = this.#numberOf(db, epoch);
      if (number === null) return 0;
      const head = number === this.#epoch.number ? this.#head : headOf(db, number);
      // Deleting the highest row must not make its number free again.
      db.prepare("UPDATE epoch SET head = ? WHERE number = ? AND head < ?").run(head, number, head);
      let gone = 0;
      for (const [from, to] of normalise(ranges)) {
        const [first, last] = [keyOf(number, Math.max(1, from)), keyOf(number, Math.min(to, head))];
        if (last >= first) for (const table of ["alert", "system"] as const) gone += this.#drop(db, table, first, last);
      }
      return gone;
    });
  }

  /** In small steps: one large transaction would make the log grow, and on a full disk it can't. */
  #drop(db: Db, table: Priority, first: number, last: number): number {
    const some = db.prepare(
      `DELETE FROM ${table} WHERE key IN (SELECT key FROM ${table} WHERE key BETWEEN ? AND ? LIMIT ${trimStep})`,
    );
    let gone = 0;
    for (let step = trimStep; step === trimStep; gone += step) step = some.run(first, last).changes;
    return gone;
  }

  status(): OutboxStatus {
    const base = { epoch: this.#epoch.id, head: this.#head };
    const closed: OutboxStatus = { usable: false, why: this.#why, ...base, tail: 0, alerts: 0, system: 0, fill: 0 };
    if (this.#db === null) return closed;
    try {
      const db = this.#db;
      const count = (table: string): number =>
        db.prepare<[], { n: number }>(`SELECT count(*) AS n FROM ${table}`).get()?.n ?? 0;
      const tails = (["alert", "system"] as const).map(
        (table) =>
          db
            .prepare<[number], { key: number | null }>(`SELECT min(key) AS key FROM ${table} WHERE key > ?`)
            .get(keyOf(this.#epoch.number, 0))?.key ?? null,
      );
      const tail = Math.min(...tails.map((key) => (key === null ? Number.POSITIVE_INFINITY : seqOf(key))));
      const pages = (name: string): number => db.pragma(name, { simple: true }) as number;
      const fill = (pages("page_count") - pages("freelist_count")) / pages("max_page_count");
      return {
        usable: true,
        why: null,
        ...base,
        tail: Number.isFinite(tail) ? tail : 0,
        alerts: count("alert"),
        system: count("system"),
        fill,
      };
    } catch {
      return closed;
    }
  }

  /**
   * Takes one more step of room on the disk, so that a disk filled by others leaves the outbox's share. True while
   * there is more to take; meant to be called when nothing else is to be done.
   */
  grow(): boolean {
    const db = this.#db;
    if (!this.#settings.reserve || db === null) return false;
    try {
      if (!existsSync(this.#ballast) || statSync(this.#ballast).size < ballastBytes) return this.#takeBallast();
      const page = db.pragma("page_size", { simple: true }) as number;
      const free =
        (db.pragma("max_page_count", { simple: true }) as number) -
        (db.pragma("page_count", { simple: true }) as number);
      if (free * page > growStep * 2) {
        db.prepare("INSERT INTO reserve(room) VALUES (zeroblob(?))").run(growStep);
        return true;
      }
      const taken = db.prepare<[], { number: number }>("SELECT number FROM reserve LIMIT 1").get();
      if (taken === undefined) {
        // What is still in the log has no place in the file yet.
        if (!this.#grown) db.pragma("wal_checkpoint(PASSIVE)");
        this.#grown = true;
        return false;
      }
      db.pragma("secure_delete = OFF");
      db.prepare("DELETE FROM reserve WHERE number = ?").run(taken.number);
      db.pragma("secure_delete = ON");
      return true;
    } catch {
      return false;
    }
  }

  /** Empties the log when there is nothing to lose, so that trimmed events don't linger in it. */
  tidy(): void {
    const db = this.#db;
    if (db === null || this.#holdsAny(db)) return;
    try {
      db.pragma("wal_checkpoint(TRUNCATE)");
    } catch {
      // The next commit says what is wrong with the disk.
    }
  }

  #holdsAny(db: Db): boolean {
    return db.prepare("SELECT 1 FROM alert UNION ALL SELECT 1 FROM system LIMIT 1").get() !== undefined;
  }

  #open(): void {
    // Opened again after an I/O error, this process itself knows better than a file that was never synced.
    const witnessed = this.#epoch.id === "" ? this.#witness.read() : { epoch: this.#epoch.id, seq: this.#head };
    const existed = existsSync(this.#file);
    const walDoubt = existed ? doubtWal(this.#file) : null;
    let db: Db;
    let doubt: Doubt | null;
    try {
      db = openDatabase({ file: this.#file, ...this.#settings, schema });
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#startOver("damaged", witnessed);
      return;
    }
    try {
      doubt = existed ? doubtDatabase(db, witnessed) : witnessed === null ? null : "missing";
    } catch (error) {
      db.close();
      if (!isDamage(error)) throw error;
      this.#startOver("damaged", witnessed);
      return;
    }
    if (doubt === "damaged") {
      db.close();
      this.#startOver("damaged", witnessed);
      return;
    }
    this.#use(db, doubt ?? walDoubt, witnessed, null, 0);
  }

  /** Sets the file aside and begins a new one with what can be read of it. */
  #startOver(why: Doubt, witnessed: { epoch: string; seq: number } | null): void {
    const aside = quarantine(this.#file);
    const saved = salvage(this.#settings.directory, aside, witnessed);
    const nameless: { table: Priority; row: Row }[] = [];
    const db = openDatabase({ file: this.#file, ...this.#settings, schema });
    db.transaction(() => {
      for (const { number, id, head } of saved.epochs)
        db.prepare("INSERT OR IGNORE INTO epoch(number, id, head) VALUES (?, ?, ?)").run(number, id, head);
      const known = new Set(
        db
          .prepare<[], { number: number }>("SELECT number FROM epoch")
          .all()
          .map((row) => row.number),
      );
      for (const { table, row } of saved.rows)
        if (known.has(epochOf(row.key)))
          db.prepare(`INSERT OR IGNORE INTO ${table}(key, body, crc) VALUES (?, ?, ?)`).run(row.key, row.body, row.crc);
        else nameless.push({ table, row });
    }).immediate();
    this.#use(db, why, witnessed, aside, saved.rows.length);
    // Nothing says any more under which name the centre knows their numbers: they get new ones.
    const inOrder = nameless.sort((a, b) => a.row.key - b.row.key);
    db.transaction(() => {
      for (const { table, row } of inOrder) this.#insert(db, table, row.body.toString("utf8"));
    }).immediate();
  }

  #use(
    db: Db,
    doubt: Doubt | null,
    witnessed: { epoch: string; seq: number } | null,
    aside: string | null,
    salvaged: number,
  ): void {
    const last = db
      .prepare<[], { number: number; id: string }>("SELECT number, id FROM epoch ORDER BY number DESC LIMIT 1")
      .get();
    this.#db = db;
    this.#inserts = null;
    this.#why = null;
    if (last !== undefined && doubt === null) {
      this.#epoch = last;
      this.#head = headOf(db, last.number);
      return;
    }
    const previousHead = last === undefined ? 0 : headOf(db, last.number);
    const next = { number: (last?.number ?? 0) + 1, id: uuidV7(Date.now()) };
    db.prepare("INSERT INTO epoch(number, id, head) VALUES (?, ?, 0)").run(next.number, next.id);
    this.#epoch = next;
    this.#head = 0;
    this.#witness.write(next.id, 0);
    if (doubt === null) return;
    const known = witnessed !== null && (last === undefined || witnessed.epoch === last.id) ? witnessed.seq : 0;
    this.#onEpoch({
      why: doubt,
      previousEpoch: last?.id ?? witnessed?.epoch ?? null,
      previousHead: Math.max(previousHead, known),
      salvaged,
      quarantined: aside,
    });
  }

  #insert(db: Db, priority: Priority, body: string): Position {
    const seq = this.#head + 1;
    this.#write(db, priority, seq, body);
    return this.#gaveOut(seq);
  }

  #insertByShedding(db: Db, priority: Priority, body: string): Position {
    const last = db
      .transaction(() => {
        const oldest = db
          .prepare<[number], { key: number }>("SELECT key FROM system ORDER BY key LIMIT ?")
          .all(shedBatch)
          .filter(({ key }, _, all) => epochOf(key) === epochOf(all[0]?.key ?? 0));
        const first = oldest[0];
        if (first === undefined)
          throw new OutboxError("full", "the outbox is full of alerts; restore the link to the centre");
        for (const { key } of oldest) db.prepare("DELETE FROM system WHERE key = ?").run(key);
        const ranges = normalise(oldest.map(({ key }): Range => [seqOf(key), seqOf(key)]));
        const grave = tombstone(body, {
          ranges: ranges.map(([from, to]) => [from, to]),
          kind: "system",
          count: oldest.length,
          ...this.#olderEpoch(db, epochOf(first.key)),
        });
        this.#write(db, "alert", this.#head + 1, grave);
        this.#write(db, priority, this.#head + 2, body);
        return this.#head + 2;
      })
      .immediate();
    return this.#gaveOut(last);
  }

  /** A tombstone for an older epoch names it: its numbers are not those of the epoch in which the tombstone stands. */
  #olderEpoch(db: Db, number: number): { epoch?: string } {
    if (number === this.#epoch.number) return {};
    const row = db.prepare<[number], { id: string }>("SELECT id FROM epoch WHERE number = ?").get(number);
    return row === undefined ? damage() : { epoch: row.id };
  }

  #write(db: Db, priority: Priority, seq: number, body: string): void {
    const key = keyOf(this.#epoch.number, seq);
    const bytes = Buffer.from(body, "utf8");
    this.#inserts ??= {
      alert: db.prepare("INSERT INTO alert(key, body, crc) VALUES (?, ?, ?)"),
      system: db.prepare("INSERT INTO system(key, body, crc) VALUES (?, ?, ?)"),
    };
    this.#inserts[priority].run(key, bytes, crcOf(key, bytes));
  }

  #gaveOut(seq: number): Position {
    this.#head = seq;
    this.#witness.write(this.#epoch.id, seq);
    return { epoch: this.#epoch.id, seq };
  }

  /** Runs one operation; a database that turns out damaged is set aside and the operation runs on the new one. */
  #guarded<T>(work: (db: Db) => T): T {
    if (this.#db === null) this.open();
    if (this.#db === null)
      throw new OutboxError(
        this.#why === "GL-4006" ? "busy" : "io",
        "the outbox can't be opened; see its folder and the disk",
      );
    try {
      return work(this.#db);
    } catch (error) {
      if (error instanceof OutboxError) throw error;
      if (isFull(error)) throw new OutboxError("full", "the disk or the outbox is full");
      const damaged = isDamage(error);
      this.#db.close();
      this.#db = null;
      if (!damaged) throw this.#fail(error);
      try {
        this.#startOver("damaged", { epoch: this.#epoch.id, seq: this.#head });
        return work(this.#db as unknown as Db);
      } catch (again) {
        throw again instanceof OutboxError ? again : this.#fail(again);
      }
    }
  }

  /** @throws the error itself where it is no fault of disk or file: a missing addon must not look like a bad disk. */
  #fail(error: unknown): OutboxError {
    if (!(error instanceof Error && "code" in error)) throw error;
    this.#db?.close();
    this.#db = null;
    // A file kept open would hold a broken mount, and go on writing into it after the repair.
    this.#witness.close();
    const busy = error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY");
    const said = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    const failure = busy
      ? new OutboxError("busy", `another process has the outbox in ${basename(dirname(this.#file))} open; stop it`)
      : new OutboxError("io", `the outbox can't be written (${said}); check the disk`);
    this.#why = failure.code;
    return failure;
  }

  #numberOf(db: Db, epoch: string): number | null {
    if (epoch === this.#epoch.id) return this.#epoch.number;
    return db.prepare<[string], { number: number }>("SELECT number FROM epoch WHERE id = ?").get(epoch)?.number ?? null;
  }

  #keyOf(db: Db, epoch: string, seq: number): number | null {
    const number = this.#numberOf(db, epoch);
    return number === null ? null : keyOf(number, seq);
  }

  #held(db: Db, priority: Priority, rows: readonly Row[]): Held[] {
    const ids = new Map(
      db
        .prepare<[], { number: number; id: string }>("SELECT number, id FROM epoch")
        .all()
        .map(({ number, id }) => [number, id]),
    );
    return rows.map((row) => ({
      epoch: ids.get(epochOf(row.key)) ?? "",
      seq: seqOf(row.key),
      priority,
      body: bodyOf(row) ?? damage(),
    }));
  }

  #takeBallast(): boolean {
    const fd = openSync(this.#ballast, "w", 0o600);
    try {
      const zeros = Buffer.alloc(growStep);
      for (let at = 0; at < ballastBytes; at += growStep) writeSync(fd, zeros);
      return true;
    } finally {
      closeSync(fd);
    }
  }

  #dropBallast(): void {
    if (!existsSync(this.#ballast)) return;
    const fd = openSync(this.#ballast, "r+");
    ftruncateSync(fd, 0);
    closeSync(fd);
    rmSync(this.#ballast);
  }
}

const codeOf = (error: unknown): string => (error instanceof Database.SqliteError ? error.code : "");
const isFull = (error: unknown): boolean => codeOf(error) === "SQLITE_FULL";
const isDamage = (error: unknown): boolean => /^SQLITE_(CORRUPT|NOTADB|FORMAT)/.test(codeOf(error));

/** A row whose check sum is wrong is found only when it is read; the whole file is then set aside. */
function damage(): never {
  throw new Database.SqliteError("a stored event fails its check sum", "SQLITE_CORRUPT");
}
