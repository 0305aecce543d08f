/** The measuring process of `store-bench.ts`; broker and lanes run in one of their own (`store-load.ts`). */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { factsOf } from "../../src/control-room/cases/filing.ts";
import { startControlRoom } from "../../src/control-room/control-room.ts";
import { openPostgres } from "../../src/control-room/database/postgres.ts";
import { openSqlite } from "../../src/control-room/database/sqlite.ts";
import { EventStore, type Incoming } from "../../src/control-room/store/events.ts";
import { schemaFor } from "../../src/control-room/store/schema.ts";
import { instant } from "../../src/core/units.ts";
import { postgresPrograms, startPostgres } from "../control-room/support/postgres.ts";
import { envelope, epoch, keepingLogger, noPages, roomConfig } from "../control-room/support/room.ts";
import { bareRoom } from "./store-bare.ts";
import type { FromLoad, LoadOrder } from "./store-load.ts";

type Kind = "sqlite" | "postgres";
const total = Number(process.argv[2] ?? 20_000);
const rounds = Number(process.argv[3] ?? 3);
const only = process.argv[4];
const lanes = 100;
const order: LoadOrder = { lanes, perLane: Math.ceil(total / lanes) };
const events = order.perLane * lanes;

const rowOf = (src: string, seq: number): Incoming => {
  const body = envelope(src, seq);
  const now = instant(Date.now());
  return {
    src,
    epoch,
    seq,
    id: body.id,
    type: body.type,
    at: now,
    received: now,
    body: JSON.stringify(body),
    sealed: Buffer.alloc(120, seq % 251),
    sealDay: 20_000,
    shed: [],
    shedCount: 0,
    shedEpoch: epoch,
    facts: factsOf(body, now),
  };
};
/** Those of the lanes, in the order of their numbers. */
const rowsByLane = (): Map<string, Incoming[]> =>
  new Map(
    Array.from({ length: lanes }, (_, lane) => {
      const src = `linqu/bench/lane-${lane}`;
      return [src, Array.from({ length: order.perLane }, (_, at) => rowOf(src, at + 1))];
    }),
  );

interface Place {
  readonly kind: Kind;
  readonly file: string;
  readonly url: string;
}
async function withStore<T>({ kind, file, url }: Place, work: (store: EventStore) => Promise<T>): Promise<T> {
  const db = kind === "sqlite" ? openSqlite(file) : await openPostgres({ url });
  await db.migrate(schemaFor(db.kind));
  try {
    return await work(new EventStore(db));
  } finally {
    await db.stop();
  }
}

/** The store alone: rows made ready beforehand, one group after the other. */
function raw(at: Place, group: number): Promise<{ readonly rate: number; readonly used: number }> {
  const byLane = [...rowsByLane().values()];
  const rows = Array.from({ length: events }, (_, n) => byLane[n % lanes]?.[Math.floor(n / lanes)] as Incoming);
  return withStore(at, async (store) => {
    const begin = performance.now();
    const cpu = process.cpuUsage();
    for (let from = 0; from < events; from += group) await store.ingest(rows.slice(from, from + group));
    return { rate: events / ((performance.now() - begin) / 1_000), used: processorTime(cpu) / events };
  });
}

/** The same group commit of the same rows, as their messages come through the same broker. */
function rawBehindBroker(load: ChildProcess, broker: string, at: Place): Promise<{ readonly rate: number }> {
  const rows = rowsByLane();
  return withStore(at, async (store) => {
    const bare = await bareRoom(Number(new URL(broker).port), store, rows);
    const ms = await drive(load);
    bare.stop();
    if ((await store.size()) !== events) throw new Error("the bare room lost events");
    return { rate: events / (ms / 1_000) };
  });
}

async function drive(load: ChildProcess): Promise<number> {
  load.send(order);
  const [answer] = (await once(load, "message")) as [FromLoad];
  if (!("ms" in answer)) throw new Error("the lanes ended early");
  return answer.ms;
}

/** Processor time of this process with its threads, in microseconds; unlike the rate it hardly depends on the neighbours. */
function processorTime(since?: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return user + system;
}

async function endToEnd(load: ChildProcess, url: string, place: string, change: object) {
  const room = await startControlRoom(roomConfig(place, url, { ...change }), {
    logger: keepingLogger(),
    pages: noPages(place),
  });
  while (!room.connected()) await new Promise((next) => setTimeout(next, 5));
  const cpu = process.cpuUsage();
  const ms = await drive(load);
  const { commits, stored } = room.figures();
  const used = processorTime(cpu) / events;
  if (stored !== events) throw new Error(`stored ${stored} of ${events}`);
  await room.stop();
  return { rate: events / (ms / 1_000), used, group: Math.max(1, Math.round(stored / commits)) };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const place = mkdtempSync(join(tmpdir(), "greenlane-bench-"));
const programs = only === "sqlite" ? null : postgresPrograms();
const server = programs === null ? null : await startPostgres(programs);
const load = fork(new URL("store-load.js", import.meta.url), { execArgv: [] });
try {
  const [there] = (await once(load, "message")) as [FromLoad];
  if (!("url" in there)) throw new Error("no broker");
  const kinds: Kind[] = only === "postgres" ? [] : ["sqlite"];
  if (server !== null) kinds.push("postgres");
  for (const kind of kinds) {
    const taken = { room: [] as number[], raw: [] as number[], behind: [] as number[], group: [] as number[] };
    const processor = { room: [] as number[], raw: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      const base = join(place, `${kind}-${round}`);
      const fresh = async (name: string): Promise<Place> => ({
        kind,
        file: join(base, `${name}.db`),
        url: kind === "sqlite" || server === null ? "" : await server.database(),
      });
      const { url } = await fresh("room");
      const room = await endToEnd(load, there.url, base, kind === "sqlite" ? {} : { database: { kind, url } });
      taken.room.push(room.rate);
      taken.group.push(room.group);
      taken.behind.push((await rawBehindBroker(load, there.url, await fresh("behind"))).rate);
      const alone = await raw(await fresh("raw"), room.group);
      taken.raw.push(alone.rate);
      processor.room.push(room.used);
      processor.raw.push(alone.used);
    }
    const shareOf = (others: readonly number[]): number =>
      Number(median(taken.room.map((rate, at) => rate / (others[at] ?? 1))).toFixed(2));
    const line = {
      store: kind,
      broker: there.broker,
      events,
      rounds,
      perSecond: Math.round(median(taken.room)),
      eventsPerCommit: median(taken.group),
      rawPerSecond: Math.round(median(taken.raw)),
      share: shareOf(taken.raw),
      rawBehindBrokerPerSecond: Math.round(median(taken.behind)),
      shareBehindBroker: shareOf(taken.behind),
      processorMicrosecondsPerEvent: {
        controlRoom: Math.round(median(processor.room)),
        raw: Math.round(median(processor.raw)),
      },
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
} finally {
  load.disconnect();
  await server?.stop();
  rmSync(place, { recursive: true, force: true });
}
process.exit(0);
