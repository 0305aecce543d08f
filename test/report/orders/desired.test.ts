import { beforeEach, describe, expect, it } from "vitest";
import { SimClock } from "../../../device/clock/clock.sim.ts";
import { instant } from "../../../src/core/units.ts";
import type { Order } from "../../../src/ports/orders.ts";
import { type DesiredClaims, SignatureCheck, signDesired, signOrder } from "../../../src/protocol/orders.ts";
import type { Reported } from "../../../src/protocol/payloads.ts";
import { type Application, DesiredState } from "../../../src/report/orders/desired.ts";
import { SimLedger } from "../../../src/report/orders/ledger.sim.ts";
import { orderKeys } from "../../support/keys.ts";

const lane = "linqu/mall-1/lane-1";
const now = Date.UTC(2020, 4, 6, 1, 0, 0);
const second = now / 1000;
type Keys = Awaited<ReturnType<typeof orderKeys>>;

describe("the desired configuration", () => {
  let clock: SimClock;
  let ledger: SimLedger;
  let configuration: Keys;
  let operator: Keys;
  let desired: DesiredState;
  let acted: Order[];
  let reported: Reported[];
  let application: Application;
  let outcome: Application;

  beforeEach(async () => {
    clock = new SimClock(instant(now));
    ledger = new SimLedger();
    configuration = await orderKeys("conf-1", "configuration");
    operator = await orderKeys("op-1");
    application = { applied: true };
    outcome = { applied: "after-restart" };
    await boot();
  });

  /** A process that begins anew on what is on disk. */
  async function boot(): Promise<void> {
    acted = [];
    reported = [];
    desired = new DesiredState({
      lane,
      check: new SignatureCheck([configuration.believed, operator.believed]),
      ledger,
      clock,
      report: (told) => reported.push(told),
      applier: {
        apply: async () => application,
        outcome: async () => outcome,
      },
      act: async (order) => {
        acted.push(order);
        return { status: "done" };
      },
    });
    await desired.start();
  }

  const claims = (over: Partial<DesiredClaims> = {}): DesiredClaims => ({
    version: 1,
    target: lane,
    iat: second,
    who: "op",
    lockdown: null,
    documents: {},
    values: {},
    ...over,
  });
  const give = async (over: Partial<DesiredClaims> = {}, key = configuration): Promise<void> =>
    desired.handle(Buffer.from(JSON.stringify(await signDesired(claims(over), key.signing))));
  const locked = { lockdown: { until: second + 600 } };

  it("locks the lane until the time that it names, and again after each restart for what is left of it", async () => {
    await give(locked);
    expect(acted).toEqual([{ kind: "lockdown", cid: "desired-1", who: "op", forMs: 600_000 }]);
    expect(reported).toMatchObject([{ version: 1, status: "applied" }]);
    clock.advance(200_000);
    await boot();
    expect(acted).toEqual([{ kind: "lockdown", cid: "desired-1", who: "op", forMs: 400_000 }]);
    expect(desired.version).toBe(1);
  });

  it("doesn't lock a lane that starts after the end", async () => {
    await give(locked);
    clock.advance(600_000);
    await boot();
    expect(acted).toEqual([]);
  });

  it("locks a lane that starts without a trusted clock for the whole length, and frees it when the clock tells that it is over", async () => {
    await give(locked);
    clock.setTrust("unsynced");
    clock.setWall(instant(Date.UTC(2000, 0, 1)));
    await boot();
    expect(acted).toMatchObject([{ kind: "lockdown", forMs: 600_000 }]);
    await clock.pass(5000);
    expect(acted).toHaveLength(1);
    clock.setWall(instant(now + 700_000));
    clock.setTrust("synced");
    await clock.pass(1000);
    expect(acted.at(-1)).toMatchObject({ kind: "unlock" });
  });

  it("unlocks with a newer version without a lockdown, and stays unlocked after a restart", async () => {
    await give(locked);
    await give({ version: 2 });
    expect(acted.map(({ kind }) => kind)).toEqual(["lockdown", "unlock"]);
    await boot();
    expect(acted).toEqual([]);
  });

  it.each([
    ["an older version", { version: 4, ...locked }, "stale-version"],
    ["the same version with another content", { version: 5, ...locked }, "stale-version"],
    ["one for another lane", { version: 6, target: "linqu/mall-1/lane-2", ...locked }, "other-target"],
    ["a lockdown of more than half an hour", { version: 6, lockdown: { until: second + 1801 } }, "no-until"],
  ] as const)("refuses %s, over restarts too, and does nothing", async (_, over, reason) => {
    await give({ version: 5 });
    await boot();
    await give(over);
    expect(reported).toMatchObject([{ status: "rejected", reason }]);
    expect(acted).toEqual([]);
    expect(desired.version).toBe(5);
  });

  it("takes it from a key for configurations alone, and never takes an order for it", async () => {
    await give(locked, operator);
    const order = { cid: "order-0001", kind: "lockdown", target: lane, iat: second, exp: second + 60, ctr: 1 } as const;
    const signed = await signOrder({ ...order, who: "op", scope: "lane", until: second + 600 }, [
      configuration.signing,
    ]);
    await desired.handle(Buffer.from(JSON.stringify(signed)));
    const stranger = await orderKeys("conf-1", "configuration");
    await give(locked, stranger);
    expect(reported.map(({ reason }) => reason)).toEqual(["key-not-allowed", "bad-signature", "bad-signature"]);
    expect(acted).toEqual([]);
  });

  it("says a repetition nothing, and an empty payload, which clears a retained one, neither", async () => {
    await give(locked);
    await give(locked);
    await desired.handle(new Uint8Array());
    expect(acted).toHaveLength(1);
    expect(reported).toHaveLength(1);
  });

  it("that the lane can't apply is remembered as rejected, with the reason, and doesn't lock after a restart", async () => {
    application = { applied: false, reason: "out of range", path: "/values/rules.feverLimit" };
    await give({ ...locked, values: { "rules.feverLimit": 99 } });
    expect(reported).toMatchObject([{ status: "rejected", reason: "out of range", path: "/values/rules.feverLimit" }]);
    await boot();
    expect(acted).toEqual([]);
  });

  it("that needs a restart is called applied only when the lane has proved it, and locks meanwhile", async () => {
    application = { applied: "after-restart" };
    await give({ ...locked, values: { "log.level": "debug" } });
    expect(reported).toEqual([]);
    await boot();
    expect(acted).toMatchObject([{ kind: "lockdown" }]);
    await give({ ...locked, values: { "log.level": "debug" } });
    expect(reported).toEqual([]);
    outcome = { applied: true };
    await give({ ...locked, values: { "log.level": "debug" } });
    await give({ ...locked, values: { "log.level": "debug" } });
    expect(reported).toMatchObject([{ version: 1, status: "applied" }]);
    expect(acted).toHaveLength(1);
  });

  it("that was taken back after its restart is reported as rejected, once, and locks no more", async () => {
    application = { applied: "after-restart" };
    await give({ ...locked, values: { "log.level": "debug" } });
    await boot();
    outcome = { applied: false, reason: "GL-1032", path: "log.level" };
    for (let connects = 0; connects < 2; connects++) await give({ ...locked, values: { "log.level": "debug" } });
    expect(reported).toMatchObject([{ version: 1, status: "rejected", reason: "GL-1032", path: "log.level" }]);
    expect(acted.map(({ kind }) => kind)).toEqual(["lockdown", "unlock"]);
    await boot();
    expect(acted).toEqual([]);
  });
});
