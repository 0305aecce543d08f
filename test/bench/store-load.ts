/**
 * The other side of `store-bench.ts`, in a process of its own: a broker, and lanes that publish as fast as their window
 * lets them. A lane's window opens with the centre's receipt, as a lane's outbox does; a PUBACK says nothing. By hand, the
 * same messages come from `hand-broker.ts`, without broker and lanes.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { connect as connectSocket } from "node:net";
import { tmpdir } from "node:os";
import mqttPacket from "mqtt-packet";
import { encode, parseReceipt } from "../../src/protocol/parse.ts";
import { envelope, epoch } from "../control-room/support/room.ts";
import { aedes, mosquitto } from "./brokers.ts";
import { handBroker } from "./hand-broker.ts";

export interface LoadOrder {
  readonly lanes: number;
  readonly perLane: number;
  /** The subject of every event, encrypted. */
  readonly jwe: string;
  readonly by: "broker" | "hand";
}
export type FromLoad =
  | { readonly broker: string; readonly url: string; readonly handUrl: string }
  | { readonly ms: number };

/** Sent and without a receipt, per lane (MESSAGES, in-flight window). */
const window = 50;

const payloadsOf = (src: string, { perLane, jwe }: LoadOrder): Buffer[] =>
  Array.from({ length: perLane }, (_, at) => encode(envelope(src, at + 1, { subject: jwe, temperature: 36.8 })));

const packetsOf = (src: string, payloads: readonly Buffer[]): Buffer[] =>
  payloads.map((payload, at) =>
    mqttPacket.generate({
      cmd: "publish",
      topic: `greenlane/v1/${src}/event/alert`,
      payload,
      qos: 1,
      messageId: (at % 65_000) + 1,
      dup: false,
      retain: false,
    }),
  );

/** Resolves when it is connected and subscribed; `run` when the centre has everything. */
async function lane(port: number, src: string, packets: readonly Buffer[]): Promise<{ run(): Promise<void> }> {
  const socket = connectSocket(port, "127.0.0.1").setNoDelay(true);
  const parser = mqttPacket.parser({ protocolVersion: 4 });
  socket.on("data", (data) => parser.parse(data));
  let covered = 0;
  let sent = 0;
  let finished: () => void = () => {};
  let subscribed: () => void = () => {};
  const fill = (): void => {
    const end = Math.min(packets.length, covered + window);
    if (end > sent) socket.write(Buffer.concat(packets.slice(sent, end)));
    sent = Math.max(sent, end);
  };
  parser.on("packet", (packet) => {
    if (packet.cmd === "suback") subscribed();
    if (packet.cmd !== "publish") return;
    if (packet.qos === 1 && packet.messageId !== undefined)
      socket.write(mqttPacket.generate({ cmd: "puback", messageId: packet.messageId }));
    const receipt = parseReceipt(packet.payload as Buffer);
    if (!receipt.ok || receipt.value.epoch !== epoch) return;
    covered = Math.max(covered, receipt.value.upTo);
    if (covered >= packets.length) finished();
    else fill();
  });
  await new Promise<void>((ready) => {
    subscribed = ready;
    socket.write(
      mqttPacket.generate({
        cmd: "connect",
        protocolId: "MQTT",
        protocolVersion: 4,
        clientId: src,
        clean: true,
        keepalive: 0,
      }),
    );
    const topic = `greenlane/v1/${src}/event/receipt`;
    socket.write(mqttPacket.generate({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos: 1 }] }));
  });
  return {
    run: () =>
      new Promise((done) => {
        finished = () => {
          socket.destroy();
          done();
        };
        fill();
      }),
  };
}

async function throughBroker(payloads: ReadonlyMap<string, readonly Buffer[]>): Promise<number> {
  const packets = [...payloads].map(([src, list]) => [src, packetsOf(src, list)] as const);
  const lanes = await Promise.all(packets.map(([src, list]) => lane(broker.port, src, list)));
  const begin = performance.now();
  await Promise.all(lanes.map((one) => one.run()));
  return performance.now() - begin;
}

const place = mkdtempSync(`${tmpdir()}/greenlane-load-`);
const broker = (await mosquitto(place)) ?? (await aedes());
await broker.start();
const hand = await handBroker();
process.send?.({ broker: broker.name, url: broker.url, handUrl: hand.url } satisfies FromLoad);
process.on("message", async (order: LoadOrder) => {
  const srcs = Array.from({ length: order.lanes }, (_, at) => `linqu/bench/lane-${at}`);
  const payloads = new Map(srcs.map((src) => [src, payloadsOf(src, order)]));
  const ms = order.by === "hand" ? await hand.run(payloads) : await throughBroker(payloads);
  process.send?.({ ms } satisfies FromLoad);
});
process.once("disconnect", async () => {
  await hand.stop();
  await broker.kill();
  rmSync(place, { recursive: true, force: true });
  process.exit(0);
});
