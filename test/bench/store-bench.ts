// What the control room commits over MQTT, against the same store's own group commit of the same rows in the same run.
// Usage: npm run bench:store -- [events]   (PostgreSQL joins in where a server is installed)
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mqtt from "mqtt";
import { startBroker } from "../../src/control-room/broker.ts";
import { startControlRoom } from "../../src/control-room/control-room.ts";
import { openPostgres } from "../../src/control-room/database/postgres.ts";
import { openSqlite } from "../../src/control-room/database/sqlite.ts";
import { EventStore, type Incoming } from "../../src/control-room/store/events.ts";
import { schemaFor } from "../../src/control-room/store/schema.ts";
import { instant } from "../../src/core/units.ts";
import { encode } from "../../src/protocol/parse.ts";
import { postgresPrograms, startPostgres } from "../control-room/support/postgres.ts";
import { envelope, epoch, keepingLogger, noPages, roomConfig, someJwe } from "../control-room/support/room.ts";

const total = Number(process.argv[2] ?? 10_000);
const laneCount = 100;
const lanes = Array.from({ length: laneCount }, (_, at) => `linqu/bench/lane-${at}`);
const person = { subject: someJwe, temperature: 36.8 };
const seqOf = (at: number): number => Math.floor(at / laneCount) + 1;
const laneAt = (at: number): string => lanes[at % laneCount] ?? "";

async function raw(kind: "sqlite" | "postgres", place: string, url: string, group: number): Promise<number> {
  const db = kind === "sqlite" ? openSqlite(join(place, "raw.db")) : await openPostgres({ url });
  await db.migrate(schemaFor(db.kind));
  const store = new EventStore(db);
  const now = instant(Date.now());
  const rows: Incoming[] = Array.from({ length: total }, (_, at) => ({
    src: laneAt(at),
    epoch,
    seq: seqOf(at),
    type: "yellow-code",
    at: now,
    received: now,
    body: JSON.stringify(envelope(laneAt(at), seqOf(at))),
    sealed: Buffer.alloc(120, at % 251),
    sealDay: 20_000,
    shed: [],
    shedCount: 0,
  }));
  const begin = performance.now();
  for (let from = 0; from < total; from += group) await store.ingest(rows.slice(from, from + group));
  const rate = total / ((performance.now() - begin) / 1_000);
  await db.stop();
  return rate;
}

async function overMqtt(
  place: string,
  change: Readonly<Record<string, unknown>>,
): Promise<{ rate: number; group: number }> {
  const broker = await startBroker({ host: "127.0.0.1", port: 0 });
  const room = await startControlRoom(roomConfig(place, broker.url, change), {
    logger: keepingLogger(),
    pages: noPages(place),
  });
  const publisher = await mqtt.connectAsync(broker.url, { reconnectPeriod: 0 });
  const payloads = Array.from({ length: total }, (_, at) => encode(envelope(laneAt(at), seqOf(at), person)));
  const begin = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: 500 }, async () => {
      for (let at = next++; at < total; at = next++)
        await publisher.publishAsync(`greenlane/v1/${laneAt(at)}/event/alert`, payloads[at] ?? Buffer.alloc(0), {
          qos: 1,
        });
    }),
  );
  while (room.figures().stored < total) await new Promise((again) => setTimeout(again, 2));
  const rate = total / ((performance.now() - begin) / 1_000);
  const { commits, stored } = room.figures();
  await publisher.endAsync(true);
  await room.stop();
  await broker.stop();
  return { rate, group: Math.max(1, Math.round(stored / commits)) };
}

const place = mkdtempSync(join(tmpdir(), "greenlane-bench-"));
const programs = postgresPrograms();
const server = programs === null ? null : await startPostgres(programs);
try {
  for (const kind of ["sqlite", ...(server === null ? [] : ["postgres"])] as ("sqlite" | "postgres")[]) {
    const url = server === null ? "" : await server.database();
    const change =
      kind === "sqlite" || server === null ? {} : { database: { kind: "postgres", url: await server.database() } };
    const room = await overMqtt(join(place, kind), change);
    const store = await raw(kind, place, url, room.group);
    const line = {
      store: kind,
      events: total,
      perSecond: Math.round(room.rate),
      eventsPerCommit: room.group,
      rawPerSecond: Math.round(store),
      share: Number((room.rate / store).toFixed(2)),
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
} finally {
  await server?.stop();
  rmSync(place, { recursive: true, force: true });
}
process.exit(0);
