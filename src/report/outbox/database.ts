/** Opens an outbox file, decides whether it can be believed, and sets aside what cannot. */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import Database from "better-sqlite3";
import { bodyOf, epochOf, type Row, seqOf } from "./rows.ts";
import { inspectWal } from "./wal.ts";
import type { Witnessed } from "./witness.ts";

export type Db = Database.Database;

export interface DatabaseSettings {
  readonly file: string;
  /** Room for everything, in bytes; the file never grows beyond. */
  readonly capacity: number;
  /** `FULL` outside of tests. `OFF` exists to prove that the power-cut tests can fail. */
  readonly synchronous: "FULL" | "OFF";
  /** Tables to make where they are missing. */
  readonly schema: string;
}

/** Opens and prepares the file. @throws better-sqlite3's SqliteError. */
export function openDatabase(settings: DatabaseSettings): Db {
  const folder = dirname(settings.file);
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    syncFolder(dirname(folder));
  }
  const fresh = !existsSync(settings.file);
  const db = new Database(settings.file, { timeout: 200 });
  try {
    // Exclusive: a second process must not send the same numbers, and the index of the WAL needs no file of its own.
    db.pragma("locking_mode = EXCLUSIVE");
    if (fresh) db.pragma("page_size = 1024");
    db.pragma("journal_mode = WAL");
    db.pragma(`synchronous = ${settings.synchronous}`);
    db.pragma("secure_delete = ON");
    db.pragma("temp_store = MEMORY");
    db.pragma("wal_autocheckpoint = 1000");
    db.pragma("cache_size = -1024");
    const pageSize = db.pragma("page_size", { simple: true }) as number;
    db.pragma(`max_page_count = ${Math.floor(settings.capacity / pageSize)}`);
    db.exec(settings.schema);
    if (fresh) syncFolder(folder);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

export type Doubt = "damaged" | "torn" | "regressed" | "missing";

/** What the log says before SQLite has cut it off. */
export function doubtWal(file: string): Doubt | null {
  const wal = `${file}-wal`;
  if (!existsSync(wal)) return null;
  const { torn, damaged } = inspectWal(readFileSync(wal));
  return damaged ? "damaged" : torn ? "torn" : null;
}

const uuidV7Form = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether the open database can be believed. @throws SqliteError where it can't even be asked. */
export function doubtDatabase(db: Db, witnessed: Witnessed | null): Doubt | null {
  // The whole check: the quick one doesn't compare the ids of the epochs with their index.
  const answer = db.pragma("integrity_check(1)", { simple: true });
  if (answer !== "ok") return "damaged";
  const ids = db.prepare<[], { id: string }>("SELECT id FROM epoch").all();
  if (!ids.every(({ id }) => uuidV7Form.test(id))) return "damaged";
  for (const table of ["alert", "system"] as const) {
    for (const row of db.prepare<[], Row>(`SELECT key, body, crc FROM ${table}`).iterate())
      if (bodyOf(row) === null) return "damaged";
  }
  if (witnessed === null) return null;
  const epoch = db.prepare<[string], { number: number }>("SELECT number FROM epoch WHERE id = ?").get(witnessed.epoch);
  if (epoch === undefined) return "regressed";
  return headOf(db, epoch.number) < witnessed.seq ? "regressed" : null;
}

/** Highest number given out in an epoch: of the rows held, and of those trimmed. */
export function headOf(db: Db, epochNumber: number): number {
  const kept =
    db.prepare<[number], { head: number }>("SELECT head FROM epoch WHERE number = ?").get(epochNumber)?.head ?? 0;
  const held = (["alert", "system"] as const).map((table) => {
    const key = db.prepare<[], { key: number | null }>(`SELECT max(key) AS key FROM ${table}`).get()?.key ?? null;
    return key !== null && epochOf(key) === epochNumber ? seqOf(key) : 0;
  });
  return Math.max(kept, ...held);
}

/** Moves the file and its log out of the way, keeping both for the technician. Returns the new name. */
export function quarantine(file: string): string {
  let number = 1;
  while (existsSync(`${file}.damaged-${number}`)) number += 1;
  const to = `${file}.damaged-${number}`;
  if (existsSync(file)) renameSync(file, to);
  for (const suffix of ["-wal", "-shm", "-journal"])
    if (existsSync(file + suffix)) renameSync(file + suffix, to + suffix);
  syncFolder(dirname(file));
  return basename(to);
}

interface Epoch {
  readonly number: number;
  readonly id: string;
  readonly head: number;
}

export interface Salvaged {
  readonly epochs: readonly Epoch[];
  readonly rows: readonly { table: "alert" | "system"; row: Row }[];
}

/** Reads what can still be read of a damaged file; every row is checked. Never throws. */
export function salvage(folder: string, name: string, witnessed: Witnessed | null): Salvaged {
  let epochs: readonly Epoch[] = [];
  const rows = new Map<string, { table: "alert" | "system"; row: Row }>();
  let db: Db | null = null;
  try {
    db = new Database(join(folder, name), { timeout: 200 });
    db.pragma("locking_mode = EXCLUSIVE");
    for (const table of ["alert", "system"] as const) {
      // From both ends: a damaged page in the middle stops a walk, and then the other walk has the rest.
      for (const order of ["ASC", "DESC"] as const) {
        attempt(() => {
          for (const row of db
            ?.prepare<[], Row>(`SELECT key, body, crc FROM ${table} ORDER BY key ${order}`)
            .iterate() ?? []) {
            if (Buffer.isBuffer(row.body) && bodyOf(row) !== null) rows.set(`${table} ${row.key}`, { table, row });
          }
        });
      }
    }
    epochs = epochsOf(db, new Set([...rows.values()].map(({ row }) => epochOf(row.key))), witnessed);
  } catch {
    // Not even a database: the copy stays for the technician.
  } finally {
    attempt(() => db?.close());
  }
  return { epochs, rows: [...rows.values()] };
}

/**
 * Each epoch stands in the file twice, in its table and in the index of the ids. Where a bit of one is wrong, the
 * witness, the events' own keys and the form of an id say which to believe: events must come back under their names.
 */
function epochsOf(db: Db, used: ReadonlySet<number>, witnessed: Witnessed | null): readonly Epoch[] {
  const found: Epoch[] = [];
  attempt(() => found.push(...db.prepare<[], Epoch>("SELECT number, id, head FROM epoch NOT INDEXED").all()));
  const heads = new Map<number | string, number>();
  for (const { number, id, head } of found) heads.set(number, head).set(id, head);
  attempt(() => {
    const ids = db.prepare<[], Epoch>("SELECT number, id FROM epoch INDEXED BY sqlite_autoindex_epoch_1").all();
    found.push(...ids.map(({ number, id }) => ({ number, id, head: heads.get(id) ?? heads.get(number) ?? 0 })));
  });
  const credit = ({ number, id }: Epoch): number => (id === witnessed?.epoch ? 2 : 0) + (used.has(number) ? 1 : 0);
  const believed: Epoch[] = [];
  for (const epoch of found.sort((a, b) => credit(b) - credit(a)))
    if (uuidV7Form.test(epoch.id) && !believed.some(({ number, id }) => number === epoch.number || id === epoch.id))
      believed.push(epoch);
  return believed;
}

function attempt(read: () => void): void {
  try {
    read();
  } catch {
    // What was read before the damage counts.
  }
}

export function syncFolder(folder: string): void {
  const fd = openSync(folder, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
