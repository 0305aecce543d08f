/**
 * The least that a control room could be, as a measure of the real one: rows made ready beforehand are committed in groups
 * as their messages come, then PUBACK and receipt. Nothing is checked, sealed, filed or shown.
 */
import { connect } from "node:net";
import mqttPacket from "mqtt-packet";
import type { EventStore, FileNow, Incoming } from "../../src/control-room/store/events.ts";
import { encode } from "../../src/protocol/parse.ts";

/** As in the collector. */
const mostAtOnce = 1_000;
const receiptPause = 50;

export interface Bare {
  stop(): void;
}

/** Resolves when it is subscribed. `rows` are those of each lane, by name, in the order of their numbers; `placed` has their cases. */
export async function bareRoom(
  port: number,
  store: EventStore,
  rows: ReadonlyMap<string, readonly Incoming[]>,
  placed: FileNow,
): Promise<Bare> {
  const socket = connect(port, "127.0.0.1").setNoDelay(true);
  const parser = mqttPacket.parser({ protocolVersion: 4 });
  const seen = new Map<string, number>();
  const owed = new Map<string, Incoming>();
  const waiting: { row: Incoming; messageId: number }[] = [];
  let working = false;
  let timer: NodeJS.Timeout | null = null;
  let subscribed: () => void = () => {};

  const sendReceipts = (): void => {
    timer = null;
    socket.cork();
    for (const [src, { epoch, seq }] of owed)
      socket.write(
        mqttPacket.generate({
          cmd: "publish",
          topic: `greenlane/v1/${src}/event/receipt`,
          payload: encode({ epoch, upTo: seq, have: [] }),
          qos: 1,
          messageId: 2,
          dup: false,
          retain: false,
        }),
      );
    socket.uncork();
    owed.clear();
  };
  const work = async (): Promise<void> => {
    working = true;
    while (waiting.length > 0) {
      await new Promise((next) => setImmediate(next));
      const group = waiting.splice(0, mostAtOnce);
      await store.ingest(
        group.map(({ row }) => row),
        placed,
      );
      socket.write(Buffer.concat(group.map(({ messageId }) => mqttPacket.generate({ cmd: "puback", messageId }))));
      for (const { row } of group) owed.set(row.src, row);
      timer ??= setTimeout(sendReceipts, receiptPause);
    }
    working = false;
  };
  parser.on("packet", (packet) => {
    if (packet.cmd === "suback") subscribed();
    if (packet.cmd !== "publish" || packet.messageId === undefined) return;
    const src = packet.topic.split("/").slice(2, 5).join("/");
    const before = seen.get(src) ?? 0;
    seen.set(src, before + 1);
    const row = rows.get(src)?.[before];
    if (row === undefined) throw new Error(`no row for ${src} ${before + 1}`);
    waiting.push({ row, messageId: packet.messageId });
    if (!working) void work();
  });
  socket.on("data", (data) => parser.parse(data));
  await new Promise<void>((ready) => {
    subscribed = ready;
    const protocol = { protocolId: "MQTT" as const, protocolVersion: 4 as const };
    socket.write(mqttPacket.generate({ cmd: "connect", ...protocol, clientId: "bare", clean: true, keepalive: 0 }));
    const topic = "greenlane/v1/+/+/+/event/alert";
    socket.write(mqttPacket.generate({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos: 1 }] }));
  });
  return {
    stop: () => {
      if (timer !== null) clearTimeout(timer);
      socket.destroy();
    },
  };
}
