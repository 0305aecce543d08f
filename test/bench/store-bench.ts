// What the control room takes in end to end (PUBLISH → durable commit → PUBACK and receipt), against the same store's
// own group commit of the same rows in groups of the same size. Interleaved rounds on the same disk; broker and lanes run
// in a process of their own.
// Usage: npm run bench:store -- [events] [rounds] [sqlite|postgres]   (PostgreSQL joins in where a server is installed)
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
import type { FromLoad, LoadOrder } from "./store-load.ts";

type Kind = "sqlite" | "postgres";
const total = Number(process.argv[2] ?? 20_000);
const rounds = Number(process.argv[3] ?? 3);
const only = process.argv[4];
const lanes = 100;
const order: LoadOrder = { lanes, perLane: Math.ceil(total / lanes) };
const events = order.perLane * lanes;

/** The store alone: rows made ready beforehand, one group after the other. */
async function raw(
  kind: Kind,
  file: string,
  url: string,
  group: number,
): Promise<{ readonly rate: number; readonly used: number }> {
  const db = kind === "sqlite" ? openSqlite(file) : await openPostgres({ url });
  await db.migrate(schemaFor(db.kind));
  const store = new EventStore(db);
  const now = instant(Date.now());
  const rows: Incoming[] = Array.from({ length: events }, (_, at) => {
    const src = `linqu/bench/lane-${at % lanes}`;
    const seq = Math.floor(at / lanes) + 1;
    const body = envelope(src, seq);
    return {
      src,
      epoch,
      seq,
      id: body.id,
      type: "yellow-code",
      at: now,
      received: now,
      body: JSON.stringify(body),
      sealed: Buffer.alloc(120, at % 251),
      sealDay: 20_000,
      shed: [],
      shedCount: 0,
      shedEpoch: "",
      facts: factsOf(body, now),
    };
  });
  const begin = performance.now();
  const cpu = process.cpuUsage();
  for (let from = 0; from < events; from += group) await store.ingest(rows.slice(from, from + group));
  const rate = events / ((performance.now() - begin) / 1_000);
  const used = processorTime(cpu) / events;
  await db.stop();
  return { rate, used };
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
  load.send(order);
  const [answer] = (await once(load, "message")) as [FromLoad];
  const { commits, stored } = room.figures();
  const used = processorTime(cpu) / events;
  if (stored !== events || !("ms" in answer)) throw new Error(`stored ${stored} of ${events}`);
  await room.stop();
  return { rate: events / (answer.ms / 1_000), used, group: Math.max(1, Math.round(stored / commits)) };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const place = mkdtempSync(join(tmpdir(), "greenlane-bench-"));
const programs = only === "sqlite" ? null : postgresPrograms();
const server = programs === null ? null : await startPostgres(programs);
const load = fork(new URL("store-load.ts", import.meta.url), { execArgv: ["--import", "tsx"] });
try {
  const [there] = (await once(load, "message")) as [FromLoad];
  if (!("url" in there)) throw new Error("no broker");
  const kinds: Kind[] = only === "postgres" ? [] : ["sqlite"];
  if (server !== null) kinds.push("postgres");
  for (const kind of kinds) {
    const taken = { room: [] as number[], raw: [] as number[], group: [] as number[] };
    const processor = { room: [] as number[], raw: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      const base = join(place, `${kind}-${round}`);
      const url = async (): Promise<string> => (server === null ? "" : server.database());
      const change = kind === "sqlite" ? {} : { database: { kind, url: await url() } };
      const room = await endToEnd(load, there.url, base, change);
      taken.room.push(room.rate);
      taken.group.push(room.group);
      const store = await raw(kind, join(base, "raw.db"), kind === "sqlite" ? "" : await url(), room.group);
      taken.raw.push(store.rate);
      processor.room.push(room.used);
      processor.raw.push(store.used);
    }
    const line = {
      store: kind,
      broker: there.broker,
      events,
      rounds,
      perSecond: Math.round(median(taken.room)),
      eventsPerCommit: median(taken.group),
      rawPerSecond: Math.round(median(taken.raw)),
      processorMicrosecondsPerEvent: {
        controlRoom: Math.round(median(processor.room)),
        raw: Math.round(median(processor.raw)),
      },
      share: Number(median(taken.room.map((rate, at) => rate / (taken.raw[at] ?? 1))).toFixed(2)),
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
} finally {
  load.disconnect();
  await server?.stop();
  rmSync(place, { recursive: true, force: true });
}
process.exit(0);
