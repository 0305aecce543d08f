import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import mqtt, { type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { register } from "../../src/cli/order.ts";
import { startControlRoom } from "../../src/control-room/control-room.ts";
import { type OrderKey, SignatureCheck, type SigningKey, signDesired } from "../../src/protocol/orders.ts";
import { encode } from "../../src/protocol/parse.ts";
import { runCommand } from "../support/run-command.ts";
import { envelope, folder, keepingLogger, noPages, roomConfig, until } from "./support/room.ts";

const program = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto"].find(existsSync);
const shipped = resolve(import.meta.dirname, "../../config/broker");
const greenlane = (...words: readonly string[]) => runCommand([register], "order", ...words);

const lane = "linqu/huaan/east-03";
if (program === undefined)
  process.stderr.write("mosquitto.test: no Mosquitto installed (Debian: mosquitto); left out\n");

/** The shipped settings without TLS: identity comes from user names, limits and ACL are the shipped ones. */
async function startMosquitto(place: string, port: number): Promise<() => Promise<void>> {
  const kept = readFileSync(join(shipped, "mosquitto.conf"), "utf8")
    .split("\n")
    .filter((line) => !/^(listener|cafile|certfile|keyfile|crlfile|require_|use_|tls_|acl_file|#)/.test(line));
  const passwords = join(place, "passwords");
  writeFileSync(passwords, "");
  for (const user of [lane, "linqu/huaan/west-01", "centre-a", "order-desk"])
    execFileSync("mosquitto_passwd", ["-b", passwords, user, "test"], { stdio: "ignore" });
  const acl = join(place, "acl");
  writeFileSync(acl, readFileSync(join(shipped, "acl")));
  const conf = join(place, "mosquitto.conf");
  // Without `user`, Mosquitto as root changes to a user that can't read the test's folder.
  writeFileSync(
    conf,
    [...kept, `listener ${port} 127.0.0.1`, `password_file ${passwords}`, `acl_file ${acl}`, "user root", ""].join(
      "\n",
    ),
  );
  const child = spawn(program ?? "mosquitto", ["-c", conf], { stdio: "ignore" });
  return async () => {
    if (child.exitCode !== null) return;
    child.kill("SIGTERM");
    await once(child, "exit");
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe.skipIf(program === undefined)("a real Mosquitto with the shipped limits and ACL", () => {
  const place = folder();
  let stop: () => Promise<void>;
  let url = "";
  const client = (username: string, protocolVersion: 4 | 5): Promise<MqttClient> =>
    mqtt.connectAsync(url, { username, password: "test", protocolVersion, reconnectPeriod: 0 });
  beforeAll(async () => {
    const port = await freePort();
    url = `mqtt://127.0.0.1:${port}`;
    stop = await startMosquitto(place.path, port);
    await until("Mosquitto", async () => {
      const probe = await client(lane, 4).catch(() => null);
      await probe?.endAsync(true);
      return probe !== null;
    });
  });
  afterAll(async () => {
    await stop();
    place.remove();
  });

  it.each([4, 5] as const)(
    "carries a lane's events to the centre and the receipt back, protocol %i",
    async (protocol) => {
      writeFileSync(join(place.path, "password"), "test");
      const config = roomConfig(join(place.path, `room-${protocol}`), url, {
        broker: {
          url,
          protocol,
          share: "collectors",
          username: "centre-a",
          passwordFile: join(place.path, "password"),
        },
      });
      const logger = keepingLogger();
      const room = await startControlRoom(config, { logger, pages: noPages(place.path) });
      const one = await client(lane, protocol);
      const receipts: string[] = [];
      one.on("message", (_topic, payload) => receipts.push(String(payload)));
      await one.subscribeAsync(`greenlane/v1/${lane}/event/receipt`, { qos: 1 });
      const seen = await client(lane, 5);
      let online = false;
      seen.on("message", () => (online = true));
      await seen.subscribeAsync("greenlane/v1/linqu/centre/a/state", { qos: 1 });
      await until("the centre online", () => online);
      // More at once than Mosquitto's default of 20 in flight.
      await Promise.all(
        Array.from({ length: 300 }, (_, at) =>
          one.publishAsync(`greenlane/v1/${lane}/event/alert`, encode(envelope(lane, at + 1)), { qos: 1 }),
        ),
      );
      await until("a receipt for 300", () => receipts.some((text) => text.includes('"upTo":300')));
      expect(room.figures()).toMatchObject({ stored: 300, refused: 0 });
      expect(logger.lines.filter((line) => line.level === "error")).toEqual([]);
      await one.endAsync(true);
      await seen.endAsync(true);
      await room.stop();
    },
  );

  it("lets a lane neither speak for another one, nor read its receipts, nor give an order", async () => {
    const thief = await client("linqu/huaan/west-01", 5);
    const others = [
      `greenlane/v1/${lane}/event/alert`,
      `greenlane/v1/${lane}/command/release`,
      `greenlane/v1/linqu/huaan/west-01/command/release`,
    ];
    for (const topic of others)
      await expect(thief.publishAsync(topic, "{}", { qos: 1 })).rejects.toThrow(/Not authorized/i);
    const heard: string[] = [];
    thief.on("message", (topic) => heard.push(topic));
    await thief.subscribeAsync(["greenlane/v1/#"], { qos: 1 }).catch(() => {});
    const centre = await client("centre-a", 5);
    await centre.publishAsync(`greenlane/v1/${lane}/event/receipt`, "{}", { qos: 1 });
    await centre.publishAsync("greenlane/v1/linqu/huaan/west-01/event/receipt", "{}", { qos: 1 });
    await until("its own receipt", () => heard.some((topic) => topic.includes("west-01")));
    expect(heard.filter((topic) => topic.includes("east-03/event"))).toEqual([]);
    await thief.endAsync(true);
    await centre.endAsync(true);
  });

  it("lets the order desk add a lockdown to what stands in a lane's desired configuration, and begins none unasked", async () => {
    const [key, keeper] = [join(place.path, "op.jwk"), join(place.path, "conf.jwk")];
    await greenlane("keygen", key, "--kid", "op-1");
    const [made] = await runCommand(
      [register],
      "order",
      "keygen",
      keeper,
      "--kid",
      "conf-1",
      "--role",
      "configuration",
    );
    const desk = url.replace("//", "//order-desk:test@");
    const keep = (kind: string, ...more: readonly string[]) =>
      greenlane(
        "send",
        kind,
        lane,
        "--key",
        key,
        "--who",
        "op 7",
        "--broker",
        desk,
        "--wait",
        "0",
        "--keep",
        keeper,
        ...more,
      );
    await expect(keep("lockdown", "--minutes", "5")).rejects.toThrow("--new");
    const standing: Buffer[] = [];
    const one = await client(lane, 5);
    one.on("message", (_topic, payload) => standing.push(payload));
    await one.subscribeAsync(`greenlane/v1/${lane}/config/desired`, { qos: 1 });
    await keep("lockdown", "--minutes", "5", "--new");
    await until("the first configuration", () => standing.length === 1);
    const check = new SignatureCheck([made as unknown as OrderKey]);
    const verified = await check.desired(standing[0] ?? Buffer.alloc(0));
    if (!verified.ok) throw new Error(verified.reason);
    const jwk = JSON.parse(readFileSync(keeper, "utf8")) as SigningKey["jwk"];
    const more = { ...verified.claims, version: verified.claims.version + 1, values: { "sound.volume": 40 } };
    const writer = await client("order-desk", 5);
    await writer.publishAsync(
      `greenlane/v1/${lane}/config/desired`,
      encode(await signDesired(more, { kid: "conf-1", jwk })),
      { qos: 1, retain: true },
    );
    await keep("unlock");
    await until("the third configuration", () => standing.length === 3);
    const last = await check.desired(standing[2] ?? Buffer.alloc(0));
    expect(last).toMatchObject({ ok: true, claims: { lockdown: null, values: { "sound.volume": 40 } } });
    await one.endAsync(true);
    await writer.endAsync(true);
  });
});
