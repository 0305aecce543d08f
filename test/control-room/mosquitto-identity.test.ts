import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import mqtt, { type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAuthority } from "../support/certificates.ts";
import { Mosquitto, mosquittoMissing } from "../support/mosquitto.ts";
import { until } from "./support/room.ts";

const shipped = resolve(import.meta.dirname, "../../config/broker");
const lane = "linqu/huaan/east-03";
const collectorsId = "greenlane-centre-linqu-a";

describe.skipIf(mosquittoMissing() !== null)("a real Mosquitto with the shipped mutual TLS", () => {
  const authority = createAuthority("district");
  const server = authority.issue("localhost");
  // The shipped settings of the listener; the list of revoked certificates is the district's own.
  const broker = new Mosquitto(() => [
    ...readFileSync(join(shipped, "mosquitto.conf"), "utf8")
      .split("\n")
      .filter((line) => /^(allow_anonymous|per_listener|require_|use_|tls_)/.test(line)),
    `cafile ${broker.file("ca.crt", authority.certificate)}`,
    `certfile ${broker.file("server.crt", server.certificate)}`,
    `keyfile ${broker.file("server.key", server.key)}`,
    `acl_file ${broker.file("acl", readFileSync(join(shipped, "acl"), "utf8"))}`,
  ]);
  const client = (name: string, clientId: string, protocolVersion: 4 | 5): Promise<MqttClient> => {
    const { certificate: cert, key } = authority.issue(name);
    const url = `mqtts://localhost:${broker.port}`;
    return mqtt.connectAsync(url, {
      ca: authority.certificate,
      cert,
      key,
      clientId,
      protocolVersion,
      reconnectPeriod: 0,
    });
  };
  beforeAll(() => broker.start());
  afterAll(() => broker.destroy());

  it.each([4, 5] as const)(
    "keeps a collector connected when a lane gives its client id, protocol %i",
    async (protocol) => {
      const centre = await client("centre-a", collectorsId, protocol);
      let ended = false;
      centre.on("close", () => (ended = true));
      const heard: string[] = [];
      centre.on("message", (topic) => heard.push(topic));
      await centre.subscribeAsync("greenlane/v1/+/+/+/event/alert", { qos: 1 });
      const thief = await client(lane, collectorsId, protocol);
      await thief.publishAsync(`greenlane/v1/${lane}/event/alert`, "{}", { qos: 1 });
      await until("the lane's alert", () => heard.length === 1);
      expect(ended).toBe(false);
      await thief.endAsync(true);
      await centre.endAsync(true);
    },
  );

  it("gives a session kept under a name back to the same certificate", async () => {
    const { certificate: cert, key } = authority.issue("centre-a");
    const kept = { ca: authority.certificate, cert, key, clientId: collectorsId, clean: false, reconnectPeriod: 0 };
    const url = `mqtts://localhost:${broker.port}`;
    const before = await mqtt.connectAsync(url, kept);
    await before.subscribeAsync("greenlane/v1/+/+/+/event/alert", { qos: 1 });
    await before.endAsync(true);
    const one = await client(lane, "linqu.huaan.east-03", 4);
    await one.publishAsync(`greenlane/v1/${lane}/event/alert`, "{}", { qos: 1 });
    const after = mqtt.connect(url, kept);
    let heard = 0;
    after.on("message", () => (heard += 1));
    await until("the alert of the time between", () => heard === 1);
    await one.endAsync(true);
    await after.endAsync(true);
  });
});
