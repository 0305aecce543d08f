import { existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { hours, type Instant, type Millis, seconds } from "../../core/units.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import type { Case } from "../cases/case.ts";
import { type Database, placeholders, type Row } from "../database/database.ts";
import type { AuditLog } from "../store/audit.ts";
import { notePlace } from "../store/notes.ts";
import { dayOf, type KeyRing } from "./key-ring.ts";
import { SteadyDays } from "./steady-days.ts";

const period: Millis = hours(1);
const atOnce = 200;
const unfinished = ".unfinished-";

interface SealedRow extends Row {
  n: number;
  sealed: Uint8Array;
  seal_day: number;
  resolved_at: number | null;
}

/**
 * Ends subject, temperature and notes `retentionDays` after their case was resolved, in the database, its log, and by
 * the death of the key in every copy made meanwhile. Runs at start and every hour; a day that was missed is made up for,
 * after a longer pause or a jump of the clock not before the clock has proved itself.
 */
export class Eraser {
  readonly #db: Database;
  readonly #keys: KeyRing;
  readonly #audit: AuditLog;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #days: number;
  readonly #steady: SteadyDays;
  readonly #onKeysDestroyed: (upTo: number) => Promise<void>;
  #cancel: () => void = () => {};
  #round: Promise<void> | null = null;

  constructor(
    deps: {
      database: Database;
      keyRing: KeyRing;
      audit: AuditLog;
      clock: Clock;
      logger: Logger;
      /** Others who hold the keys of these days in memory let go of them. */
      onKeysDestroyed?: (upTo: number) => Promise<void>;
    },
    retentionDays: number,
  ) {
    this.#db = deps.database;
    this.#keys = deps.keyRing;
    this.#audit = deps.audit;
    this.#clock = deps.clock;
    this.#log = deps.logger;
    this.#days = retentionDays;
    this.#steady = new SteadyDays(deps.keyRing.folder, deps);
    this.#onKeysDestroyed = deps.onKeysDestroyed ?? (async () => {});
  }

  start(): void {
    const go = (): void => {
      this.#round ??= this.run()
        .catch((error: unknown) =>
          this.#log.error("erasure failed; tried again", {
            code: "GL-6011",
            error: error instanceof Error ? error.message.slice(0, 200) : "failed",
          }),
        )
        .finally(() => {
          this.#round = null;
        });
    };
    const soon = this.#clock.after(seconds(1), go);
    const hourly = this.#clock.every(period, go);
    this.#cancel = () => {
      soon();
      hourly();
    };
  }

  async stop(): Promise<void> {
    this.#cancel();
    await this.#round;
  }

  /**
   * One round; what is open for longer moves to a later key before the keys of today and before are destroyed. Nothing
   * is done on a day that can't be believed (`steady-days.ts`).
   */
  async run(): Promise<void> {
    if (!this.#steady.believe()) return;
    const now = this.#clock.wall().at;
    const today = dayOf(now);
    let erased = 0;
    for (;;) {
      const done = await this.#eraseCases(now, today);
      erased += done;
      if (done < atOnce) break;
    }
    await this.#sealAgain(today);
    await this.#db.run(
      "UPDATE event SET sealed = NULL, seal_day = NULL WHERE sealed IS NOT NULL AND seal_day <= $1",
      today,
    );
    await this.#db.run("DELETE FROM note WHERE seal_day <= $1", today);
    const keys = this.#keys.destroyUpTo(today);
    await this.#onKeysDestroyed(today);
    await this.#db.run("DELETE FROM attempt WHERE at < $1", now - 86_400_000);
    if (erased > 0 || keys > 0) await this.#db.scrub();
    this.#steady.done();
  }

  async #eraseCases(now: Instant, today: number): Promise<number> {
    // Resolved on day R, gone when day R + n begins: at most n × 24 h later.
    const resolvedBefore = (today - this.#days + 1) * 86_400_000;
    return this.#db.transaction(async (session) => {
      const rows = await session.all<{ id: string; doc: string }>(
        "SELECT id, doc FROM cases WHERE erased = 0 AND resolved_at < $1 ORDER BY resolved_at LIMIT $2",
        resolvedBefore,
        atOnce,
      );
      if (rows.length === 0) return 0;
      const ids = rows.map((row) => row.id);
      const list = placeholders(ids.length);
      await session.run(`UPDATE event SET sealed = NULL, seal_day = NULL WHERE case_id IN (${list})`, ...ids);
      await session.run(`DELETE FROM note WHERE case_id IN (${list})`, ...ids);
      for (const row of rows) {
        const one = JSON.parse(row.doc) as Case;
        const bare: Case = { ...one, hasSubject: false, rev: one.rev + 1 };
        await session.run(
          "UPDATE cases SET erased = 1, rev = $1, doc = $2 WHERE id = $3",
          bare.rev,
          JSON.stringify(bare),
          row.id,
        );
      }
      await this.#audit.append(
        session,
        ids.map((caseId) => ({
          at: now,
          who: "system",
          action: "erase" as const,
          caseId,
          detail: { days: this.#days },
        })),
      );
      return rows.length;
    });
  }

  /** Values whose key dies tomorrow or earlier although their case is open, or was resolved less than n days ago. */
  async #sealAgain(today: number): Promise<void> {
    const events = await this.#db.all<SealedRow & { src: string; epoch: string; seq: number }>(
      `SELECT event.n, event.src, stream.epoch, event.seq, event.sealed, event.seal_day, cases.resolved_at FROM event
       JOIN stream ON stream.id = event.stream JOIN cases ON cases.id = event.case_id
       WHERE event.sealed IS NOT NULL AND event.seal_day <= $1`,
      today + 1,
    );
    for (const row of events) await this.#keepOn("event", row, `${row.src} ${row.epoch} ${row.seq}`, today);
    const notes = await this.#db.all<SealedRow & { case_id: string; at: number; who: string }>(
      `SELECT note.n, note.case_id, note.at, note.who, note.sealed, note.seal_day, cases.resolved_at FROM note
       JOIN cases ON cases.id = note.case_id WHERE note.seal_day <= $1`,
      today + 1,
    );
    for (const row of notes) await this.#keepOn("note", row, notePlace(row.case_id, row.at, row.who), today);
  }

  async #keepOn(table: "event" | "note", row: SealedRow, place: string, today: number): Promise<void> {
    const end = (row.resolved_at === null ? today : dayOf(row.resolved_at as Instant)) + this.#days;
    if (end <= row.seal_day) return;
    const text = this.#keys.openText(row.sealed, row.seal_day, place);
    if (text === null) return;
    const sealed = this.#keys.sealText(text, end, place);
    await this.#db.run(
      `UPDATE ${table} SET sealed = $1, seal_day = $2 WHERE n = $3 AND sealed IS NOT NULL`,
      sealed,
      end,
      row.n,
    );
  }
}

/** A backup now, and the oldest beyond `keep` removed. The key folder is never part of one. */
export async function backup(db: Database, folder: string, keep: number, at: Instant): Promise<string> {
  const name = `greenlane-${new Date(at).toISOString().slice(0, 19).replaceAll(":", "")}Z`;
  const path = await madeAside(db, folder, name);
  const older = readdirSync(folder)
    .filter((file) => /^greenlane-.*\.(db|dump)$/.test(file) && statSync(join(folder, file)).isFile())
    .sort()
    .slice(0, -keep);
  for (const file of older) rmSync(join(folder, file), { force: true });
  return path;
}

/** A backup has its name when it is whole: one that was cut short would count as the newest. */
async function madeAside(db: Database, folder: string, name: string): Promise<string> {
  if (existsSync(folder))
    for (const file of readdirSync(folder))
      if (file.startsWith(unfinished)) rmSync(join(folder, file), { force: true });
  const made = await db.backup(folder, `${unfinished}${name}`);
  const path = join(folder, basename(made).slice(unfinished.length));
  renameSync(made, path);
  return path;
}
