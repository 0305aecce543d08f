import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import mqttPacket from "mqtt-packet";
import { expect, it } from "vitest";
import { startBroker } from "../../src/control-room/broker.ts";

const lanes = 2_500;
const allowed = Number(/Max open files\s+(\d+)/.exec(readFileSync("/proc/self/limits", "utf8"))?.[1] ?? 0);
if (allowed < 2 * lanes + 500)
  process.stderr.write(`embedded broker skipped: it needs ${2 * lanes + 500} open files\n`);
const topic = "greenlane/v1/linqu/site/lane/event/alert";
const packets = {
  connect: (clientId: string) =>
    mqttPacket.generate({
      cmd: "connect",
      protocolId: "MQTT",
      protocolVersion: 4,
      clientId,
      clean: true,
      keepalive: 0,
    }),
  subscribe: mqttPacket.generate({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos: 0 }] }),
  alert: mqttPacket.generate({
    cmd: "publish",
    topic,
    payload: Buffer.alloc(8_000, 32),
    qos: 0,
    dup: false,
    retain: false,
  }),
};

/** Resolves with the connection when the broker has answered the last of what was written. */
async function connected(port: number, clientId: string, ...more: readonly Buffer[]): Promise<Socket> {
  const socket = connect(port, "127.0.0.1").setNoDelay(true);
  for (const packet of [packets.connect(clientId), ...more]) {
    socket.write(packet);
    await new Promise<void>((ready, failed) => {
      socket.once("data", () => ready());
      socket.once("error", failed);
    });
  }
  return socket;
}

// Messages of thousands of lanes pile up behind one subscriber that doesn't read; its end lets go of all of them at once.
it.skipIf(allowed < 2 * lanes + 500)(
  "outlives a subscriber that freezes in a flood and then goes",
  async () => {
    const broker = await startBroker({ host: "127.0.0.1", port: 0 });
    const port = Number(new URL(broker.url).port);
    const frozen = await connected(port, "frozen", packets.subscribe);
    frozen.pause();
    const reading = await connected(port, "reading", packets.subscribe);
    let bytes = 0;
    const all = new Promise<void>((resolve) =>
      reading.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes >= lanes * packets.alert.length) resolve();
      }),
    );
    const sockets = await Promise.all(Array.from({ length: lanes }, (_, at) => connected(port, `lane-${at}`)));
    await Promise.all(sockets.map((socket) => new Promise((sent) => socket.write(packets.alert, sent))));
    // What somebody else has read, the broker has taken in, and for the frozen one it lies there.
    await all;
    frozen.destroy();
    const after = await connected(port, "after", packets.subscribe);
    const heard = new Promise((resolve) => after.once("data", resolve));
    sockets[0]?.write(packets.alert);
    expect(await heard).toBeInstanceOf(Buffer);
    for (const socket of [after, reading, ...sockets]) socket.destroy();
    await broker.stop();
  },
  60_000,
);
