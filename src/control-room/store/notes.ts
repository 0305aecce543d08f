import { createHash, randomBytes } from "node:crypto";
import type { Instant } from "../../core/units.ts";
import type { Database, Row } from "../database/database.ts";
import { dayOf, type KeyRing } from "../retention/key-ring.ts";
import type { AuditLog } from "./audit.ts";
import { tellCases } from "./cases.ts";

export interface Note {
  readonly at: Instant;
  readonly who: string;
  readonly text: string;
}
interface NoteRow extends Row {
  at: number;
  who: string;
  sealed: Uint8Array;
  seal_day: number;
}

export const longestNote = 1_000;
/** What a note is bound to. */
export const notePlace = (caseId: string, at: number, who: string): string => `note ${caseId} ${at} ${who}`;

/** Notes of operators on cases: free text, which can quote what was decrypted, so it is sealed and ends as a subject does. */
export class NoteStore {
  readonly #db: Database;
  readonly #audit: AuditLog;
  readonly #keys: KeyRing;
  readonly #retentionDays: number;
  constructor(db: Database, audit: AuditLog, keys: KeyRing, retentionDays: number) {
    this.#db = db;
    this.#audit = audit;
    this.#keys = keys;
    this.#retentionDays = retentionDays;
  }

  /**
   * The log gets a salted digest, so that the text can be erased and still not be forged; the salt ends with it. False
   * where there is no such case, it has been erased, or the text is empty.
   */
  async add(caseId: string, note: Note): Promise<boolean> {
    const text = note.text.trim().slice(0, longestNote);
    return this.#db.transaction(async (session) => {
      const [row] = await session.all<{ resolved_at: number | null }>(
        "SELECT resolved_at FROM cases WHERE id = $1 AND erased = 0",
        caseId,
      );
      if (row === undefined || text === "") return false;
      const salt = randomBytes(16).toString("hex");
      // Not later than its case, where that is resolved already.
      const day = dayOf((row.resolved_at ?? note.at) as Instant) + this.#retentionDays;
      await session.run(
        "INSERT INTO note (case_id, at, who, sealed, seal_day) VALUES ($1, $2, $3, $4, $5)",
        caseId,
        note.at,
        note.who,
        this.#keys.sealText(JSON.stringify([salt, text]), day, notePlace(caseId, note.at, note.who)),
        day,
      );
      const digest = createHash("sha256").update(salt).update(text).digest("hex");
      await this.#audit.append(session, [{ at: note.at, who: note.who, action: "note", caseId, detail: { digest } }]);
      await tellCases(this.#db, session, [caseId]);
      return true;
    });
  }

  async of(caseId: string): Promise<Note[]> {
    const rows = await this.#db.all<NoteRow>(
      "SELECT at, who, sealed, seal_day FROM note WHERE case_id = $1 ORDER BY n",
      caseId,
    );
    return rows.flatMap(({ at, who, sealed, seal_day: day }) => {
      const opened = this.#keys.openText(sealed, day, notePlace(caseId, at, who));
      if (opened === null) return [];
      const [, text] = JSON.parse(opened) as [salt: string, text: string];
      return [{ at: at as Instant, who, text }];
    });
  }
}
