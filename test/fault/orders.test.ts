import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync, type MqttClient } from "mqtt";
import { afterEach, beforeEach, expect, it } from "vitest";
import { SimClock } from "../../device/clock/clock.sim.ts";
import { instant, millis } from "../../src/core/units.ts";
import { type OrderClaims, SignatureCheck, signOrder } from "../../src/protocol/orders.ts";
import type { RefusalReason, Signed } from "../../src/protocol/payloads.ts";
import { laneTopic, type OrderKind, orderKinds } from "../../src/protocol/topics.ts";
import { Challenge } from "../../src/report/orders/challenge.ts";
import { OrderDesk } from "../../src/report/orders/desk.ts";
import { Disk } from "../../src/report/outbox/disk.ts";
import { startBroker, type TestBroker } from "../support/broker.ts";
import { TestCentre } from "../support/centre.ts";
import { districtKeys, orderKeys } from "../support/keys.ts";
import { MemoryLogger } from "../support/quiet.ts";
import { builtChildren } from "./build.ts";
import { Child } from "./child.ts";
import { amount, figures, randomOf } from "./plan.ts";

const lane = { district: "linqu", site: "mall-1", lane: "lane-1" };
const name = "linqu/mall-1/lane-1";
type Keys = Awaited<ReturnType<typeof orderKeys>>;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "greenlane-orders-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

it("faults 13 and 14: no forged, replayed, retained, expired or mis-targeted order ever reaches the relay", async () => {
  const random = randomOf("orders");
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const [operator, second, stranger] = await Promise.all([
    orderKeys("op-1"),
    orderKeys("conf-1", "configuration"),
    orderKeys("op-1"),
  ]);
  const clock = new SimClock(instant(Date.UTC(2020, 4, 6)));
  const disk = new Disk({ directory, capacity: 8 * 1024 * 1024, reserve: false, synchronous: "OFF" });
  await disk.open();
  await disk.ledger.open();
  let releases = 0;
  const reasons = new Map<RefusalReason, number>();
  const challenge = new Challenge(clock, millis(30_000), () => {});
  const desk = new OrderDesk({
    lane: name,
    check: new SignatureCheck([operator.believed, second.believed]),
    ledger: disk.ledger,
    challenge,
    clock,
    logger: new MemoryLogger(),
    answer: () => {},
    record: async () => 1,
    act: async () => {
      releases += 1;
      return { status: "done" };
    },
  });
  await desk.start();
  // A lane with a fresh ledger waits until no order of before can still live.
  clock.advance(70_000);
  const now = (): number => Math.floor(clock.wall().at / 1000);
  let counter = 1000;
  const claims = (over: Partial<OrderClaims> = {}): OrderClaims => {
    counter += 1;
    return {
      cid: `cid-${counter}-${Math.floor(random() * 1e9)}`,
      kind: "release",
      target: name,
      iat: now(),
      exp: now() + 5,
      ctr: counter,
      who: "op",
      scope: "lane",
      ...over,
    };
  };
  const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

  // One genuine order that is carried out, so that its replay is the replay of something that worked.
  const genuine = await signOrder(claims(), [operator.signing]);
  expect(await desk.handle("release", bytes(genuine), false)).toBeNull();
  const spare: Signed[] = [];
  for (let n = 0; n < 50; n += 1)
    spare.push(await signOrder(claims({ iat: now() - 100, exp: now() - 95 }), [operator.signing]));

  const changed = (signed: Signed): Buffer => {
    const raw = bytes(signed);
    for (let flips = 1 + Math.floor(random() * 3); flips > 0; flips -= 1) {
      const at = Math.floor(random() * raw.length);
      raw[at] = (raw[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    }
    return raw;
  };
  const attacks: readonly (() => Promise<{ payload: Buffer; kind?: OrderKind; retained?: boolean }>)[] = [
    async () => ({ payload: bytes(genuine) }),
    async () => ({ payload: bytes(genuine), kind: pick(orderKinds.filter((kind) => kind !== "release")) }),
    async () => ({ payload: bytes(await signOrder(claims(), [stranger.signing])) }),
    async () => ({
      payload: bytes(
        await signOrder(
          claims({ target: pick(["linqu/mall-1/lane-2", "linqu/mall-2/lane-1", "other/mall-1/lane-1"]) }),
          [operator.signing],
        ),
      ),
    }),
    async () => ({
      payload: bytes(
        await signOrder(
          claims({ iat: now() - 6 - Math.floor(random() * 1e6), exp: now() - Math.floor(random() * 2) }),
          [operator.signing],
        ),
      ),
    }),
    async () => ({
      payload: bytes(await signOrder(claims({ iat: now() + 3600, exp: now() + 3605 }), [operator.signing])),
    }),
    async () => ({ payload: bytes(await signOrder(claims({ ctr: Math.ceil(random() * 1000) }), [operator.signing])) }),
    async () => ({ payload: bytes(await signOrder(claims({ scope: "district" }), [operator.signing])) }),
    async () => ({ payload: bytes(await signOrder(claims(), [second.signing])) }),
    async () => ({ payload: bytes(await signOrder(claims(), [operator.signing])), retained: true }),
    async () => ({ payload: changed(pick(spare)) }),
    async () => ({ payload: changed(pick(spare)) }),
    async () => ({ payload: bytes(pick(spare)) }),
    async () => ({
      payload: Buffer.from(Array.from({ length: Math.floor(random() * 300) }, () => Math.floor(random() * 256))),
    }),
    async () => ({
      payload: bytes({
        payload: Buffer.from(JSON.stringify(claims())).toString("base64url"),
        protected: Buffer.from('{"alg":"none","kid":"op-1"}').toString("base64url"),
        signature: "AA",
      }),
    }),
    async () => ({
      payload: bytes({
        payload: Buffer.from(JSON.stringify(claims())).toString("base64url"),
        protected: "signatures" in genuine ? "" : genuine.protected,
        signature: "signatures" in genuine ? "" : genuine.signature,
      }),
    }),
    async () => ({ payload: Buffer.alloc(8193 + Math.floor(random() * 1000), 0x20) }),
  ];
  const orders = amount({ quick: 10_000, full: 100_000 });
  for (let n = 0; n < orders; n += 1) {
    const { payload, kind = "release", retained = false } = await pick(attacks)();
    const refused = await desk.handle(kind, payload, retained);
    if (refused === null) throw new Error(`order ${n} acted: ${payload.toString().slice(0, 300)}`);
    reasons.set(refused.reason, (reasons.get(refused.reason) ?? 0) + 1);
    // Time creeps, jumps by a year and back, and loses its trust: none of it opens anything.
    if (random() < 0.01) clock.advance(random() * 5000);
    if (random() < 0.002) {
      const right = clock.wall().at;
      clock.setWall(instant(right + (random() < 0.5 ? -1 : 1) * 365 * 86_400_000));
      const refusedThen = await desk.handle("release", bytes(genuine), false);
      expect(refusedThen).not.toBeNull();
      clock.setWall(right);
    }
    clock.setTrust(random() < 0.1 ? "unsynced" : "synced");
  }
  await disk.close();
  figures("13, 14 (orders)", { orders, releases: releases - 1, ...Object.fromEntries([...reasons].sort()) });
  expect(releases).toBe(1);
  expect([...reasons.keys()]).toEqual(
    expect.arrayContaining([
      "bad-signature",
      "expired",
      "retained",
      "other-target",
      "counter",
      "too-big",
      "malformed",
      "not-yet",
      "other-kind",
      "second-key-missing",
      "key-not-allowed",
      "no-trusted-clock",
    ]),
  );
}, 1_200_000);

it("fault 15: an order whose lane is killed at the relay is never carried out a second time", async () => {
  const children = await builtChildren();
  const broker: TestBroker = await startBroker();
  const centre = new TestCentre(lane);
  await centre.start(broker.url);
  const operator: Keys = await orderKeys("op-1");
  const { publicKey } = await districtKeys();
  const client: MqttClient = await connectAsync(broker.url, { protocolVersion: 4 });
  const rounds = amount({ quick: 4, full: 40 });
  const relay = new Map<string, number>();
  const start = (dieOn: "act" | null): Child =>
    new Child(join(children, "lane-child.js"), {
      directory,
      url: broker.url,
      protocolVersion: 4,
      districtKey: publicKey,
      orderKeys: [operator.believed],
      everyMs: null,
      longestPauseMs: 1000,
      dieOn,
    });
  const connected = (child: Child): Promise<void> => child.until((lines) => lines.includes("LINK connected"));
  const count = (child: Child): void => {
    for (const line of child.lines) {
      const [word, cid = ""] = line.split(" ");
      if (word === "RELAY") relay.set(cid, (relay.get(cid) ?? 0) + 1);
    }
  };
  // A first start makes the ledger; after it the lane no longer waits for orders of before.
  const first = start(null);
  await first.until((lines) => lines.length > 0);
  await first.stop();
  for (let n = 1; n <= rounds; n += 1) {
    const killed = start("act");
    await connected(killed);
    const iat = Math.floor(Date.now() / 1000);
    const order: OrderClaims = {
      cid: `order-${String(n).padStart(4, "0")}`,
      kind: "unlock",
      target: name,
      iat,
      exp: iat + 60,
      ctr: n,
      who: "op",
      scope: "lane",
    };
    const payload = Buffer.from(JSON.stringify(await signOrder(order, [operator.signing])));
    const topic = laneTopic(lane, "command/unlock");
    await client.publishAsync(topic, payload, { qos: 1 });
    await killed.until((lines) => lines.some((line) => line.startsWith("RELAY")));
    await killed.kill();
    count(killed);
    const again = start(null);
    await connected(again);
    const told = centre.results.length;
    await client.publishAsync(topic, payload, { qos: 1 });
    await centre.until(({ results }) =>
      results.slice(told).some(({ cid, status }) => cid === order.cid && status === "duplicate"),
    );
    await again.stop();
    count(again);
  }
  await client.endAsync();
  await centre.stop();
  await broker.stop();
  figures("15 (killed between counter and relay)", {
    rounds,
    orders: relay.size,
    "most releases of one": Math.max(...relay.values()),
  });
  expect(relay.size).toBe(rounds);
  expect([...relay.values()].every((times) => times === 1)).toBe(true);
});
