import { createHash } from "node:crypto";
import type { Instant } from "../../core/units.ts";
import type { Database, Row, Session } from "../database/database.ts";

/** What can be in the log. Closed, so that the page has a word for each. */
export const auditActions = [
  "sign-in",
  "sign-in-failed",
  "sign-out",
  "acknowledge",
  "note",
  "shelve",
  "unshelve",
  "shelf-ended",
  "resolve",
  "escalate",
  "decrypt",
  "export",
  "erase",
  "operator-added",
  "operator-changed",
  "password-changed",
  "backup",
  "lane-forgotten",
] as const;
export type AuditAction = (typeof auditActions)[number];

export interface AuditEntry {
  readonly n: number;
  readonly at: Instant;
  /** Operator's id, or `system`. */
  readonly who: string;
  readonly action: AuditAction;
  readonly caseId: string | null;
  /** Closed texts and numbers, an operator's reason for a shelf, digests; never a subject, a temperature or a note. */
  readonly detail: Readonly<Record<string, string | number>>;
  readonly hash: string;
}
export type AuditWord = Pick<AuditEntry, "at" | "who" | "action" | "caseId" | "detail">;

/** Somebody may sign in from now on, or with another role or password. */
export const operatorPut = (
  put: Pick<AuditWord, "at" | "who" | "detail"> & { readonly wasThere: boolean },
): AuditWord => ({
  at: put.at,
  who: put.who,
  action: put.wasThere ? "operator-changed" : "operator-added",
  caseId: null,
  detail: put.detail,
});

interface AuditRow extends Row {
  n: number;
  at: number;
  who: string;
  action: string;
  case_id: string | null;
  detail: string;
  prev: string;
  hash: string;
}

const first = "0".repeat(64);
/** Any number, but the same in every process: one writer at a time, or the chain would fork. */
const CHAIN_LOCK = 6_002;

const digest = (prev: string, n: number, word: Omit<AuditWord, "detail">, detail: string): string =>
  createHash("sha256")
    .update(JSON.stringify([prev, n, word.at, word.who, word.action, word.caseId, detail]))
    .digest("hex");

/**
 * What operators did, in a chain: every entry's hash covers the one before, the table refuses changes and removals by
 * triggers, and there is no call here that edits. Whoever rewrites rows behind the database's back breaks the chain at
 * that row; whoever rewrites the whole chain is found by its head, which every export and backup carries away.
 */
export class AuditLog {
  readonly #db: Database;
  constructor(db: Database) {
    this.#db = db;
  }

  /** Appends within the caller's transaction, so that an action and its entry are there together or not at all. */
  async append(session: Session, words: readonly AuditWord[]): Promise<void> {
    if (words.length === 0) return;
    if (this.#db.kind === "postgres") await session.all(`SELECT pg_advisory_xact_lock(${CHAIN_LOCK})`);
    const [last] = await session.all<AuditRow>("SELECT * FROM audit ORDER BY n DESC LIMIT 1");
    let prev = last?.hash ?? first;
    let n = last?.n ?? 0;
    for (const word of words) {
      n += 1;
      const detail = JSON.stringify(word.detail);
      const hash = digest(prev, n, word, detail);
      await session.run(
        "INSERT INTO audit (n, at, who, action, case_id, detail, prev, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        n,
        word.at,
        word.who,
        word.action,
        word.caseId,
        detail,
        prev,
        hash,
      );
      prev = hash;
    }
  }

  /** One entry in a transaction of its own. */
  async record(word: AuditWord): Promise<void> {
    await this.#db.transaction((session) => this.append(session, [word]));
  }

  async ofCase(caseId: string): Promise<AuditEntry[]> {
    return (await this.#db.all<AuditRow>("SELECT * FROM audit WHERE case_id = $1 ORDER BY n", caseId)).map(entryOf);
  }

  /** The newest entries before `before` (exclusive), newest first. */
  async latest(before: number, most: number): Promise<AuditEntry[]> {
    const rows = await this.#db.all<AuditRow>(
      "SELECT * FROM audit WHERE n < $1 ORDER BY n DESC LIMIT $2",
      before,
      most,
    );
    return rows.map(entryOf);
  }

  async head(): Promise<{ readonly n: number; readonly hash: string }> {
    const [last] = await this.#db.all<AuditRow>("SELECT * FROM audit ORDER BY n DESC LIMIT 1");
    return { n: last?.n ?? 0, hash: last?.hash ?? first };
  }

  /** Walks the chain; null where it is whole, else the number of the first entry that doesn't fit. */
  async firstBroken(): Promise<number | null> {
    let prev = first;
    let n = 0;
    for (;;) {
      const rows = await this.#db.all<AuditRow>("SELECT * FROM audit WHERE n > $1 ORDER BY n LIMIT 1000", n);
      if (rows.length === 0) return null;
      for (const row of rows) {
        n += 1;
        const entry = entryOf(row);
        if (row.n !== n || row.prev !== prev || row.hash !== digest(prev, n, entry, row.detail)) return n;
        prev = row.hash;
      }
    }
  }
}

function entryOf(row: AuditRow): AuditEntry {
  return {
    n: row.n,
    at: row.at as Instant,
    who: row.who,
    action: row.action as AuditAction,
    caseId: row.case_id,
    detail: JSON.parse(row.detail) as Record<string, string | number>,
    hash: row.hash,
  };
}
