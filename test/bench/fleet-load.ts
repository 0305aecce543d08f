/**
 * The lanes of `fleet-bench.ts`, in a process of their own: light ones on raw sockets, full ones with the product's own
 * outbox and uplink, and one open page, at which "alert to screen" is measured. Driven by calls over IPC.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect as connectSocket, type Socket } from "node:net";
import { join } from "node:path";
import type { JWK } from "jose";
import mqttPacket from "mqtt-packet";
import WebSocket from "ws";
import type { RoomMessage } from "../../src/core/room.ts";
import { millis } from "../../src/core/units.ts";
import { encode } from "../../src/protocol/parse.ts";
import { createReporter, type Reporter } from "../../src/report/reporter.ts";
import { pauseBefore } from "../../src/report/uplink/backoff.ts";
import { envelope, epoch, someJwe } from "../control-room/support/room.ts";
import { redEvent } from "../support/lane-events.ts";
import { MemoryLogger } from "../support/quiet.ts";
import { RealClock } from "../support/real-clock.ts";

export interface FleetInput {
  readonly port: number;
  readonly light: number;
  readonly full: number;
  /** Folder for the outboxes of the full lanes. */
  readonly place: string;
  readonly districtKey: JWK;
  readonly page: { readonly url: string; readonly id: string; readonly password: string };
}
export interface Stored {
  readonly src: string;
  readonly epoch: string;
  readonly seq: number;
}
/** Calls and what each answers. */
export interface FleetCalls {
  /** Everybody connects, as after a power cut of the whole district. */
  connect: { readonly ms: number; readonly mostInASecond: number };
  /** Resolves when everybody is back after the broker's end; told the moment at which it was there again. */
  back: { readonly ms: number; readonly mostInASecond: number };
  flood: { readonly ms: number };
  screen: { readonly seen: number; readonly p50: number; readonly p99: number };
  /** Ends the full lanes' events; what they were promised. */
  promised: { readonly events: readonly Stored[] };
}
export type FleetAsk =
  | { readonly call: "connect" | "promised" }
  | { readonly call: "back"; readonly since: number }
  | { readonly call: "flood"; readonly alerts: number; readonly perSecond: number }
  | { readonly call: "screen"; readonly wanted: number };

const input = JSON.parse(process.argv[2] ?? "") as FleetInput;
const backoff = { longest: millis(30_000), random: Math.random };
const keepalive = 10_000;
const countEvery = 60_000;
const fullPutEvery = 500;
const boot = "018f0000-0000-7000-8000-000000000001";
const challenge = "AAAAAAAAAAAAAAAAAAAAAA";

const connects: number[] = [];
const sent = new Map<string, number>();

/** Speaks as a lane does (birth, pings, counts, receipts), keeps nothing on disk. */
class LightLane {
  readonly src: string;
  online = false;
  #socket: Socket | null = null;
  #attempt = 0;
  #seq = 0;
  #session = 0;
  #messageId = 1;
  #timers: NodeJS.Timeout[] = [];
  constructor(at: number) {
    this.src = `linqu/site-${at % 200}/lane-${at}`;
  }
  connect(): void {
    setTimeout(() => this.#open(), pauseBefore(this.#attempt, backoff));
    this.#attempt += 1;
  }
  alert(): void {
    this.#seq += 1;
    const at = Date.now();
    sent.set(`${this.src} ${at}`, at);
    const change = { subject: someJwe, case: `${this.src}-${this.#seq}`.slice(-60), at: new Date(at).toISOString() };
    this.#publish("event/alert", encode(envelope(this.src, this.#seq, change)), 1);
  }
  #publish(what: string, payload: Buffer, qos: 0 | 1, retain = false): void {
    this.#messageId = (this.#messageId % 65_000) + 1;
    const topic = `greenlane/v1/${this.src}/${what}`;
    const numbered = qos === 1 ? { messageId: this.#messageId } : {};
    this.#write({ cmd: "publish", topic, payload, qos, dup: false, retain, ...numbered });
  }
  #write(packet: mqttPacket.Packet): void {
    if (this.#socket !== null && !this.#socket.destroyed) this.#socket.write(mqttPacket.generate(packet));
  }
  #open(): void {
    const socket = connectSocket(input.port, "127.0.0.1").setNoDelay(true);
    this.#socket = socket;
    const parser = mqttPacket.parser({ protocolVersion: 4 });
    socket.on("data", (data) => parser.parse(data));
    socket.on("error", () => {});
    socket.on("close", () => {
      this.online = false;
      for (const timer of this.#timers) clearInterval(timer);
      this.connect();
    });
    socket.on("connect", () => {
      connects.push(Date.now());
      const will = { topic: `greenlane/v1/${this.src}/state`, payload: this.#death(), qos: 1 as const, retain: true };
      const protocol = { protocolId: "MQTT" as const, protocolVersion: 4 as const };
      this.#write({ cmd: "connect", ...protocol, clientId: this.src, clean: true, keepalive: keepalive / 1_000, will });
    });
    parser.on("packet", (packet) => {
      if (packet.cmd === "connack") this.#welcome();
      if (packet.cmd === "publish" && packet.qos === 1 && packet.messageId !== undefined)
        this.#write({ cmd: "puback", messageId: packet.messageId });
    });
  }
  #welcome(): void {
    this.online = true;
    this.#attempt = 0;
    this.#session += 1;
    const birth = { state: "online" as const, epoch, boot, session: this.#session, version: "1", configVersion: 0 };
    const rest = { seqHead: this.#seq, seqTail: 1, challenge, clock: "synced" as const };
    this.#publish("state", encode({ ...birth, ...rest }), 1, true);
    const topic = `greenlane/v1/${this.src}/event/receipt`;
    this.#write({ cmd: "subscribe", messageId: 65_001, subscriptions: [{ topic, qos: 1 }] });
    this.#timers = [
      setInterval(() => this.#write({ cmd: "pingreq" }), keepalive),
      setInterval(() => this.#publish("count", this.#count(), 0), countEvery * (0.5 + Math.random())),
    ];
  }
  #death(): Buffer {
    return encode({ state: "offline", boot, session: this.#session + 1 });
  }
  #count(): Buffer {
    return encode({ at: new Date().toISOString(), boot, device: { "outbox.depth": 0 } });
  }
}

/** A lane's own reporter: disk outbox, uplink, receipts. Puts a red every half second and keeps what it was promised. */
class FullLane {
  readonly src: string;
  readonly promised: Stored[] = [];
  readonly #reporter: Reporter;
  #timer: NodeJS.Timeout | undefined;
  #putting: Promise<unknown> = Promise.resolve();
  constructor(src: string, reporter: Reporter) {
    this.src = src;
    this.#reporter = reporter;
  }
  static async start(at: number): Promise<FullLane> {
    const lane = { district: "linqu", site: "full", lane: `lane-${at}` };
    const src = `linqu/full/lane-${at}`;
    const reporter = await createReporter({
      directory: join(input.place, `lane-${at}`),
      lane,
      clock: new RealClock(),
      logger: new MemoryLogger(),
      mqtt: { url: `mqtt://127.0.0.1:${input.port}`, protocolVersion: 4, clientId: src, keepalive: millis(keepalive) },
      districtKey: input.districtKey,
      dayKey: () => new Uint8Array(32),
      orderKeys: [],
      settings: { reserve: false },
    });
    await reporter.start();
    const full = new FullLane(src, reporter);
    full.#timer = setInterval(() => full.#put(), fullPutEvery);
    return full;
  }
  #put(): void {
    this.#putting = this.#putting
      .then(() => this.#reporter.eventLog.put(redEvent({ case: `full-${this.promised.length >> 5}` })))
      .then(({ epoch: of, seq }) => this.promised.push({ src: this.src, epoch: of, seq }));
  }
  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#putting;
  }
}

/** An operator's page: signed in, live, and noting when each case is told. */
async function openPage(): Promise<number[]> {
  const { url, id, password } = input.page;
  const { origin } = new URL(url);
  const answer = await fetch(`${url}api/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/json", origin },
    body: JSON.stringify({ id, password }),
  });
  const cookie = (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}live`, { headers: { cookie, origin } });
  const delays: number[] = [];
  socket.on("message", (data) => {
    const message = JSON.parse(String(data)) as RoomMessage;
    if (message.kind !== "cases") return;
    for (const one of message.cases) {
      const key = `${one.src} ${one.openedAt}`;
      const at = sent.get(key);
      if (at === undefined) continue;
      sent.delete(key);
      delays.push(Date.now() - at);
    }
  });
  await once(socket, "open");
  return delays;
}

/** Connects of the second with the most of them. */
function mostInASecond(since: number): number {
  const seconds = new Map<number, number>();
  for (const at of connects.filter((one) => one >= since)) {
    const second = Math.floor((at - since) / 1_000);
    seconds.set(second, (seconds.get(second) ?? 0) + 1);
  }
  return Math.max(0, ...seconds.values());
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((next) => setTimeout(next, 20));
}
const percentile = (values: readonly number[], p: number): number =>
  Math.round([...values].sort((a, b) => a - b)[Math.floor(((values.length - 1) * p) / 100)] ?? 0);

const limit = Number(/Max open files\s+(\d+)/.exec(readFileSync("/proc/self/limits", "utf8"))?.[1] ?? 0);
if (limit < input.light + 500) {
  process.stderr.write(
    `${input.light} lanes need ${input.light + 500} open files, ${limit} are allowed; raise ulimit -n\n`,
  );
  process.exit(1);
}

const lanes = Array.from({ length: input.light }, (_, at) => new LightLane(at));
const everybody = (): boolean => lanes.every((one) => one.online);
const full: FullLane[] = [];
let delays: number[] = [];

async function run(ask: FleetAsk): Promise<FleetCalls[keyof FleetCalls]> {
  switch (ask.call) {
    case "connect": {
      for (let at = 0; at < input.full; at += 1) full.push(await FullLane.start(at));
      delays = await openPage();
      const since = Date.now();
      for (const one of lanes) one.connect();
      await until(everybody);
      return { ms: Date.now() - since, mostInASecond: mostInASecond(since) };
    }
    case "back":
      await until(everybody);
      return { ms: Date.now() - ask.since, mostInASecond: mostInASecond(ask.since) };
    case "flood": {
      const begin = Date.now();
      for (let out = 0; out < ask.alerts; ) {
        const due = Math.min(ask.alerts, Math.floor(((Date.now() - begin) / 1_000) * ask.perSecond));
        for (; out < due; out += 1) lanes[out % lanes.length]?.alert();
        await new Promise((next) => setTimeout(next, 5));
      }
      return { ms: Date.now() - begin };
    }
    case "screen": {
      const end = Date.now() + 60_000;
      await until(() => delays.length >= ask.wanted || Date.now() > end);
      return { seen: delays.length, p50: percentile(delays, 50), p99: percentile(delays, 99) };
    }
    case "promised":
      await Promise.all(full.map((one) => one.end()));
      return { events: full.flatMap((one) => one.promised) };
  }
}

process.on("message", (ask: FleetAsk) => void run(ask).then((answer) => process.send?.(answer)));
process.once("disconnect", () => process.exit(0));
process.send?.({ ready: true });
