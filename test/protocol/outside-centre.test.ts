import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createPrivateKey, randomUUID, sign } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Ajv, type ValidateFunction } from "ajv";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { millis } from "../../src/core/units.ts";
import type { Order } from "../../src/ports/orders.ts";
import { createReporter, type Reporter } from "../../src/report/reporter.ts";
import { districtKeys, orderKeys } from "../support/keys.ts";
import { redEvent, systemEvent } from "../support/lane-events.ts";
import { Mosquitto, mosquittoMissing } from "../support/mosquitto.ts";
import { MemoryLogger } from "../support/quiet.ts";
import { RealClock } from "../support/real-clock.ts";

const missing =
  mosquittoMissing() ??
  (spawnSync("mosquitto_sub", ["--help"]).error === undefined ? null : "mosquitto_sub is not installed");
if (missing !== null) process.stderr.write(`the outside centre is skipped: ${missing}\n`);

interface Channel {
  readonly address: string;
}
interface Document {
  readonly channels: Record<string, Channel>;
  readonly components: { schemas: Record<string, object> };
}

/**
 * A control room that knows the AsyncAPI document and two programs of Debian, and nothing of this tree: every topic and
 * every check below comes out of `config/asyncapi.json`, every rule out of its description.
 */
class OutsideCentre {
  readonly stored = new Map<string, Record<string, unknown>>();
  readonly results: Record<string, unknown>[] = [];
  readonly refused: unknown[] = [];
  repetitions = 0;
  readonly #document: Document;
  readonly #port: number;
  readonly #checks: Record<string, ValidateFunction>;
  #subscriber: ChildProcess | null = null;
  #look = (): void => {};

  constructor(port: number) {
    this.#port = port;
    this.#document = JSON.parse(
      readFileSync(new URL("../../config/asyncapi.json", import.meta.url), "utf8"),
    ) as Document;
    const ajv = new Ajv({ strict: false });
    const { schemas } = this.#document.components;
    this.#checks = Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, ajv.compile(schema)]));
  }

  start(): void {
    const filters = ["alert", "system", "result"].flatMap((name) => ["-t", this.#topic(name, "+/+/+")]);
    const where = ["-h", "127.0.0.1", "-p", String(this.#port)];
    this.#subscriber = spawn("mosquitto_sub", [...where, "-q", "1", "-v", ...filters]);
    createInterface({ input: this.#subscriber.stdout as NodeJS.ReadableStream }).on("line", (line) => this.#hear(line));
  }

  stop(): void {
    this.#subscriber?.kill();
  }

  publish(channel: string, lane: string, payload: unknown): void {
    const topic = this.#topic(channel, lane);
    const words = ["-h", "127.0.0.1", "-p", String(this.#port), "-q", "1", "-t", topic, "-s"];
    spawn("mosquitto_pub", words).stdin.end(JSON.stringify(payload));
  }

  until(seen: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#look = () => {
        if (seen()) resolve();
      };
      this.#look();
    });
  }

  #topic(channel: string, lane: string): string {
    const [district = "", site = "", name = ""] = lane.split("/");
    const address = this.#document.channels[channel]?.address ?? "";
    return address.replace("{district}", district).replace("{site}", site).replace("{lane}", name);
  }

  #hear(line: string): void {
    const [topic = "", ...rest] = line.split(" ");
    const payload = JSON.parse(rest.join(" ")) as Record<string, unknown>;
    const about = topic.endsWith("/command/result") ? "result" : "event";
    if (this.#checks[about]?.(payload) !== true) this.refused.push(payload);
    else if (about === "result") this.results.push(payload);
    else this.#take(payload);
    this.#look();
  }

  #take(event: Record<string, unknown>): void {
    const name = `${event.src} ${event.epoch} ${event.seq}`;
    if (this.stored.has(name)) this.repetitions += 1;
    this.stored.set(name, event);
    this.publish("receipt", String(event.src), this.#receipt(event.src, event.epoch));
  }

  #receipt(src: unknown, epoch: unknown): unknown {
    const had = [...this.stored.values()]
      .filter((event) => event.src === src && event.epoch === epoch)
      .map(({ seq }) => Number(seq))
      .sort((a, b) => a - b);
    let upTo = 0;
    while (had.includes(upTo + 1)) upTo += 1;
    return { epoch, upTo, have: had.filter((seq) => seq > upTo).map((seq) => [seq, seq]) };
  }
}

describe.skipIf(missing !== null)("a control room written from the AsyncAPI document, with mosquitto_sub", () => {
  const lane = "linqu/mall-1/lane-1";
  let folder: string;
  let broker: Mosquitto;
  let centre: OutsideCentre;
  let reporter: Reporter;
  let operator: Awaited<ReturnType<typeof orderKeys>>;
  const clock = new RealClock();
  const acted: Order[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "greenlane-outside-"));
    broker = new Mosquitto();
    await broker.start();
    centre = new OutsideCentre(broker.port);
    centre.start();
    operator = await orderKeys("op-1");
    // Without a trusted clock an order has to show the challenge; a lane whose ledger is new believes no other.
    clock.trust = "unsynced";
    reporter = await createReporter({
      directory: join(folder, "outbox"),
      lane: { district: "linqu", site: "mall-1", lane: "lane-1" },
      clock,
      logger: new MemoryLogger(),
      mqtt: { url: broker.url, protocolVersion: 5, clientId: lane, keepalive: millis(10_000) },
      districtKey: (await districtKeys()).publicKey,
      dayKey: () => null,
      orderKeys: [operator.believed],
      settings: { reserve: false, random: () => 0 },
    });
    reporter.orders.onOrder(async (order) => {
      acted.push(order);
      return { status: "done" };
    });
    await reporter.start();
  }, 30_000);
  afterAll(async () => {
    await reporter.stop();
    centre.stop();
    await broker.destroy();
    rmSync(folder, { recursive: true });
  });

  it("stores each event once and confirms it, so that the lane's outbox empties", async () => {
    for (let n = 0; n < 12; n += 1) await reporter.eventLog.put(n % 3 === 2 ? systemEvent() : redEvent());
    await centre.until(() => centre.stored.size >= 12);
    const left = async (): Promise<number> => {
      const { alerts, system } = await reporter.outboxStatus();
      return alerts + system;
    };
    await expect.poll(left, { timeout: 20_000 }).toBe(0);
    expect(centre.refused).toEqual([]);
  }, 30_000);

  it("gives an order that it signed by the document's words alone", async () => {
    const birth = spawnSync(
      "mosquitto_sub",
      ["-h", "127.0.0.1", "-p", String(broker.port), "-t", `greenlane/v1/${lane}/state`, "-C", "1", "-W", "5"],
      { encoding: "utf8" },
    ).stdout;
    const { challenge } = JSON.parse(birth) as { challenge: string };
    const iat = Math.floor(Date.now() / 1000);
    const cid = randomUUID();
    const order = { cid, kind: "unlock", target: lane, iat, exp: iat + 60, ctr: Date.now(), who: "me", scope: "lane" };
    const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const payload = base64url({ ...order, challenge });
    const header = base64url({ alg: "EdDSA", kid: "op-1", typ: "greenlane-order" });
    const key = createPrivateKey({ key: { ...operator.signing.jwk } as never, format: "jwk" });
    const signature = sign(null, Buffer.from(`${header}.${payload}`), key).toString("base64url");
    centre.publish("command-unlock", lane, { payload, protected: header, signature });
    await centre.until(() => centre.results.some((result) => result.cid === cid && result.status === "done"));
    expect(acted).toEqual([{ kind: "unlock", cid, who: "me" }]);
  }, 30_000);
});
