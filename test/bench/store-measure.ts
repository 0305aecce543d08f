/** The measuring process of `store-bench.ts`; broker and lanes run in one of their own (`store-load.ts`). */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { exportJWK, generateKeyPair } from "jose";
import { factsOf } from "../../src/control-room/cases/filing.ts";
import { startControlRoom } from "../../src/control-room/control-room.ts";
import { openPostgres } from "../../src/control-room/database/postgres.ts";
import { openSqlite } from "../../src/control-room/database/sqlite.ts";
import { dayOf, KeyRing } from "../../src/control-room/retention/key-ring.ts";
import { EventStore, type FileNow, type Incoming } from "../../src/control-room/store/events.ts";
import { schemaFor } from "../../src/control-room/store/schema.ts";
import { instant } from "../../src/core/units.ts";
import { districtKey, sealSubject } from "../../src/protocol/seal.ts";
import { postgresPrograms, startPostgres } from "../control-room/support/postgres.ts";
import { envelope, epoch, keepingLogger, noPages, roomConfig } from "../control-room/support/room.ts";
import { bareRoom } from "./store-bare.ts";
import type { FromLoad, LoadOrder } from "./store-load.ts";

type Kind = "sqlite" | "postgres";
// Long enough that a process is measured at work, not while its code warms up.
const total = Number(process.argv[2] ?? 150_000);
const rounds = Number(process.argv[3] ?? 3);
const only = process.argv[4];
const lanes = 100;
const perLane = Math.ceil(total / lanes);
const events = perLane * lanes;
const place = mkdtempSync(join(tmpdir(), "greenlane-bench-"));
const keyRing = new KeyRing(join(place, "keys"));
const pair = await generateKeyPair("ECDH-ES", { crv: "P-256", extractable: true });
const jwe = await sealSubject("370724-0123456789", await districtKey(await exportJWK(pair.publicKey)));

/** As the intake makes it of the lanes' messages. */
const rowOf = (src: string, seq: number): Incoming => {
  const body = envelope(src, seq);
  const now = instant(Date.now());
  const sealDay = dayOf(now) + 14;
  return {
    src,
    epoch,
    seq,
    id: body.id,
    type: body.type,
    at: now,
    received: now,
    body: JSON.stringify(body),
    sealed: keyRing.seal({ subject: jwe, temperature: 36.8 }, sealDay, `${src} ${epoch} ${seq}`),
    sealDay,
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
      return [src, Array.from({ length: perLane }, (_, at) => rowOf(src, at + 1))];
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

/** Each with its case already known, so that its row is the one that the control room writes. */
const placed: FileNow = async (_, fresh) => fresh.map(({ src }) => `C-260426-${src.slice(src.lastIndexOf("-") + 1)}`);

/** The store alone: rows made ready beforehand, one group after the other. */
function raw(at: Place, group: number): Promise<{ readonly rate: number; readonly used: number }> {
  const byLane = [...rowsByLane().values()];
  const rows = Array.from({ length: events }, (_, n) => byLane[n % lanes]?.[Math.floor(n / lanes)] as Incoming);
  return withStore(at, async (store) => {
    const begin = performance.now();
    const cpu = process.cpuUsage();
    for (let from = 0; from < events; from += group) await store.ingest(rows.slice(from, from + group), placed);
    return { rate: events / ((performance.now() - begin) / 1_000), used: processorTime(cpu) / events };
  });
}

/** The same group commit of the same rows, as their messages come through the same broker. */
function rawBehindBroker(load: ChildProcess, broker: string, at: Place): Promise<{ readonly rate: number }> {
  const rows = rowsByLane();
  return withStore(at, async (store) => {
    const bare = await bareRoom(Number(new URL(broker).port), store, rows, placed);
    const ms = await drive(load, "broker");
    bare.stop();
    if ((await store.size()) !== events) throw new Error("the bare room lost events");
    return { rate: events / (ms / 1_000) };
  });
}

async function readyOf(load: ChildProcess): Promise<Extract<FromLoad, { url: string }>> {
  const [there] = (await once(load, "message")) as [FromLoad];
  if (!("url" in there)) throw new Error("no broker");
  return there;
}

async function drive(load: ChildProcess, by: LoadOrder["by"]): Promise<number> {
  load.send({ lanes, perLane, jwe, by } satisfies LoadOrder);
  const [answer] = (await once(load, "message")) as [FromLoad];
  if (!("ms" in answer)) throw new Error("the lanes ended early");
  return answer.ms;
}

/** Processor time of this process with its threads, in microseconds; unlike the rate it hardly depends on the neighbours. */
function processorTime(since?: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return user + system;
}

/** The whole control room, from the packets of the broker to PUBACKs and receipts. */
async function controlRoom(load: ChildProcess, by: LoadOrder["by"], broker: string, at: Place) {
  const folder = dirname(at.file);
  const database = at.kind === "sqlite" ? { kind: at.kind, file: at.file } : { kind: at.kind, url: at.url };
  const room = await startControlRoom(roomConfig(folder, broker, { database }), {
    logger: keepingLogger(),
    pages: noPages(folder),
  });
  while (!room.connected()) await new Promise((next) => setTimeout(next, 5));
  const cpu = process.cpuUsage();
  const ms = await drive(load, by);
  const { commits, stored } = room.figures();
  const used = processorTime(cpu) / events;
  if (stored !== events) throw new Error(`stored ${stored} of ${events}`);
  await room.stop();
  return { rate: events / (ms / 1_000), used, group: Math.max(1, Math.round(stored / commits)) };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

interface Round {
  /** Events a second: `room` by hand and `raw` without anything else at work, both again behind broker and lanes. */
  readonly room: number;
  readonly raw: number;
  readonly roomBehind: number;
  readonly rawBehind: number;
  readonly group: number;
  /** Microseconds of the processor for an event. */
  readonly roomUsed: number;
  readonly rawUsed: number;
}

async function round(kind: Kind, base: string, database: () => Promise<string>): Promise<Round> {
  const fresh = async (name: string): Promise<Place> => ({
    kind,
    file: join(base, name, "centre.db"),
    url: kind === "sqlite" ? "" : await database(),
  });
  const room = await controlRoom(load, "hand", there.handUrl, await fresh("room"));
  const alone = await raw(await fresh("raw"), room.group);
  const behind = await controlRoom(load, "broker", there.url, await fresh("room-behind"));
  const bare = await rawBehindBroker(load, there.url, await fresh("raw-behind"));
  return {
    room: room.rate,
    raw: alone.rate,
    roomBehind: behind.rate,
    rawBehind: bare.rate,
    group: room.group,
    roomUsed: room.used,
    rawUsed: alone.used,
  };
}

const programs = only === "sqlite" ? null : postgresPrograms();
const server = programs === null ? null : await startPostgres(programs);
const load = fork(new URL("store-load.js", import.meta.url), { execArgv: [] });
const there = await readyOf(load);
try {
  const kinds: Kind[] = only === "postgres" ? [] : ["sqlite"];
  if (server !== null) kinds.push("postgres");
  for (const kind of kinds) {
    const taken: Round[] = [];
    for (let n = 0; n < rounds; n += 1)
      taken.push(await round(kind, join(place, `${kind}-${n}`), async () => (await server?.database()) ?? ""));
    const of = (what: (one: Round) => number): number => median(taken.map(what));
    const share = (what: (one: Round) => number): number => Number(of(what).toFixed(2));
    const line = {
      store: kind,
      broker: there.broker,
      events,
      rounds,
      eventsPerCommit: of((one) => one.group),
      perSecond: Math.round(of((one) => one.room)),
      rawPerSecond: Math.round(of((one) => one.raw)),
      share: share((one) => one.room / one.raw),
      behindBroker: {
        perSecond: Math.round(of((one) => one.roomBehind)),
        rawPerSecond: Math.round(of((one) => one.rawBehind)),
        share: share((one) => one.roomBehind / one.rawBehind),
        ofRawAlone: share((one) => one.roomBehind / one.raw),
      },
      processorMicroseconds: {
        controlRoom: Math.round(of((one) => one.roomUsed)),
        raw: Math.round(of((one) => one.rawUsed)),
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
