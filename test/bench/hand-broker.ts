/**
 * A broker's part towards one control room: hands out packets that were made beforehand, as many unacknowledged as
 * `config/broker/mosquitto.conf` allows, and hears the receipts. It costs next to nothing, so that on a machine of two
 * cores the control room is measured and not what else runs there.
 */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import mqttPacket, { type Packet } from "mqtt-packet";
import { parseReceipt } from "../../src/protocol/parse.ts";

const mostInFlight = 4_000;
const numbers = 60_000;

export interface HandBroker {
  readonly url: string;
  /** Sends the alerts of each lane, in turns; resolves with the milliseconds until the centre has receipted all of them. */
  run(payloads: ReadonlyMap<string, readonly Buffer[]>): Promise<number>;
  stop(): Promise<void>;
}

export async function handBroker(): Promise<HandBroker> {
  let connection: Socket | null = null;
  let heard: (packet: Packet) => void = () => {};
  const server = createServer((socket) => {
    connection = socket.setNoDelay(true);
    socket.on("error", () => {});
    const parser = mqttPacket.parser({ protocolVersion: 4 });
    const answer = (packet: Packet): void => void socket.write(mqttPacket.generate(packet));
    parser.on("packet", (packet: Packet) => {
      switch (packet.cmd) {
        case "connect":
          return answer({ cmd: "connack", returnCode: 0, sessionPresent: false });
        case "subscribe":
          return answer({
            cmd: "suback",
            messageId: packet.messageId ?? 0,
            granted: packet.subscriptions.map(() => 1),
          });
        case "pingreq":
          return answer({ cmd: "pingresp" });
        case "publish":
          if (packet.qos === 1) answer({ cmd: "puback", messageId: packet.messageId ?? 0 });
          return heard(packet);
        default:
          return heard(packet);
      }
    });
    socket.on("data", (data) => parser.parse(data));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    run: (payloads) =>
      new Promise((done, failed) => {
        const socket = connection;
        if (socket === null) return failed(new Error("no control room is connected"));
        const packets = inTurns(payloads);
        const owed = new Map([...payloads].map(([src, list]) => [`greenlane/v1/${src}/event/receipt`, list.length]));
        let sent = 0;
        let acknowledged = 0;
        const fill = (): void => {
          const end = Math.min(packets.length, acknowledged + mostInFlight);
          if (end > sent) socket.write(Buffer.concat(packets.slice(sent, end)));
          sent = Math.max(sent, end);
        };
        const begin = performance.now();
        heard = (packet) => {
          if (packet.cmd === "puback") {
            acknowledged += 1;
            if (acknowledged % 100 === 0) fill();
          }
          if (packet.cmd !== "publish") return;
          const receipt = parseReceipt(packet.payload as Buffer);
          if (!receipt.ok || receipt.value.upTo < (owed.get(packet.topic) ?? Number.POSITIVE_INFINITY)) return;
          owed.delete(packet.topic);
          if (owed.size === 0) done(performance.now() - begin);
        };
        fill();
      }),
    stop: async () => {
      connection?.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

function inTurns(payloads: ReadonlyMap<string, readonly Buffer[]>): Buffer[] {
  const lanes = [...payloads];
  const longest = Math.max(...lanes.map(([, list]) => list.length));
  const packets: Buffer[] = [];
  for (let at = 0; at < longest; at += 1) {
    for (const [src, list] of lanes) {
      const payload = list[at];
      if (payload === undefined) continue;
      const messageId = (packets.length % numbers) + 1;
      const topic = `greenlane/v1/${src}/event/alert`;
      packets.push(
        mqttPacket.generate({ cmd: "publish", topic, payload, qos: 1, messageId, dup: false, retain: false }),
      );
    }
  }
  return packets;
}
