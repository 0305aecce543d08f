import type { Instant } from "../../core/units.ts";
import { type Column, type Database, placeholders, type Row, type Session } from "../database/database.ts";

/** What is known of a lane from its births, deaths and messages. */
export interface LaneRecord {
  readonly src: string;
  readonly online: boolean;
  /** The last stop was ordered. */
  readonly planned: boolean;
  readonly boot: string | null;
  readonly session: number;
  readonly epoch: string | null;
  readonly version: string | null;
  /** When `online` last changed. */
  readonly since: Instant;
  /** When anything last came from it. */
  readonly heard: Instant;
}

interface LaneRow extends Row {
  src: string;
  online: number;
  planned: number;
  boot: string | null;
  session: number;
  epoch: string | null;
  version: string | null;
  since: number;
  heard: number;
}
interface QuarterRow extends Row {
  src: string;
  quarter: number;
  persons: string;
}

/** Persons by outcome of one quarter of an hour; cells of 1 to 4 were merged by the lane (P15). */
export interface Quarter {
  readonly src: string;
  /** Start of the quarter. */
  readonly quarter: Instant;
  readonly persons: Readonly<Record<string, number>>;
}

const laneColumns: readonly Column[] = [
  { name: "src", type: "text" },
  { name: "online", type: "int" },
  { name: "planned", type: "int" },
  { name: "boot", type: "text" },
  { name: "session", type: "int" },
  { name: "epoch", type: "text" },
  { name: "version", type: "text" },
  { name: "since", type: "int" },
  { name: "heard", type: "int" },
];
const quarterColumns: readonly Column[] = [
  { name: "src", type: "text" },
  { name: "quarter", type: "int" },
  { name: "persons", type: "text" },
];
const upsertLane = `ON CONFLICT (src) DO UPDATE SET online = excluded.online, planned = excluded.planned,
  boot = excluded.boot, session = excluded.session, epoch = excluded.epoch, version = excluded.version,
  since = excluded.since, heard = excluded.heard WHERE excluded.heard >= lane.heard`;

/** Last known state of every lane, and their quarter-hour counts. */
export class LaneStore {
  readonly #db: Database;
  constructor(db: Database) {
    this.#db = db;
  }

  async all(): Promise<LaneRecord[]> {
    const rows = await this.#db.all<LaneRow>("SELECT * FROM lane ORDER BY src");
    return rows.map((row) => ({
      ...row,
      online: row.online === 1,
      planned: row.planned === 1,
      since: row.since as Instant,
      heard: row.heard as Instant,
    }));
  }

  async save(lanes: readonly LaneRecord[]): Promise<void> {
    if (lanes.length === 0) return;
    const rows = lanes.map((lane) => [
      lane.src,
      lane.online ? 1 : 0,
      lane.planned ? 1 : 0,
      lane.boot,
      lane.session,
      lane.epoch,
      lane.version,
      lane.since,
      lane.heard,
    ]);
    await this.#db.transaction((session) => session.insertMany("lane", laneColumns, rows, upsertLane));
  }

  /**
   * Takes a lane out of the table, together with `also`, and notes when. Its events, cases and counts stay. Resolves with
   * false, and does nothing, where the lane isn't there or is online.
   */
  async forget(src: string, at: Instant, also: (session: Session) => Promise<void>): Promise<boolean> {
    return this.#db.transaction(async (session) => {
      if ((await session.run("DELETE FROM lane WHERE src = $1 AND online = 0", src)) === 0) return false;
      await session.run(
        "INSERT INTO lane_forgotten (src, at) VALUES ($1, $2) ON CONFLICT (src) DO UPDATE SET at = excluded.at",
        src,
        at,
      );
      await also(session);
      return true;
    });
  }

  /** Lanes that were taken out, and when. */
  async forgotten(): Promise<ReadonlyMap<string, Instant>> {
    const rows = await this.#db.all<{ src: string; at: number }>("SELECT src, at FROM lane_forgotten");
    return new Map(rows.map((row) => [row.src, row.at as Instant]));
  }

  /** These spoke again. */
  async remember(srcs: readonly string[]): Promise<void> {
    if (srcs.length === 0) return;
    await this.#db.run(`DELETE FROM lane_forgotten WHERE src IN (${placeholders(srcs.length)})`, ...srcs);
  }

  /** The last word about a quarter stands. */
  async saveQuarters(quarters: readonly Quarter[]): Promise<void> {
    if (quarters.length === 0) return;
    const latest = new Map(quarters.map((one) => [`${one.src} ${one.quarter}`, one]));
    const rows = [...latest.values()].map((one) => [one.src, one.quarter, JSON.stringify(one.persons)]);
    await this.#db.transaction((session) =>
      session.insertMany(
        "quarter",
        quarterColumns,
        rows,
        "ON CONFLICT (src, quarter) DO UPDATE SET persons = excluded.persons",
      ),
    );
  }

  /** Quarters that started in `[from, to)`. */
  async quarters(from: Instant, to: Instant): Promise<Quarter[]> {
    const rows = await this.#db.all<QuarterRow>(
      "SELECT * FROM quarter WHERE quarter >= $1 AND quarter < $2 ORDER BY quarter, src",
      from,
      to,
    );
    return rows.map((row) => ({
      src: row.src,
      quarter: row.quarter as Instant,
      persons: JSON.parse(row.persons) as Record<string, number>,
    }));
  }
}
