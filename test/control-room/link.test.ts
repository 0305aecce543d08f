import { createServer, type Server, type Socket } from "node:net";
import mqttPacket, { type Packet } from "mqtt-packet";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Link, type Received } from "../../src/control-room/link.ts";
import { systemClock } from "../../src/control-room/system-clock.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Logger } from "../../src/ports/logger.ts";
import { HandClock, keepingLogger, until } from "./support/room.ts";

/** A broker that says exactly what the test tells it, and keeps what it hears. */
class ScriptedBroker {
  readonly heard: Packet[] = [];
  connections = 0;
  #server: Server | null = null;
  #socket: Socket | null = null;
  /** What goes out in the same bytes as the CONNACK. */
  withConnack: Buffer[] = [];
  acknowledges = true;
  async start(protocolVersion: 4 | 5): Promise<string> {
    const server = createServer((socket) => {
      this.#socket = socket;
      this.connections += 1;
      socket.on("error", () => {});
      const parser = mqttPacket.parser({ protocolVersion });
      socket.on("data", (data) => parser.parse(data));
      parser.on("packet", (packet) => {
        this.heard.push(packet);
        if (packet.cmd === "connect") {
          const connack = { cmd: "connack" as const, sessionPresent: true, returnCode: 0, reasonCode: 0 };
          socket.write(Buffer.concat([mqttPacket.generate(connack, { protocolVersion }), ...this.withConnack]));
        }
        if (packet.cmd === "publish" && packet.qos === 1 && this.acknowledges)
          this.send({ cmd: "puback", messageId: packet.messageId ?? 0 }, protocolVersion);
        if (packet.cmd === "subscribe" && packet.messageId !== undefined)
          this.send({ cmd: "suback", messageId: packet.messageId, granted: [1] }, protocolVersion);
      });
    });
    this.#server = server;
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const address = server.address();
    return `mqtt://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  }
  send(packet: Packet, protocolVersion: 4 | 5): void {
    this.#socket?.write(mqttPacket.generate(packet, { protocolVersion }));
  }
  cut(): void {
    this.#socket?.destroy();
  }
  pubacks(): number[] {
    return this.heard.flatMap((packet) => (packet.cmd === "puback" ? [packet.messageId ?? 0] : []));
  }
  async stop(): Promise<void> {
    this.cut();
    await new Promise((done) => this.#server?.close(done));
  }
}

const alert = (messageId: number): Packet => ({
  cmd: "publish",
  topic: "greenlane/v1/linqu/huaan/east-03/event/alert",
  payload: "{}",
  qos: 1,
  messageId,
  dup: false,
  retain: false,
});

describe.each([4, 5] as const)("the collector's link, protocol %i", (protocol) => {
  let broker: ScriptedBroker;
  let link: Link;
  let got: Received[];
  let ups: number;
  const start = async (
    keepsSession = true,
    deps: { clock: Clock; logger: Logger } = { clock: systemClock(), logger: keepingLogger() },
  ): Promise<void> => {
    const url = await broker.start(protocol);
    link = new Link({ url, clientId: "c", keepsSession, protocol }, { ...deps, random: () => 0 });
    link.start(
      ["a"],
      (message) => void got.push(message),
      () => (ups += 1),
    );
    await until("the link up", () => ups === 1);
  };
  beforeEach(() => {
    broker = new ScriptedBroker();
    got = [];
    ups = 0;
  });
  afterEach(async () => {
    await link.stop();
    await broker.stop();
  });

  it("acknowledges nothing by itself, and each message when it is told to", async () => {
    await start();
    for (const id of [7, 300, 65_535]) broker.send(alert(id), protocol);
    await until("three messages", () => got.length === 3);
    broker.send({ cmd: "pingresp" }, protocol);
    expect(broker.pubacks()).toEqual([]);
    got[2]?.acknowledge();
    await until("one PUBACK", () => broker.pubacks().length === 1);
    for (const one of got.slice(0, 2)) one.acknowledge();
    await until("all PUBACKs", () => broker.pubacks().length === 3);
    expect(broker.pubacks()).toEqual([65_535, 7, 300]);
  });

  it("acknowledges what a resumed session brings in the same bytes as the CONNACK", async () => {
    await start();
    broker.acknowledges = false;
    // A receipt on its way when the connection breaks: the library then counts as connected only after sending it again.
    link.publish("greenlane/v1/linqu/huaan/east-03/event/receipt", Buffer.from("{}"));
    await until("the receipt", () => broker.heard.some((packet) => packet.cmd === "publish"));
    broker.acknowledges = true;
    broker.withConnack = [1, 2, 3].map((id) => mqttPacket.generate(alert(id), { protocolVersion: protocol }));
    broker.cut();
    await until("three messages", () => got.length === 3);
    for (const one of got) one.acknowledge();
    await until("their PUBACKs", () => broker.pubacks().length === 3);
  });

  it("says that the broker is reached before it subscribes, so that what is retained comes after it", async () => {
    const heardBefore: string[][] = [];
    await start();
    link.onReached(() => heardBefore.push(broker.heard.map((packet) => packet.cmd)));
    broker.heard.length = 0;
    broker.cut();
    await until("the link up again", () => ups === 2);
    expect(heardBefore).toEqual([["connect"]]);
  });

  it("ends although the broker never acknowledges a receipt", async () => {
    broker.acknowledges = false;
    await start();
    link.publish("greenlane/v1/linqu/huaan/east-03/event/receipt", Buffer.from("{}"));
    await link.stop({ topic: "greenlane/v1/linqu/centre/a/state", payload: Buffer.from("{}") });
    expect(broker.heard.some((packet) => packet.cmd === "publish" && packet.topic.endsWith("state"))).toBe(true);
  });

  it("says nothing on a new connection about a message of the one before", async () => {
    await start();
    broker.send(alert(9), protocol);
    await until("a message", () => got.length === 1);
    broker.cut();
    await until("the link up again", () => ups === 2);
    broker.send(alert(10), protocol);
    await until("the next", () => got.length === 2);
    for (const one of got) one.acknowledge();
    await until("one PUBACK", () => broker.pubacks().length === 1);
    expect(broker.pubacks()).toEqual([10]);
  });

  it.each([
    [true, 7 * 86_400],
    [false, 0],
  ])(
    "has the broker keep its session while it is away only where no other takes its share: %s",
    async (keeps, expiry) => {
      await start(keeps);
      const [hello] = broker.heard;
      if (hello?.cmd !== "connect") throw new Error("no CONNECT");
      expect(hello.clean).toBe(!keeps);
      if (protocol === 5) expect(hello.properties?.sessionExpiryInterval).toBe(expiry);
    },
  );

  it("says so after three short connections, and waits 12 s before it throws the other one out again", async () => {
    const [clock, logger] = [new HandClock(), keepingLogger()];
    await start(true, { clock, logger });
    for (const time of [2, 3]) {
      broker.cut();
      await until("the link up again", () => {
        clock.advance(1);
        return ups === time;
      });
    }
    const told = () => logger.lines.filter(({ fields }) => fields.code === "GL-6021").length;
    expect(told()).toBe(0);
    broker.cut();
    await until("the word of it", () => told() === 1);
    clock.advance(11_999);
    await new Promise((next) => setImmediate(next));
    expect(broker.connections).toBe(3);
    clock.advance(1);
    await until("the link up", () => ups === 4);
    clock.advance(60_000);
    broker.cut();
    await until("the link up without a pause after a steady connection", () => {
      clock.advance(1);
      return ups === 5;
    });
    expect(told()).toBe(1);
  });
});
