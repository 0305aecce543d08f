import type { Instant } from "../../core/units.ts";
import type { Column, Database, Row, Session } from "../database/database.ts";

/** `open`: a case began (P8). `overdue`: nobody recognised a red in time. */
export type Stage = "open" | "overdue";
export interface Notice {
  readonly n: number;
  readonly caseId: string;
  readonly addressee: string;
  readonly stage: Stage;
  readonly created: Instant;
  readonly tries: number;
  readonly doneAt: Instant | null;
  readonly failure: string | null;
}
interface NoticeRow extends Row {
  n: number;
  case_id: string;
  addressee: string;
  stage: string;
  created: number;
  tries: number;
  done_at: number | null;
  failure: string | null;
}
const columns: readonly Column[] = [
  { name: "case_id", type: "text" },
  { name: "addressee", type: "text" },
  { name: "stage", type: "text" },
  { name: "created", type: "int" },
  { name: "next_at", type: "int" },
];

/** Part of the transaction that changes the case, so that nobody is forgotten between the two; once per case, addressee, stage. */
export async function addNotices(
  session: Session,
  words: readonly { readonly caseId: string; readonly addressee: string; readonly stage: Stage }[],
  now: Instant,
): Promise<void> {
  const rows = words.map((word) => [word.caseId, word.addressee, word.stage, now, now]);
  await session.insertMany("notice", columns, rows, "ON CONFLICT (case_id, addressee, stage) DO NOTHING");
}

/** Who must be told of which case, until they have been: kept on disk, so that a restart forgets nobody. */
export class NoticeStore {
  readonly #db: Database;
  constructor(db: Database) {
    this.#db = db;
  }

  /** Notices whose time has come, put off to `until` so that another process leaves them alone meanwhile. */
  async claim(now: Instant, until: Instant, most: number): Promise<Notice[]> {
    const skip = this.#db.kind === "postgres" ? "FOR UPDATE SKIP LOCKED" : "";
    return this.#db.transaction(async (session) => {
      const rows = await session.all<NoticeRow>(
        `SELECT * FROM notice WHERE done_at IS NULL AND next_at <= $1 ORDER BY next_at LIMIT $2 ${skip}`,
        now,
        most,
      );
      for (const row of rows)
        await session.run("UPDATE notice SET next_at = $1, tries = tries + 1 WHERE n = $2", until, row.n);
      return rows.map(noticeOf);
    });
  }

  async done(n: number, at: Instant): Promise<void> {
    await this.#db.run("UPDATE notice SET done_at = $1, failure = NULL WHERE n = $2", at, n);
  }

  async failed(n: number, failure: string, next: Instant): Promise<void> {
    await this.#db.run("UPDATE notice SET failure = $1, next_at = $2 WHERE n = $3", failure.slice(0, 120), next, n);
  }

  async ofCase(caseId: string): Promise<Notice[]> {
    return (await this.#db.all<NoticeRow>("SELECT * FROM notice WHERE case_id = $1 ORDER BY n", caseId)).map(noticeOf);
  }
}

function noticeOf(row: NoticeRow): Notice {
  return {
    n: row.n,
    caseId: row.case_id,
    addressee: row.addressee,
    stage: row.stage === "overdue" ? "overdue" : "open",
    created: row.created as Instant,
    tries: row.tries,
    doneAt: row.done_at as Instant | null,
    failure: row.failure,
  };
}
