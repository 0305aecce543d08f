// N light lanes on raw sockets against a broker and one collector: connect storm, broker restart, flood.
// Usage: npm run bench:fleet -- [lanes] [alerts]     Mosquitto joins in where it is installed.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectSocket, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mqttPacket from "mqtt-packet";
import { startBroker } from "../../src/control-room/broker.ts";
import { startControlRoom } from "../../src/control-room/control-room.ts";
import { encode } from "../../src/protocol/parse.ts";
import { envelope, epoch, keepingLogger, noPages, roomConfig, someJwe } from "../control-room/support/room.ts";

const count = Number(process.argv[2] ?? 4_000);
const flood = Number(process.argv[3] ?? 10_000);
const perSecond = 1_000;
/** New connections in a second, of the whole fleet: each lane takes its turn of a full jitter over the time that gives. */
const connectsPerSecond = 800;

interface Broker {
  readonly name: string;
  start(): Promise<void>;
  kill(): Promise<void>;
}

class Lane {
  readonly src: string;
  online = false;
  connects: number[] = [];
  seq = 0;
  #socket: Socket | null = null;
  readonly #port: number;
  readonly sentAt = new Map<number, number>();
  stopped = false;
  constructor(at: number, port: number) {
    this.src = `linqu/site-${at % 200}/lane-${at}`;
    this.#port = port;
  }
  connect(delay: number): void {
    setTimeout(() => this.#open(), delay);
  }
  publish(): void {
    this.seq += 1;
    this.sentAt.set(this.seq, performance.now());
    this.#write({
      cmd: "publish",
      topic: `greenlane/v1/${this.src}/event/alert`,
      payload: encode(envelope(this.src, this.seq, { subject: someJwe, case: `${this.src}-${this.seq}`.slice(-60) })),
      qos: 1,
      messageId: (this.seq % 65_535) + 1,
      dup: false,
      retain: false,
    });
  }
  stop(): void {
    this.stopped = true;
    this.#socket?.destroy();
  }
  #write(packet: mqttPacket.Packet): void {
    if (this.#socket !== null && !this.#socket.destroyed) this.#socket.write(mqttPacket.generate(packet));
  }
  #open(): void {
    if (this.stopped) return;
    const socket = connectSocket(this.#port, "127.0.0.1");
    this.#socket = socket;
    const parser = mqttPacket.parser({ protocolVersion: 4 });
    socket.on("data", (data) => parser.parse(data));
    socket.on("error", () => {});
    socket.on("close", () => {
      this.online = false;
      if (!this.stopped) this.connect(Math.random() * (count / connectsPerSecond) * 1_000 + 250);
    });
    socket.on("connect", () => {
      this.connects.push(performance.now());
      this.#write({
        cmd: "connect",
        protocolId: "MQTT",
        protocolVersion: 4,
        clientId: this.src,
        clean: true,
        keepalive: 60,
      });
    });
    parser.on("packet", (packet) => {
      if (packet.cmd !== "connack") return;
      this.online = true;
      const birth = {
        state: "online" as const,
        epoch,
        boot: epoch,
        session: this.connects.length,
        version: "1",
        configVersion: 0,
        seqHead: this.seq,
        seqTail: 1,
        challenge: "AAAAAAAAAAAAAAAAAAAAAA",
        clock: "synced" as const,
      };
      this.#write({
        cmd: "publish",
        topic: `greenlane/v1/${this.src}/state`,
        payload: encode(birth),
        qos: 1,
        messageId: 1,
        dup: false,
        retain: true,
      });
    });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === "object" && address !== null ? address.port : 0;
}

const percentile = (values: readonly number[], p: number): number =>
  Math.round([...values].sort((a, b) => a - b)[Math.floor(((values.length - 1) * p) / 100)] ?? 0);
const until = async (done: () => boolean): Promise<void> => {
  const end = performance.now() + 180_000;
  while (!done() && performance.now() < end) await new Promise((next) => setTimeout(next, 20));
};

async function run(broker: Broker, port: number, place: string): Promise<object> {
  await broker.start();
  const room = await startControlRoom(roomConfig(place, `mqtt://127.0.0.1:${port}`), {
    logger: keepingLogger(),
    pages: noPages(place),
  });
  const lanes = Array.from({ length: count }, (_, at) => new Lane(at, port));
  const bySrc = new Map(lanes.map((lane) => [lane.src, lane]));
  const delays: number[] = [];
  room.onCommitted((coverage) => {
    const lane = bySrc.get(coverage.src);
    for (const seq of coverage.fresh) {
      const sent = lane?.sentAt.get(seq);
      if (sent !== undefined) delays.push(performance.now() - sent);
    }
  });
  const rss = process.memoryUsage().rss;
  const storm = performance.now();
  for (const lane of lanes) lane.connect(Math.random() * (count / connectsPerSecond) * 1_000);
  await until(() => lanes.every((lane) => lane.online));
  const allOnline = performance.now() - storm;
  const laneBytes = (process.memoryUsage().rss - rss) / count;

  await broker.kill();
  await until(() => lanes.every((lane) => !lane.online));
  const restart = performance.now();
  await broker.start();
  await until(() => lanes.every((lane) => lane.online));
  const backOnline = performance.now() - restart;
  const seconds = new Map<number, number>();
  for (const at of lanes.flatMap((lane) => lane.connects).filter((one) => one >= restart))
    seconds.set(Math.floor((at - restart) / 1_000), (seconds.get(Math.floor((at - restart) / 1_000)) ?? 0) + 1);

  await until(() => room.connected());
  const begin = performance.now();
  for (let sent = 0; sent < flood; ) {
    const due = Math.min(flood, Math.floor(((performance.now() - begin) / 1_000) * perSecond));
    for (; sent < due; sent += 1) lanes[sent % count]?.publish();
    await new Promise((next) => setTimeout(next, 5));
  }
  await until(() => room.figures().stored + 0 >= flood);
  const { stored, duplicates } = room.figures();
  for (const lane of lanes) lane.stop();
  const drained = performance.now() - begin;
  await room.stop();
  await broker.kill();
  return {
    broker: broker.name,
    lanes: count,
    allOnlineMs: Math.round(allOnline),
    backAfterRestartMs: Math.round(backOnline),
    mostConnectsInASecond: Math.max(...seconds.values()),
    flood: {
      alerts: flood,
      offeredPerSecond: perSecond,
      storedPerSecond: Math.round(flood / (drained / 1_000)),
      alertToCommitMs: { p50: percentile(delays, 50), p99: percentile(delays, 99) },
    },
    lost: flood - stored,
    duplicates,
    benchBytesPerLane: Math.round(laneBytes),
  };
}

const place = mkdtempSync(join(tmpdir(), "greenlane-fleet-"));
const aedes = async (): Promise<Broker & { port: number }> => {
  const port = await freePort();
  let stop: (() => Promise<void>) | null = null;
  return {
    name: "aedes (in this process)",
    port,
    start: async () => {
      stop = (await startBroker({ host: "127.0.0.1", port })).stop;
    },
    kill: async () => {
      await stop?.();
      stop = null;
    },
  };
};
const mosquitto = async (): Promise<(Broker & { port: number }) | null> => {
  if (!existsSync("/usr/sbin/mosquitto")) return null;
  const port = await freePort();
  const conf = join(place, "mosquitto.conf");
  writeFileSync(
    conf,
    `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_inflight_messages 1000\nmax_queued_messages 100000\nset_tcp_nodelay true\nuser root\n`,
  );
  let child: ReturnType<typeof spawn> | null = null;
  return {
    name: "mosquitto",
    port,
    start: async () => {
      child = spawn("/usr/sbin/mosquitto", ["-c", conf], { stdio: "ignore" });
      for (let ready = false; !ready; ) {
        ready = await new Promise<boolean>((done) => {
          const probe = connectSocket(port, "127.0.0.1", () => {
            probe.destroy();
            done(true);
          });
          probe.on("error", () => setTimeout(() => done(false), 50));
        });
      }
    },
    kill: async () => {
      if (child === null || child.exitCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
      child = null;
    },
  };
};
for (const made of [await mosquitto(), await aedes()])
  if (made !== null)
    process.stdout.write(`${JSON.stringify(await run(made, made.port, join(place, made.name.slice(0, 5))))}\n`);
rmSync(place, { recursive: true, force: true });
process.exit(0);
