import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createServer, type Server } from "node:tls";
import mqttPacket from "mqtt-packet";
import { describe, expect, it } from "vitest";
import { startControlRoom } from "../../src/control-room/control-room.ts";
import { brokerTls } from "../../src/control-room/named-files.ts";
import { createAuthority, type Identity } from "../support/certificates.ts";
import { folder, keepingLogger, noPages, roomConfig, until } from "./support/room.ts";

const mqtts = "mqtts://localhost:8883";

describe("the control room's configuration", () => {
  it.each([
    ["/broker/key", { broker: { url: mqtts, cert: "c" } }],
    ["/broker/cert", { broker: { url: mqtts, ca: "a", key: "k" } }],
    ["/broker/ca", { broker: { url: "mqtt://localhost", ca: "a" } }],
    ["/broker/username", { broker: { url: mqtts, passwordFile: "p" } }],
    ["/web/key", { web: { port: 0, cert: "c" } }],
    ["/web/cert", { web: { port: 0, key: "k" } }],
  ])("is refused at %s where TLS or sign-in is given by half, with what to write", (path, change) => {
    expect(() => roomConfig("/nowhere", mqtts, change)).toThrow(new RegExp(`GL-6007: .*, ${path}: .*; write`));
  });

  it("shows the broker the control room's certificate although the authority is the machine's own", () => {
    const place = folder();
    const { certificate, key } = createAuthority("district").issue("centre-a");
    writeFileSync(join(place.path, "cert"), certificate);
    writeFileSync(join(place.path, "key"), key);
    const broker = { url: mqtts, cert: join(place.path, "cert"), key: join(place.path, "key") };
    expect(brokerTls(roomConfig(place.path, mqtts, { broker }))).toEqual({
      cert: Buffer.from(certificate),
      key: Buffer.from(key),
    });
    place.remove();
  });

  it("trusts a broker by broker.ca alone, without a certificate of its own", async () => {
    const place = folder();
    const authority = createAuthority("district");
    writeFileSync(join(place.path, "ca"), authority.certificate);
    let heard = "";
    const broker = await tlsBroker(authority.issue("localhost"), (packet) => (heard = packet));
    const address = broker.address();
    const url = `mqtts://localhost:${typeof address === "object" ? address?.port : 0}`;
    const config = roomConfig(place.path, url, { broker: { url, ca: join(place.path, "ca") } });
    const room = await startControlRoom(config, { logger: keepingLogger(), pages: noPages(place.path) });
    await until("the room's CONNECT", () => heard === "connect");
    await room.stop();
    await new Promise((done) => broker.close(done));
    place.remove();
  });
});

async function tlsBroker({ certificate, key }: Identity, heard: (packet: string) => void): Promise<Server> {
  const server = createServer({ cert: certificate, key }, (socket) => {
    const parser = mqttPacket.parser();
    socket.on("error", () => {});
    socket.on("data", (data) => parser.parse(data));
    parser.on("packet", (packet) => {
      heard(packet.cmd ?? "");
      socket.destroy();
    });
  });
  await new Promise<void>((done) => server.listen(0, "localhost", done));
  return server;
}
