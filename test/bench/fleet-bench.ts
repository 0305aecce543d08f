// A district's lanes against one broker and one control room: connect storm, steady state, broker restart, flood. The
// lanes are in a process of their own; aedes runs where it is embedded, in the control room's.
// Usage: npm run bench:fleet -- [lanes] [alerts] [mosquitto|aedes]     Mosquitto joins in where it is installed.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { exportJWK, generateKeyPair } from "jose";
import { startControlRoom } from "../../src/control-room/control-room.ts";
import { instant } from "../../src/core/units.ts";
import { keepingLogger, noPages, roomConfig } from "../control-room/support/room.ts";
import { bundled } from "../support/bundle.ts";
import { aedes, type BenchBroker, mosquitto } from "./brokers.ts";
import type { FleetAsk, FleetCalls, FleetInput } from "./fleet-load.ts";

const light = Number(process.argv[2] ?? 4_000);
const alerts = Number(process.argv[3] ?? 10_000);
const only = process.argv[4];
const full = 20;
const perSecond = 1_000;
const steadySeconds = 20;
/** Resident memory of another process in KiB; none where there is no such process. */
const rssOf = (pid: number | null): number =>
  pid === null ? 0 : Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
/** What this process holds in KiB. Its resident memory says more of the collector's habits than of the lanes. */
function held(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1024;
}
const memoryWith = (broker: BenchBroker) => ({ room: held(), broker: rssOf(broker.pid) });
const pause = (ms: number): Promise<void> => new Promise((next) => setTimeout(next, ms));

async function call<Name extends keyof FleetCalls>(
  load: ChildProcess,
  ask: Extract<FleetAsk, { call: Name }> | { readonly call: Name },
): Promise<FleetCalls[Name]> {
  load.send(ask);
  const [answer] = (await once(load, "message")) as [FleetCalls[Name]];
  return answer;
}

const stage = (text: string): void => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);

async function run(broker: BenchBroker, place: string, out: string) {
  await broker.start();
  const room = await startControlRoom(roomConfig(place, broker.url), {
    logger: keepingLogger(),
    pages: noPages(place),
    passwordCost: 2 ** 10,
  });
  const page = { url: room.url, id: "bench", password: "a-good-password" };
  await room.people.put(page.id, "operator", page.password, instant(Date.now()), false);
  const { publicKey } = await generateKeyPair("ECDH-ES", { crv: "P-256", extractable: true });
  const districtKey = await exportJWK(publicKey);
  const input: FleetInput = { port: broker.port, light, full, place: join(place, "lanes"), districtKey, page };
  const load = fork(join(out, "fleet-load.js"), [JSON.stringify(input)]);
  load.once("exit", (code) => {
    if (code !== null && code !== 0) process.exit(code);
  });
  await once(load, "message");

  stage(`${broker.name}: the lanes connect`);
  const before = memoryWith(broker);
  const storm = await call(load, { call: "connect" });
  const after = memoryWith(broker);
  stage("all are there; a while of rest");
  const cpu = process.cpuUsage();
  await pause(steadySeconds * 1_000);
  const used = process.cpuUsage(cpu);

  await broker.kill();
  await pause(2_000);
  await broker.start();
  stage("the broker was killed and is back");
  const back = await call(load, { call: "back", since: Date.now() });
  while (!room.connected()) await pause(20);

  stage(`all are back after ${back.ms} ms; ${alerts} alerts`);
  const storedBefore = room.figures().stored;
  const begin = performance.now();
  const sending = await call(load, { call: "flood", alerts, perSecond });
  const screen = await call(load, { call: "screen", wanted: alerts });
  stage("all alerts are on the screen");
  const drained = performance.now() - begin;
  const { events } = await call(load, { call: "promised" });
  const end = performance.now() + 60_000;
  const missing = () => events.filter((one) => !room.has(one.src, one.epoch, one.seq)).length;
  while (missing() > 0 && performance.now() < end) await pause(50);
  const { stored, duplicates } = room.figures();
  const lost = { light: alerts - screen.seen, full: missing() };
  load.kill();
  await room.stop();
  await broker.kill();
  return {
    broker: broker.name,
    lanes: light + full,
    storm: { allOnlineMs: storm.ms, mostConnectsInASecond: storm.mostInASecond },
    steady: { controlRoomCpuPercent: Math.round((used.user + used.system) / 10_000 / steadySeconds) },
    brokerRestart: { allBackMs: back.ms, mostConnectsInASecond: back.mostInASecond },
    flood: {
      alerts,
      offeredPerSecond: Math.round(alerts / (sending.ms / 1_000)),
      onScreenPerSecond: Math.round(alerts / (drained / 1_000)),
      alertToScreenMs: { p50: screen.p50, p99: screen.p99 },
      stored: stored - storedBefore,
    },
    promisedByFullLanes: events.length,
    lost,
    duplicates,
    kibPerLane: {
      controlRoom: Number(((after.room - before.room) / light).toFixed(1)),
      ...(before.broker === 0 ? {} : { broker: Number(((after.broker - before.broker) / light).toFixed(1)) }),
    },
  };
}

/** Fault 16: all back within a minute, no second above a thousand connects, nothing lost. */
const holds = ({ storm, brokerRestart, lost }: Awaited<ReturnType<typeof run>>): boolean =>
  Math.max(storm.allOnlineMs, brokerRestart.allBackMs) <= 60_000 &&
  Math.max(storm.mostConnectsInASecond, brokerRestart.mostConnectsInASecond) <= 1_000 &&
  lost.light + lost.full === 0;

const place = mkdtempSync(join(tmpdir(), "greenlane-fleet-"));
const out = await bundled(`fleet-${process.pid}`, ["test/bench/fleet-load.ts", "src/report/outbox/outbox.worker.ts"]);
try {
  for (const made of [await mosquitto(place), await aedes()]) {
    if (made === null || (only !== undefined && made.name.toLowerCase() !== only)) continue;
    const figures = await run(made, join(place, made.name), out);
    process.stdout.write(`${JSON.stringify(figures, null, 1)}\n`);
    if (!holds(figures)) process.exitCode = 1;
  }
} finally {
  rmSync(place, { recursive: true, force: true });
  rmSync(out, { recursive: true, force: true });
}
process.exit();
