import { beforeEach, describe, expect, it } from "vitest";
import { SimClock } from "../../../device/clock/clock.sim.ts";
import { instant, millis } from "../../../src/core/units.ts";
import type { Order, OrderOutcome } from "../../../src/ports/orders.ts";
import { OutboxError } from "../../../src/ports/outbox.ts";
import { type OrderClaims, SignatureCheck, signOrder } from "../../../src/protocol/orders.ts";
import type { Result } from "../../../src/protocol/payloads.ts";
import { Challenge } from "../../../src/report/orders/challenge.ts";
import { OrderDesk } from "../../../src/report/orders/desk.ts";
import { SimLedger } from "../../../src/report/orders/ledger.sim.ts";
import { orderKeys } from "../../support/keys.ts";
import { MemoryLogger } from "../../support/quiet.ts";

const lane = "linqu/mall-1/lane-1";
const now = Date.UTC(2020, 4, 6, 1, 0, 0);
const second = now / 1000;
type Keys = Awaited<ReturnType<typeof orderKeys>>;

describe("the order desk", () => {
  let clock: SimClock;
  let ledger: SimLedger;
  let challenge: Challenge;
  let desk: OrderDesk;
  let operator: Keys;
  let configuration: Keys;
  let acted: Order[];
  let answers: Result[];
  let recorded: string[];
  let act: (order: Order) => Promise<OrderOutcome>;
  let stores: boolean;
  let counter: number;

  beforeEach(async () => {
    clock = new SimClock(instant(now));
    ledger = new SimLedger();
    operator = await orderKeys("op-1");
    configuration = await orderKeys("conf-1", "configuration");
    acted = [];
    answers = [];
    recorded = [];
    stores = true;
    counter = 0;
    act = async () => ({ status: "done" });
    await restart();
  });

  async function restart(): Promise<void> {
    challenge = new Challenge(clock, millis(30_000), () => {});
    desk = new OrderDesk({
      lane,
      check: new SignatureCheck([operator.believed, configuration.believed]),
      ledger,
      challenge,
      clock,
      logger: new MemoryLogger(),
      answer: (result) => answers.push(result),
      record: async ({ status, reason }) => {
        recorded.push(`${status} ${reason}`);
        return stores ? recorded.length : null;
      },
      act: async (order) => {
        acted.push(order);
        return act(order);
      },
    });
    await desk.start();
  }

  const claims = (over: Partial<OrderClaims> = {}): OrderClaims => {
    counter += 1;
    return {
      cid: `order-${String(counter).padStart(4, "0")}`,
      kind: "release",
      target: lane,
      iat: second,
      exp: second + 5,
      ctr: counter,
      who: "op",
      scope: "lane",
      ...over,
    };
  };
  const give = async (over: Partial<OrderClaims> = {}, keys: readonly Keys[] = [operator], retained = false) => {
    const order = claims(over);
    const [first, second] = keys;
    if (first === undefined) throw new Error("no key");
    const signed = await signOrder(order, second === undefined ? [first.signing] : [first.signing, second.signing]);
    return { order, refused: await desk.handle(order.kind, Buffer.from(JSON.stringify(signed)), retained) };
  };

  it("carries out a genuine order once, after it was counted and recorded, and says accepted and done", async () => {
    act = async (order) => {
      expect(await ledger.find(order.cid)).toMatchObject({ status: "accepted" });
      expect(recorded).toEqual(["accepted null"]);
      return { status: "done" };
    };
    const { order, refused } = await give();
    expect(refused).toBeNull();
    expect(acted).toEqual([{ kind: "release", cid: order.cid, who: "op" }]);
    expect(answers.map(({ status }) => status)).toEqual(["accepted", "done"]);
  });

  it.each([
    ["for another lane", { target: "linqu/mall-1/lane-2" }, "other-target"],
    ["a second after its end", { iat: second - 6, exp: second - 1 }, "expired"],
    ["at the second of its end", { iat: second - 5, exp: second }, "expired"],
    ["from the future", { iat: second + 11, exp: second + 16 }, "not-yet"],
    ["that lives longer than a release may", { exp: second + 6 }, "life-too-long"],
    ["that ends before it begins", { exp: second - 1 }, "life-too-long"],
    ["for the district with one key", { scope: "district" }, "second-key-missing"],
  ] as const)("refuses an order %s", async (_, over, reason) => {
    const { refused } = await give(over);
    expect(refused?.reason).toBe(reason);
    expect(acted).toEqual([]);
    expect(answers.at(-1)?.reason).toBe(reason);
  });

  it("refuses a lockdown without an end, or with one more than 30 minutes away, and bounds it by the lane's own clock", async () => {
    const over = { kind: "lockdown", exp: second + 60 } as const;
    expect((await give(over)).refused?.reason).toBe("no-until");
    expect((await give({ ...over, until: second + 1801 })).refused?.reason).toBe("no-until");
    clock.advance(20_000);
    expect((await give({ ...over, until: second + 600 })).refused).toBeNull();
    expect(acted).toEqual([expect.objectContaining({ kind: "lockdown", forMs: 580_000 })]);
  });

  it("needs two keys for the district, one of them an operator's", async () => {
    expect((await give({ scope: "district" }, [operator, configuration])).refused).toBeNull();
    expect((await give({}, [configuration])).refused?.reason).toBe("key-not-allowed");
  });

  it("refuses a genuine release sent on the topic of another order", async () => {
    const signed = Buffer.from(JSON.stringify(await signOrder(claims(), [operator.signing])));
    expect((await desk.handle("unlock", signed, false))?.reason).toBe("other-kind");
  });

  it("refuses a retained order, however genuine", async () => {
    expect((await give({}, [operator], true)).refused?.reason).toBe("retained");
    expect(acted).toEqual([]);
  });

  it("answers a repeated order with how the first one ended, and never carries it out again", async () => {
    const order = claims();
    const signed = Buffer.from(JSON.stringify(await signOrder(order, [operator.signing])));
    for (let n = 0; n < 5; n += 1) await desk.handle("release", signed, false);
    expect(acted).toHaveLength(1);
    expect(answers.slice(2).every(({ status, was }) => status === "duplicate" && was === "done")).toBe(true);
  });

  it("refuses a counter that is not above the last, over restarts too", async () => {
    await give({ ctr: 10 });
    expect((await give({ ctr: 10 })).refused?.reason).toBe("counter");
    await restart();
    expect((await give({ ctr: 9 })).refused?.reason).toBe("counter");
    expect((await give({ ctr: 11 })).refused).toBeNull();
  });

  it("never carries out again what a restart interrupted", async () => {
    act = () => new Promise(() => {});
    const order = claims();
    const signed = Buffer.from(JSON.stringify(await signOrder(order, [operator.signing])));
    void desk.handle("release", signed, false);
    await clock.pass(0);
    while (acted.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await restart();
    expect(answers.at(-1)).toMatchObject({ cid: order.cid, status: "rejected", reason: "interrupted" });
    await desk.handle("release", signed, false);
    expect(acted).toHaveLength(1);
    expect(answers.at(-1)).toMatchObject({ cid: order.cid, status: "duplicate", was: "rejected" });
    const told = answers.length;
    await restart();
    expect(answers).toHaveLength(told);
  });

  it("starts on a disk that takes no writes, and still never does again what a restart interrupted", async () => {
    act = () => new Promise(() => {});
    const order = claims();
    const signed = Buffer.from(JSON.stringify(await signOrder(order, [operator.signing])));
    void desk.handle("release", signed, false);
    while (acted.length === 0) await new Promise((resolve) => setImmediate(resolve));
    ledger.finish = () => Promise.reject(new OutboxError("full", "no room"));
    await restart();
    expect(answers.at(-1)).toMatchObject({ cid: order.cid, status: "rejected", reason: "interrupted" });
    await desk.handle("release", signed, false);
    expect(acted).toHaveLength(1);
  });

  it("does nothing that it can't record", async () => {
    stores = false;
    expect((await give()).refused?.reason).toBe("not-stored");
    expect(acted).toEqual([]);
  });

  it("says what the lane had against it", async () => {
    act = async () => ({ status: "rejected", reason: "fire contact \u001b[2J active" });
    await give();
    expect(answers.at(-1)).toMatchObject({ status: "rejected", reason: "lane", detail: "fire contact ?[2J active" });
  });

  describe("without a trusted clock", () => {
    beforeEach(() => clock.setTrust("unsynced"));

    it("refuses every order that doesn't show the lane's challenge, however fresh it looks", async () => {
      expect((await give()).refused?.reason).toBe("no-trusted-clock");
      expect((await give({ challenge: "A".repeat(22) })).refused?.reason).toBe("no-trusted-clock");
    });

    it("takes one that shows it, once, and not after its time", async () => {
      const shown = challenge.value;
      expect((await give({ challenge: shown, iat: 1000, exp: 1005 })).refused).toBeNull();
      expect((await give({ challenge: shown, iat: 1000, exp: 1005 })).refused?.reason).toBe("no-trusted-clock");
      const old = challenge.value;
      clock.advance(30_001);
      expect((await give({ challenge: old })).refused?.reason).toBe("no-trusted-clock");
    });

    it("takes holdover up to 10 s of estimated error for a trusted clock, and not beyond", async () => {
      clock.setTrust("holdover", millis(10_000));
      expect((await give()).refused).toBeNull();
      clock.setTrust("holdover", millis(10_001));
      expect((await give()).refused?.reason).toBe("no-trusted-clock");
    });
  });

  it("refuses orders of before and after a jump of its clock by a year", async () => {
    clock.setWall(instant(now + 365 * 86_400_000));
    expect((await give()).refused?.reason).toBe("expired");
    clock.setWall(instant(now - 365 * 86_400_000));
    expect((await give()).refused?.reason).toBe("not-yet");
    expect(acted).toEqual([]);
  });

  it("with its ledger lost refuses every order until none of before can still live", async () => {
    ledger = new SimLedger({ fresh: true });
    await restart();
    expect((await give()).refused?.reason).toBe("counter");
    clock.advance(70_000);
    const later = { iat: second + 70, exp: second + 75 };
    expect((await give(later)).refused).toBeNull();
  });
});
