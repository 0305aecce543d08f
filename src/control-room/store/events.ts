import type { Instant } from "../../core/units.ts";
import { add, contains, missing, type Range, type Ranges, size, union } from "../../protocol/ranges.ts";
import type { Filed } from "../cases/filing.ts";
import { type Column, type Database, placeholders, type Row, type Session } from "../database/database.ts";

/** One event as the intake hands it over: identity, what filing asks for, and the rest as text. */
export interface Incoming {
  readonly src: string;
  readonly epoch: string;
  readonly seq: number;
  /** The event's own; a repetition has the same. */
  readonly id: string;
  readonly type: string;
  readonly at: Instant;
  readonly received: Instant;
  /** The envelope without subject and temperature, as JSON. */
  readonly body: string;
  /** Subject and temperature, sealed (retention/key-ring.ts); null where the event has neither. */
  readonly sealed: Uint8Array | null;
  /** The day whose key sealed it. */
  readonly sealDay: number | null;
  /** Ranges that a tombstone explains. */
  readonly shed: Ranges;
  readonly shedCount: number;
  /** Whose numbers the tombstone explains: the event's own epoch, or an older one of the same lane. */
  readonly shedEpoch: string;
  readonly facts: Filed;
}

/** Finds the case of each event, null for none; null as a whole leaves them unfiled. Part of the transaction that stores them. */
export type FileNow = (session: Session, fresh: readonly Incoming[]) => Promise<readonly (string | null)[] | null>;

/** What the centre has of one lane's epoch after a commit. */
export interface Coverage {
  readonly src: string;
  readonly epoch: string;
  /** Received or explained by a tombstone: what a receipt says. */
  readonly covered: Ranges;
  /** Sequence numbers that this commit added. */
  readonly fresh: readonly number[];
  /** Numbers that the centre had and that came with another event: kept as well, and the lane is in trouble. */
  readonly reused: readonly number[];
}

export interface Hole {
  readonly src: string;
  readonly epoch: string;
  readonly from: number;
  readonly to: number;
}

/** A lane's word about its own outbox. */
export interface Announced {
  readonly src: string;
  readonly epoch: string;
  readonly head: number;
  readonly tail: number;
  readonly at: Instant;
}

export interface Stream {
  readonly src: string;
  readonly epoch: string;
  readonly have: Ranges;
  readonly shed: Ranges;
  readonly shedCount: number;
  /** Highest number that the lane has given out, as far as is known. */
  readonly head: number;
  /** Lowest number that the lane still holds; 0 not known. */
  readonly tail: number;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly askedAt: Instant;
  readonly askedFrom: number;
}

interface StreamRow extends Row {
  id: number;
  src: string;
  epoch: string;
  have: string;
  shed: string;
  shed_count: number;
  head: number;
  tail: number;
  first_at: number;
  last_at: number;
  asked_at: number;
  asked_from: number;
}

const eventColumns: readonly Column[] = [
  { name: "stream", type: "int" },
  { name: "seq", type: "int" },
  { name: "again", type: "int" },
  { name: "src", type: "text" },
  { name: "type", type: "text" },
  { name: "at", type: "int" },
  { name: "received", type: "int" },
  { name: "body", type: "text" },
  { name: "sealed", type: "blob" },
  { name: "seal_day", type: "int" },
  { name: "filed", type: "int" },
  { name: "case_id", type: "text" },
];
const streamColumns: readonly Column[] = [
  { name: "src", type: "text" },
  { name: "epoch", type: "text" },
  { name: "have", type: "text" },
  { name: "shed", type: "text" },
  { name: "shed_count", type: "int" },
  { name: "head", type: "int" },
  { name: "holes", type: "int" },
  { name: "first_at", type: "int" },
  { name: "last_at", type: "int" },
];
const streamUpsert = `ON CONFLICT (src, epoch) DO UPDATE SET have = excluded.have, shed = excluded.shed,
  shed_count = excluded.shed_count, head = excluded.head, holes = excluded.holes, last_at = excluded.last_at`;

/** Told where events were stored that are in no case yet. */
export const unfiledTopic = "unfiled";

const nameOf = (src: string, epoch: string): string => `${src} ${epoch}`;
const rangesOf = (text: string): Ranges => JSON.parse(text) as Range[];
const holesOf = (have: Ranges, shed: Ranges, head: number): number => size(missing(union(have, shed), 1, head));

/**
 * Events and their coverage. `ingest` is the one way in: when it resolves, the events and what a receipt may say of
 * them are on disk together, so a receipt can't promise more than there is.
 */
export class EventStore {
  readonly #db: Database;
  constructor(db: Database) {
    this.#db = db;
  }

  /** Stores what is new, drops what is known by (src, epoch, seq) and id. @throws where the commit failed: then nothing is stored. */
  async ingest(batch: readonly Incoming[], file: FileNow = async () => null): Promise<Coverage[]> {
    if (batch.length === 0) return [];
    const grouped = byStream(batch);
    // In one order everywhere, so that two collectors can't wait for each other.
    const names = [...grouped.keys()].sort();
    return this.#db.transaction(async (session) => {
      const streams = await this.#lockStreams(session, names, grouped);
      const coverages: Coverage[] = [];
      const placed: Placed[] = [];
      const repeated: Placed[] = [];
      const changed: (string | number)[][] = [];
      for (const name of names) {
        const row = streams.get(name);
        const incoming = grouped.get(name);
        if (row === undefined || incoming === undefined)
          throw new Error(`stream ${name} vanished within its transaction`);
        const next = merge(row, incoming);
        for (const event of next.fresh) placed.push({ stream: row.id, event, again: 0 });
        for (const event of next.repeated) repeated.push({ stream: row.id, event, again: 0 });
        if (next.changed) changed.push(next.row);
        coverages.push({
          src: row.src,
          epoch: row.epoch,
          covered: union(next.have, next.shed),
          fresh: next.fresh.map((event) => event.seq),
          reused: [],
        });
      }
      const others = await this.#othersAmong(session, repeated, placed);
      const rows = [...placed, ...others];
      const cases =
        rows.length === 0
          ? null
          : await file(
              session,
              rows.map(({ event }) => event),
            );
      await session.insertMany(
        "event",
        eventColumns,
        rows.map((row, at) => eventRow(row, cases === null ? null : [cases[at] ?? null])),
      );
      await session.insertMany("stream", streamColumns, changed, streamUpsert);
      if (cases === null && rows.length > 0) await this.#db.notify(session, unfiledTopic, "");
      return others.length === 0 ? coverages : coverages.map((one) => ({ ...one, reused: reusedIn(one, others) }));
    });
  }

  /** Of events whose number is taken, those that are not the event that took it. */
  async #othersAmong(session: Session, repeated: readonly Placed[], placed: readonly Placed[]): Promise<Placed[]> {
    if (repeated.length === 0) return [];
    const wanted = JSON.stringify(repeated.map(({ stream, event }) => [stream, event.seq]));
    const rows = await session.all<{ stream: number; seq: number; body: string }>(
      this.#db.kind === "sqlite"
        ? `SELECT DISTINCT event.stream, event.seq, event.body FROM json_each($1) w
           JOIN event ON event.stream = w.value ->> 0 AND event.seq = w.value ->> 1`
        : `SELECT DISTINCT event.stream, event.seq, event.body FROM json_array_elements($1::json) w(value)
           JOIN event ON event.stream = (w.value ->> 0)::bigint AND event.seq = (w.value ->> 1)::bigint`,
      wanted,
    );
    const known = new Map<string, Set<string>>();
    const idsAt = (stream: number, seq: number): Set<string> => {
      const ids = known.get(`${stream} ${seq}`) ?? new Set();
      known.set(`${stream} ${seq}`, ids);
      return ids;
    };
    for (const row of rows) idsAt(row.stream, row.seq).add((JSON.parse(row.body) as { id: string }).id);
    for (const { stream, event } of placed) idsAt(stream, event.seq).add(event.id);
    const others: Placed[] = [];
    for (const { stream, event } of repeated) {
      const ids = idsAt(stream, event.seq);
      if (ids.has(event.id)) continue;
      others.push({ stream, event, again: ids.size });
      ids.add(event.id);
    }
    return others;
  }

  async #lockStreams(
    session: Session,
    names: readonly string[],
    grouped: ReadonlyMap<string, readonly Incoming[]>,
  ): Promise<Map<string, StreamRow>> {
    const found = await this.#selectStreams(session, names);
    const unknown = names.filter((name) => !found.has(name));
    if (unknown.length === 0) return found;
    await session.insertMany(
      "stream",
      streamColumns,
      unknown.flatMap((name) => {
        const first = grouped.get(name)?.[0];
        const [src = "", epoch = ""] = name.split(" ");
        return first === undefined ? [] : [[src, epoch, "[]", "[]", 0, 0, 0, first.received, first.received]];
      }),
      "ON CONFLICT (src, epoch) DO NOTHING",
    );
    return this.#selectStreams(session, names);
  }

  async #selectStreams(session: Session, names: readonly string[]): Promise<Map<string, StreamRow>> {
    const found = new Map<string, StreamRow>();
    if (this.#db.kind === "sqlite") {
      // Point look-ups through one prepared statement are quicker than an IN list of changing length.
      for (const name of names) {
        const [src = "", epoch = ""] = name.split(" ");
        const [row] = await session.all<StreamRow>("SELECT * FROM stream WHERE src = $1 AND epoch = $2", src, epoch);
        if (row !== undefined) found.set(name, row);
      }
      return found;
    }
    const rows = await session.all<StreamRow>(
      `SELECT stream.* FROM stream JOIN (SELECT * FROM json_to_recordset($1::json) AS w(src text, epoch text)) w
       ON w.src = stream.src AND w.epoch = stream.epoch ORDER BY stream.src, stream.epoch FOR UPDATE OF stream`,
      JSON.stringify(names.map((name) => ({ src: name.split(" ")[0], epoch: name.split(" ")[1] }))),
    );
    for (const row of rows) found.set(nameOf(row.src, row.epoch), row);
    return found;
  }

  /** What lanes say of themselves at birth: numbers given out and the lowest still held. Resolves with what is there. */
  async announce(births: readonly Announced[]): Promise<Stream[]> {
    if (births.length === 0) return [];
    const byName = new Map(births.map((birth) => [nameOf(birth.src, birth.epoch), birth]));
    const names = [...byName.keys()].sort();
    return this.#db.transaction(async (session) => {
      await session.insertMany(
        "stream",
        streamColumns,
        [...byName.values()].map((birth) => [birth.src, birth.epoch, "[]", "[]", 0, 0, 0, birth.at, birth.at]),
        "ON CONFLICT (src, epoch) DO NOTHING",
      );
      const rows = await this.#selectStreams(session, names);
      const streams: Stream[] = [];
      for (const [name, row] of rows) {
        const birth = byName.get(name);
        if (birth === undefined) continue;
        const head = Math.max(row.head, birth.head);
        if (head !== row.head || birth.tail !== row.tail) {
          const holes = holesOf(rangesOf(row.have), rangesOf(row.shed), head);
          await session.run(
            "UPDATE stream SET head = $1, tail = $2, holes = $3 WHERE id = $4",
            head,
            birth.tail,
            holes,
            row.id,
          );
        }
        streams.push(streamOf({ ...row, head, tail: birth.tail }));
      }
      return streams;
    });
  }

  /**
   * Holes that have stood still since somebody last looked, `before` or earlier. They are marked as looked at `now`, so
   * that of several collectors one asks, and a lane that is just draining its backlog is left to it.
   */
  async claimHoles(before: Instant, now: Instant, most: number): Promise<Hole[]> {
    const wait = this.#db.kind === "postgres" ? "FOR UPDATE SKIP LOCKED" : "";
    return this.#db.transaction(async (session) => {
      const rows = await session.all<StreamRow>(
        `SELECT * FROM stream WHERE holes > 0 AND asked_at <= $1 ORDER BY asked_at LIMIT $2 ${wait}`,
        before,
        most,
      );
      const standing: Hole[] = [];
      for (const row of rows) {
        const { src, epoch, have, shed, head, tail, askedFrom } = streamOf(row);
        const [hole] = missing(union(have, shed), Math.max(1, tail), head);
        if (hole !== undefined && hole[0] === askedFrom) standing.push({ src, epoch, from: hole[0], to: hole[1] });
        await session.run(
          "UPDATE stream SET asked_at = $1, asked_from = $2 WHERE id = $3",
          now,
          hole?.[0] ?? 0,
          row.id,
        );
      }
      return standing;
    });
  }

  async streams(): Promise<Stream[]> {
    return (await this.#db.all<StreamRow>("SELECT * FROM stream ORDER BY src, first_at")).map(streamOf);
  }

  /** Up to which number of each stream the staff were told what is missing; streams without a gap are left out. */
  async gapsTold(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#db.all<{ src: string; epoch: string; up_to: number }>("SELECT * FROM gap_told");
    return new Map(rows.map((row) => [`${row.src} ${row.epoch}`, row.up_to]));
  }

  async stream(src: string, epoch: string): Promise<Stream | null> {
    const [row] = await this.#db.all<StreamRow>("SELECT * FROM stream WHERE src = $1 AND epoch = $2", src, epoch);
    return row === undefined ? null : streamOf(row);
  }

  /** How many events are stored. */
  async size(): Promise<number> {
    const [row] = await this.#db.all<{ count: number }>("SELECT count(*) AS count FROM event");
    return Number(row?.count ?? 0);
  }

  /** Stored events of a case, oldest first. */
  async ofCase(caseId: string): Promise<StoredEvent[]> {
    return this.#db.all<StoredEvent>(
      `SELECT n, src, seq, type, at, received, body, sealed, seal_day, case_id FROM event WHERE case_id = $1 ORDER BY at, n`,
      caseId,
    );
  }

  /** What is sealed with the latest events of these cases, oldest first: a row of the list asks no more of a long case. */
  async lastSealedOf(caseIds: readonly string[]): Promise<SealedEvent[]> {
    if (caseIds.length === 0) return [];
    const latest = "FROM event WHERE case_id = w.value AND sealed IS NOT NULL ORDER BY n DESC LIMIT 3";
    const picked =
      this.#db.kind === "sqlite"
        ? `json_each($1) w JOIN event ON event.n IN (SELECT n ${latest})`
        : `json_array_elements_text($1::json) w(value) CROSS JOIN LATERAL (SELECT * ${latest}) event`;
    return this.#db.all<SealedEvent>(
      `SELECT event.case_id, event.src, stream.epoch, event.seq, event.sealed, event.seal_day
       FROM ${picked} JOIN stream ON stream.id = event.stream ORDER BY event.n`,
      JSON.stringify(caseIds),
    );
  }

  /** What is sealed with all events of these cases, oldest first. */
  async sealedOf(caseIds: readonly string[]): Promise<SealedEvent[]> {
    if (caseIds.length === 0) return [];
    return this.#db.all<SealedEvent>(
      `SELECT event.case_id, event.src, stream.epoch, event.seq, event.sealed, event.seal_day FROM event
       JOIN stream ON stream.id = event.stream
       WHERE event.case_id IN (${placeholders(caseIds.length)}) AND event.sealed IS NOT NULL ORDER BY event.at, event.n`,
      ...caseIds,
    );
  }
}

export interface SealedEvent extends Row {
  readonly case_id: string;
  readonly src: string;
  readonly epoch: string;
  readonly seq: number;
  readonly sealed: Uint8Array;
  readonly seal_day: number;
}

export interface StoredEvent extends Row {
  readonly n: number;
  readonly src: string;
  readonly seq: number;
  readonly type: string;
  readonly at: number;
  readonly received: number;
  readonly body: string;
  readonly sealed: Uint8Array | null;
  readonly seal_day: number | null;
  readonly case_id: string | null;
}

interface Placed {
  readonly stream: number;
  readonly event: Incoming;
  /** How many other events have its number. */
  readonly again: number;
}

const reusedIn = ({ src, epoch }: Coverage, others: readonly Placed[]): number[] =>
  others.filter(({ event }) => event.src === src && event.epoch === epoch).map(({ event }) => event.seq);

/** `filed` holds the event's case; null where filing is left to the desk. */
const eventRow = ({ stream, event, again }: Placed, filed: readonly [string | null] | null) => [
  stream,
  event.seq,
  again,
  event.src,
  event.type,
  event.at,
  event.received,
  event.body,
  event.sealed,
  event.sealDay,
  filed === null ? 0 : 1,
  filed?.[0] ?? null,
];

/** An event stands with its own stream, and a tombstone of an older epoch with that one's too. */
function byStream(batch: readonly Incoming[]): Map<string, Incoming[]> {
  const grouped = new Map<string, Incoming[]>();
  for (const event of batch) {
    for (const epoch of new Set([event.epoch, event.shed.length > 0 ? event.shedEpoch : event.epoch])) {
      const name = nameOf(event.src, epoch);
      const known = grouped.get(name);
      if (known === undefined) grouped.set(name, [event]);
      else known.push(event);
    }
  }
  return grouped;
}

function merge(
  row: StreamRow,
  incoming: readonly Incoming[],
): {
  fresh: Incoming[];
  repeated: Incoming[];
  have: Ranges;
  shed: Ranges;
  changed: boolean;
  row: (string | number)[];
} {
  let have = rangesOf(row.have);
  let shed = rangesOf(row.shed);
  let { shed_count, head, last_at } = row;
  const fresh: Incoming[] = [];
  const repeated: Incoming[] = [];
  let changed = false;
  for (const event of incoming) {
    if (event.epoch === row.epoch && contains(have, event.seq)) repeated.push(event);
    else if (event.epoch === row.epoch) {
      have = add(have, [event.seq, event.seq]);
      fresh.push(event);
      head = Math.max(head, event.seq);
      last_at = Math.max(last_at, event.received);
      changed = true;
    }
    if (event.shed.length === 0 || event.shedEpoch !== row.epoch) continue;
    const more = union(shed, event.shed);
    // A repetition explains nothing new, and isn't counted again.
    if (size(more) === size(shed)) continue;
    shed = more;
    shed_count = Math.min(shed_count + event.shedCount, Number.MAX_SAFE_INTEGER);
    head = Math.max(head, event.shed.at(-1)?.[1] ?? 0);
    changed = true;
  }
  const holes = holesOf(have, shed, head);
  const texts = [JSON.stringify(have), JSON.stringify(shed)] as const;
  return {
    fresh,
    repeated,
    have,
    shed,
    changed,
    row: [row.src, row.epoch, ...texts, shed_count, head, holes, row.first_at, last_at],
  };
}

function streamOf(row: StreamRow): Stream {
  return {
    src: row.src,
    epoch: row.epoch,
    have: rangesOf(row.have),
    shed: rangesOf(row.shed),
    shedCount: row.shed_count,
    head: row.head,
    tail: row.tail,
    firstAt: row.first_at as Instant,
    lastAt: row.last_at as Instant,
    askedAt: row.asked_at as Instant,
    askedFrom: row.asked_from,
  };
}
