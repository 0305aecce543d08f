/** The ledger of orders on SQLite, in a file of its own: damage to the outbox must not make old orders new. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { OutboxError } from "../../ports/outbox.ts";
import { openDatabase, quarantine } from "../outbox/database.ts";
import type { Admission, Admitted, Desired, Outcome } from "./ledger.ts";

const schema = `
  CREATE TABLE IF NOT EXISTS counter(kid TEXT PRIMARY KEY, ctr INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS seen(
    number INTEGER PRIMARY KEY, cid TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, status TEXT NOT NULL, reason TEXT, seq INTEGER
  );
  CREATE TABLE IF NOT EXISTS desired(
    one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL, digest TEXT NOT NULL, signed TEXT NOT NULL, status TEXT NOT NULL
  );
`;
/** An order lives a minute at most, so its `cid` need not be known for ever; the counters are. */
const mostSeen = 2000;

export class LedgerStore {
  readonly #file: string;
  readonly #synchronous: "FULL" | "OFF";
  /** Highest counter of each key that this process let pass: a file that is lost under it makes no old order new. */
  readonly #passed = new Map<string, number>();
  #db: Database.Database | null = null;

  constructor(settings: { readonly directory: string; readonly synchronous: "FULL" | "OFF" }) {
    this.#file = join(settings.directory, "orders.db");
    this.#synchronous = settings.synchronous;
  }

  open(): { fresh: boolean } {
    const existed = existsSync(this.#file);
    try {
      this.#db = this.#opened();
      return { fresh: !existed };
    } catch (error) {
      if (!(error instanceof Database.SqliteError) || !/CORRUPT|NOTADB|damaged/.test(error.code + error.message))
        return { fresh: true };
      this.#startOver();
      return { fresh: true };
    }
  }

  /** On a disk that refuses even that, every order is refused for want of a ledger; the lane itself goes on. */
  #startOver(): void {
    this.close();
    try {
      quarantine(this.#file);
      this.#db = this.#opened();
    } catch {
      this.close();
    }
  }

  close(): void {
    this.#db?.close();
    this.#db = null;
  }

  admit(entry: Admission): Admitted {
    const admitted = this.#guarded((db) =>
      db
        .transaction((): Admitted => {
          const was = this.#outcome(db, entry.cid);
          if (was !== null) return { ok: false, why: "duplicate", was };
          const last = db.prepare<[string], { ctr: number }>("SELECT ctr FROM counter WHERE kid = ?");
          if (entry.signers.some((kid) => Math.max(last.get(kid)?.ctr ?? 0, this.#passed.get(kid) ?? 0) >= entry.ctr))
            return { ok: false, why: "counter" };
          for (const kid of entry.signers)
            db.prepare("REPLACE INTO counter(kid, ctr) VALUES (?, ?)").run(kid, entry.ctr);
          const { lastInsertRowid } = db
            .prepare("INSERT INTO seen(cid, kind, status) VALUES (?, ?, 'accepted')")
            .run(entry.cid, entry.kind);
          db.prepare("DELETE FROM seen WHERE number <= ?").run(Number(lastInsertRowid) - mostSeen);
          return { ok: true };
        })
        .immediate(),
    );
    if (admitted.ok) for (const kid of entry.signers) this.#passed.set(kid, entry.ctr);
    return admitted;
  }

  find(cid: string): Outcome | null {
    return this.#guarded((db) => this.#outcome(db, cid));
  }

  finish(cid: string, { status, reason, seq }: Outcome): void {
    this.#guarded((db) =>
      db.prepare("UPDATE seen SET status = ?, reason = ?, seq = ? WHERE cid = ?").run(status, reason, seq, cid),
    );
  }

  unfinished(): string[] {
    return this.#guarded((db) =>
      db
        .prepare<[], { cid: string }>("SELECT cid FROM seen WHERE status = 'accepted'")
        .all()
        .map(({ cid }) => cid),
    );
  }

  desired(): Desired | null {
    return this.#guarded(
      (db) => db.prepare<[], Desired>("SELECT version, digest, signed, status FROM desired").get() ?? null,
    );
  }

  desire({ version, digest, signed, status }: Desired): void {
    this.#guarded((db) =>
      db
        .prepare("REPLACE INTO desired(one, version, digest, signed, status) VALUES (1, ?, ?, ?, ?)")
        .run(version, digest, signed, status),
    );
  }

  #opened(): Database.Database {
    const db = openDatabase({ file: this.#file, capacity: 16 * 1024 * 1024, synchronous: this.#synchronous, schema });
    if (db.pragma("integrity_check(1)", { simple: true }) === "ok") return db;
    db.close();
    throw new Database.SqliteError("damaged", "SQLITE_CORRUPT");
  }

  #outcome(db: Database.Database, cid: string): Outcome | null {
    return db.prepare<[string], Outcome>("SELECT status, reason, seq FROM seen WHERE cid = ?").get(cid) ?? null;
  }

  #guarded<T>(work: (db: Database.Database) => T): T {
    if (this.#db === null) this.open();
    if (this.#db === null) throw new OutboxError("io", "the ledger of orders can't be opened; check the disk");
    try {
      return work(this.#db);
    } catch (error) {
      this.#db.close();
      this.#db = null;
      throw new OutboxError(
        "io",
        `the ledger of orders can't be written (${error instanceof Database.SqliteError ? error.code : "unknown"})`,
      );
    }
  }
}
