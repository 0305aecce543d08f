import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { register } from "../../src/cli/order.ts";
import { millis } from "../../src/core/units.ts";
import type { Order } from "../../src/ports/orders.ts";
import { createReporter, type Reporter } from "../../src/report/reporter.ts";
import { startBroker, type TestBroker } from "../support/broker.ts";
import { TestCentre } from "../support/centre.ts";
import { districtKeys } from "../support/keys.ts";
import { MemoryLogger } from "../support/quiet.ts";
import { RealClock } from "../support/real-clock.ts";
import { runCommand } from "../support/run-command.ts";

const lane = { district: "linqu", site: "mall-1", lane: "lane-1" };

const greenlane = (...words: readonly string[]) => runCommand([register], ...words);

describe("greenlane order", () => {
  let folder: string;
  let key: string;
  let keeper: string;
  let broker: TestBroker;
  let centre: TestCentre;
  let reporter: Reporter;
  const acted: Order[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "greenlane-order-"));
    key = join(folder, "op.jwk");
    keeper = join(folder, "conf.jwk");
    const made = await greenlane("order", "keygen", key, "--kid", "op-1");
    const second = await greenlane("order", "keygen", keeper, "--kid", "conf-1", "--role", "configuration");
    broker = await startBroker();
    centre = new TestCentre(lane);
    await centre.start(broker.url);
    const clock = new RealClock();
    // A lane that has just been set up knows no counters: it believes orders that show its challenge.
    clock.trust = "unsynced";
    reporter = await createReporter({
      directory: join(folder, "lane"),
      lane,
      clock,
      logger: new MemoryLogger(),
      mqtt: { url: broker.url, protocolVersion: 4, clientId: "lane-1", keepalive: millis(10_000) },
      districtKey: (await districtKeys()).publicKey,
      dayKey: () => null,
      orderKeys: [made[0] as never, second[0] as never],
      settings: { reserve: false, random: () => 0 },
    });
    reporter.orders.onOrder(async (order) => {
      acted.push(order);
      return { status: "done" };
    });
    await reporter.start();
    await centre.until(({ states }) => states.length > 0);
  }, 30_000);
  afterAll(async () => {
    await reporter.stop();
    await centre.stop();
    await broker.stop();
    rmSync(folder, { recursive: true });
  });

  it("makes a key that only its owner can read, and never overwrites one", async () => {
    expect(statSync(key).mode & 0o777).toBe(0o600);
    await expect(greenlane("order", "keygen", key, "--kid", "op-2")).rejects.toThrow("never overwritten");
  });

  it("signs, sends, shows the lane's challenge where its clock isn't trusted, and prints how it ended", async () => {
    const sent = await greenlane(
      "order",
      "send",
      "lockdown",
      "linqu/mall-1/lane-1",
      "--minutes",
      "5",
      "--key",
      key,
      "--who",
      "op 7",
      "--broker",
      broker.url,
      "--mqtt",
      "3.1.1",
    );
    expect(sent.map(({ status }) => status)).toEqual(["accepted", "done"]);
    expect(acted).toEqual([expect.objectContaining({ kind: "lockdown", who: "op 7", forMs: 300_000 })]);
  });

  it("keeps a lockdown in the desired configuration with a second key, and takes it out again with the unlock", async () => {
    const send = (...words: readonly string[]) =>
      greenlane("order", "send", ...words, "--key", key, "--who", "op 7", "--broker", broker.url, "--mqtt", "3.1.1");
    const keep = ["--keep", keeper];
    const lockdown = ["lockdown", "linqu/mall-1/lane-1", "--minutes", "5", ...keep];
    await expect(send(...lockdown)).rejects.toThrow("add --new where the lane has none yet");
    expect((await send(...lockdown, "--new")).at(-1)?.status).toBe("done");
    await centre.until(({ reported }) => reported.length === 1);
    const kept = acted.find(({ cid }) => cid.startsWith("desired-"));
    expect(kept).toMatchObject({ kind: "lockdown", who: "op 7" });
    await send("unlock", "linqu/mall-1/lane-1", ...keep);
    await centre.until(({ reported }) => reported.length === 2);
    expect(centre.reported.map(({ status }) => status)).toEqual(["applied", "applied"]);
    expect(acted.filter(({ cid }) => cid.startsWith("desired-")).map(({ kind }) => kind)).toEqual([
      "lockdown",
      "unlock",
    ]);

    const stranger = join(folder, "other.jwk");
    await greenlane("order", "keygen", stranger, "--kid", "conf-1", "--role", "configuration");
    await expect(send("unlock", "linqu/mall-1/lane-1", "--keep", stranger)).rejects.toThrow("bad-signature");
  }, 30_000);

  it.each([
    ["an order that is none", ["order", "sign", "open", "a/b/c"], "is no order"],
    ["a wildcard for a lane", ["order", "sign", "release", "a/+/c"], "district/site/lane"],
    ["a district-wide order with one key", ["order", "sign", "unlock", "a/b/c", "--district"], "second --key"],
    ["a lockdown of an hour", ["order", "sign", "lockdown", "a/b/c", "--minutes", "60"], "at most 30"],
  ])("refuses %s before anything is signed", async (_, words, why) => {
    await expect(greenlane(...words, "--key", key, "--who", "op")).rejects.toThrow(why);
  });
});
