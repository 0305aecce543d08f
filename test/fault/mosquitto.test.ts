import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { millis } from "../../src/core/units.ts";
import { encode, parseEnvelope } from "../../src/protocol/parse.ts";
import { laneTopic, parseTopic } from "../../src/protocol/topics.ts";
import { createReporter, type Reporter } from "../../src/report/reporter.ts";
import type { Trouble } from "../../src/report/troubles.ts";
import { districtKeys } from "../support/keys.ts";
import { redEvent, systemEvent } from "../support/lane-events.ts";
import { Mosquitto, mosquittoMissing } from "../support/mosquitto.ts";
import { MemoryLogger } from "../support/quiet.ts";
import { RealClock } from "../support/real-clock.ts";
import { pause } from "./child.ts";
import { amount, figures } from "./plan.ts";

const noOpenssl = spawnSync("openssl", ["version"]).error === undefined ? null : "openssl is not installed";
const missing = mosquittoMissing() ?? noOpenssl;
if (missing !== null) process.stderr.write(`TLS and access rules skipped: ${missing}\n`);
const lane = { district: "linqu", site: "mall-1", lane: "lane-1" };

describe.skipIf(missing !== null)("a lane on Mosquitto with TLS, its own certificate and rules per lane", () => {
  let folder: string;
  let broker: Mosquitto;
  let centre: MqttClient;
  let events: Map<string, number>;
  const openssl = (...words: readonly string[]): void =>
    void execFileSync("openssl", words, { cwd: folder, stdio: "ignore" });
  const pem = (name: string): string => readFileSync(join(folder, name), "utf8");

  function certificate(name: string, subject: string): void {
    openssl(
      "req",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.csr`,
      "-subj",
      subject,
    );
    writeFileSync(join(folder, "san"), "subjectAltName=DNS:localhost,IP:127.0.0.1");
    openssl(
      "x509",
      "-req",
      "-in",
      `${name}.csr`,
      "-CA",
      "ca.pem",
      "-CAkey",
      "ca.key",
      "-CAcreateserial",
      "-days",
      "2",
      "-extfile",
      "san",
      "-out",
      `${name}.pem`,
    );
  }

  async function start(
    deny: string | null,
    protocolVersion: 4 | 5,
    name = "lane",
  ): Promise<{ reporter: Reporter; troubles: Trouble[] }> {
    const own = "greenlane/v1/%u";
    const rules = ["state", "event/alert", "event/system", "count", "command/result", "config/reported"]
      .filter((what) => what !== deny)
      .map((what) => `pattern write ${own}/${what}`)
      .concat(
        ["event/receipt", "event/request", "command/+", "config/desired"].map((what) => `pattern read ${own}/${what}`),
      );
    broker = new Mosquitto((_port) => [
      "allow_anonymous false",
      `cafile ${join(folder, "ca.pem")}`,
      `certfile ${join(folder, "server.pem")}`,
      `keyfile ${join(folder, "server.key")}`,
      "require_certificate true",
      "use_identity_as_username true",
      `acl_file ${join(folder, "acl")}`,
    ]);
    writeFileSync(
      join(folder, "acl"),
      [
        "user centre",
        "topic readwrite greenlane/v1/#",
        ...rules,
        "pattern read greenlane/v1/linqu/centre/+/state",
        "",
      ].join("\n"),
    );
    await broker.start();
    events = new Map();
    centre = await connectAsync(`mqtts://localhost:${broker.port}`, {
      ca: pem("ca.pem"),
      cert: pem("centre.pem"),
      key: pem("centre.key"),
      protocolVersion: 5,
    });
    centre.on("message", (topic, payload) => {
      const about = parseTopic(topic);
      const event = parseEnvelope(payload);
      if (about?.from !== "lane" || !event.ok) return;
      events.set(`${about.what} ${event.value.seq}`, event.value.seq);
      void centre.publishAsync(
        laneTopic(about.lane, "event/receipt"),
        encode({ epoch: event.value.epoch, upTo: 0, have: [[event.value.seq, event.value.seq]] }),
        { qos: 1 },
      );
    });
    await centre.subscribeAsync("greenlane/v1/+/+/+/event/+", { qos: 1 });
    const troubles: Trouble[] = [];
    const reporter = await createReporter({
      directory: mkdtempSync(join(folder, "outbox-")),
      lane,
      clock: new RealClock(),
      logger: new MemoryLogger(),
      mqtt: {
        url: `mqtts://localhost:${broker.port}`,
        protocolVersion,
        clientId: "linqu/mall-1/lane-1",
        keepalive: millis(10_000),
        tls: { ca: pem("ca.pem"), cert: pem(`${name}.pem`), key: pem(`${name}.key`) },
      },
      districtKey: (await districtKeys()).publicKey,
      dayKey: () => null,
      orderKeys: [],
      settings: { reserve: false, random: () => 0 },
    });
    reporter.onTrouble((trouble) => troubles.push(trouble));
    await reporter.start();
    return { reporter, troubles };
  }

  async function stop(reporter: Reporter): Promise<void> {
    await reporter.stop();
    await centre.endAsync(true);
    await broker.destroy();
  }

  const until = async (seen: () => boolean, ms: number): Promise<number> => {
    const began = performance.now();
    while (!seen()) {
      if (performance.now() - began > ms) throw new Error(`not within ${ms} ms`);
      await pause(50);
    }
    return Math.round(performance.now() - began);
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "greenlane-tls-"));
    openssl(
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-keyout",
      "ca.key",
      "-out",
      "ca.pem",
      "-subj",
      "/CN=test ca",
      "-days",
      "2",
    );
    certificate("server", "/CN=localhost");
    certificate("centre", "/CN=centre");
    certificate("lane", "/CN=linqu\\/mall-1\\/lane-1");
    certificate("stranger", "/CN=linqu\\/mall-1\\/lane-9");
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([4, 5] as const)("delivers and is confirmed on MQTT version %s", async (version) => {
    const { reporter } = await start(null, version);
    const { seq } = await reporter.eventLog.put(redEvent());
    await until(() => events.has(`event/alert ${seq}`), 20_000);
    await stop(reporter);
  });

  it("gets nothing through under another lane's name", async () => {
    const { reporter } = await start(null, 5, "stranger");
    await reporter.eventLog.put(redEvent());
    await until(() => reporter.uplink.state().broker === "connected", 20_000);
    // The broker grants the subscription and is silent: long enough for a first sending and two repetitions.
    await pause(6000);
    expect(events.size).toBe(0);
    expect((await reporter.outboxStatus()).alerts).toBe(1);
    await stop(reporter);
  });

  it.skipIf(amount({ quick: true, full: false }))(
    "fault 11: an alert topic denied in silence is noticed within a minute, and system events pass",
    async () => {
      const { reporter, troubles } = await start("event/alert", 4);
      await reporter.eventLog.put(redEvent());
      const { seq } = await reporter.eventLog.put(systemEvent());
      await until(() => events.has(`event/system ${seq}`), 20_000);
      const ms = await until(() => troubles.some(({ code, active }) => code === "GL-4035" && active), 60_000);
      figures("11 (denied in silence, Mosquitto, 3.1.1)", { "noticed after s": Math.round(ms / 1000) });
      expect((await reporter.outboxStatus()).alerts).toBe(1);
      await stop(reporter);
    },
  );
});
