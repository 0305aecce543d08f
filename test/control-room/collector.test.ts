import { beforeEach, describe, expect, it } from "vitest";
import { Collector, holePause } from "../../src/control-room/collector.ts";
import type { Arrival } from "../../src/control-room/intake/check.ts";
import { type Intake, nothingTaken, type Taken } from "../../src/control-room/intake/intake.ts";
import type { Announced, Hole, Stream } from "../../src/control-room/store/events.ts";
import { parseReceipt, parseRequest } from "../../src/protocol/parse.ts";
import type { Range } from "../../src/protocol/ranges.ts";
import { epoch, HandClock, keepingLogger, until } from "./support/room.ts";

const lane = { district: "linqu", site: "huaan", lane: "east-03" };
const src = "linqu/huaan/east-03";

/** An intake whose commits end when and as the test says. */
class HeldIntake implements Intake {
  readonly batches: (readonly Arrival[])[] = [];
  readonly births: Announced[] = [];
  /** Calls with births that fail before one succeeds. */
  failingBirths = 0;
  readonly #ends: { resolve: (taken: Taken) => void; reject: (error: Error) => void }[] = [];
  take(batch: readonly Arrival[]): Promise<Taken> {
    if (batch.length === 0) return Promise.resolve(nothingTaken);
    this.batches.push(batch);
    return new Promise((resolve, reject) => this.#ends.push({ resolve, reject }));
  }
  async announce(births: readonly Announced[]): Promise<readonly Stream[]> {
    if (this.failingBirths > 0) {
      this.failingBirths -= 1;
      throw new Error("out of range");
    }
    this.births.push(...births);
    return births.map((birth) => ({ ...stream, src: birth.src, epoch: birth.epoch, head: birth.head }));
  }
  async forget(): Promise<void> {}
  /** Ends the commit that was begun first. */
  commit(covered: readonly Range[], fresh: readonly number[], change: Partial<Taken> = {}): void {
    const coverages = fresh.length > 0 ? [{ src, epoch, covered, fresh, reused: [] }] : [];
    this.#ends.shift()?.resolve({ ...nothingTaken, coverages, ...change });
  }
  fail(): void {
    this.#ends.shift()?.reject(new Error("database or disk is full"));
  }
}
const stream: Stream = {
  src,
  epoch,
  have: [[1, 7]],
  shed: [[8, 9]],
  shedCount: 2,
  head: 9,
  tail: 1,
  firstAt: 0 as never,
  lastAt: 0 as never,
  askedAt: 0 as never,
  askedFrom: 0,
};

describe("the collector", () => {
  let clock: HandClock;
  let intake: HeldIntake;
  let collector: Collector;
  let acknowledged: number[];
  let sent: { topic: string; payload: Buffer }[];
  let holes: Hole[];
  let online: string | null;
  let unfiled: number;
  /** The PUBACK that throws, and how many receipts do. */
  let failing: { acknowledge: number; sends: number };
  const logger = keepingLogger();
  beforeEach(() => {
    clock = new HandClock();
    intake = new HeldIntake();
    acknowledged = [];
    sent = [];
    holes = [];
    online = epoch;
    unfiled = 0;
    failing = { acknowledge: -1, sends: 0 };
    collector = new Collector({
      intake,
      store: { claimHoles: async () => holes },
      clock,
      logger,
      send: (topic, payload) => {
        failing.sends -= 1;
        if (failing.sends >= 0) throw new Error("a fault");
        sent.push({ topic, payload });
      },
      currentEpoch: () => online,
      onUnfiled: () => {
        unfiled += 1;
      },
    });
  });
  const take = (id: number) =>
    collector.take(lane, {
      topic: `greenlane/v1/${src}/event/alert`,
      payload: Buffer.from([id]),
      retained: false,
      acknowledge: () => {
        if (failing.acknowledge === id) throw new Error("a fault");
        acknowledged.push(id);
      },
    });
  const batches = (count: number) => until(`${count} batches`, () => intake.batches.length === count);
  const receipts = () =>
    sent.flatMap(({ payload }) => {
      const parsed = parseReceipt(payload);
      return parsed.ok ? [parsed.value] : [];
    });

  it("neither acknowledges nor sends a receipt before the commit, and both right after it", async () => {
    for (const id of [1, 2, 3]) take(id);
    await batches(1);
    clock.advance(60_000);
    expect([acknowledged, sent]).toEqual([[], []]);
    intake.commit([[1, 3]], [1, 2, 3]);
    await until("the receipt", () => sent.length > 0);
    expect(acknowledged).toEqual([1, 2, 3]);
    expect(receipts()).toEqual([{ epoch, upTo: 3, have: [] }]);
    expect(sent[0]?.topic).toBe(`greenlane/v1/${src}/event/receipt`);
  });

  it("hands a failed batch over again, whole, and says nothing to anybody until it is on disk", async () => {
    for (const id of [1, 2]) take(id);
    await batches(1);
    intake.fail();
    await until("the failure", () => collector.figures.failedCommits === 1);
    take(3);
    expect(intake.batches.length).toBe(1);
    clock.advance(1_000);
    await batches(2);
    expect(intake.batches[1]?.map((one) => [...one.payload])).toEqual([[1], [2]]);
    expect([acknowledged, sent]).toEqual([[], []]);
    intake.commit([[1, 2]], [1, 2]);
    await until("both acknowledged", () => acknowledged.length === 2);
    expect(logger.lines.some((line) => line.fields.code === "GL-6006")).toBe(true);
  });

  it("takes what came during a commit into the next one", async () => {
    take(1);
    await batches(1);
    for (const id of [2, 3, 4]) take(id);
    intake.commit([[1, 1]], [1]);
    await until("the first", () => acknowledged.length === 1);
    clock.advance(10);
    await batches(2);
    expect(intake.batches[1]?.length).toBe(3);
  });

  it("acknowledges what is no event, so that the broker forgets it, and sends no receipt for it", async () => {
    take(1);
    await batches(1);
    intake.commit([], [], { refused: [{ at: 0, code: "GL-4103", path: "" }] });
    await until("the PUBACK", () => acknowledged.length === 1);
    expect(sent).toEqual([]);
    expect(collector.figures).toMatchObject({ refused: 1, stored: 0, duplicates: 0 });
  });

  it("joins the receipts of a lane within 50 ms", async () => {
    take(1);
    await batches(1);
    intake.commit([[1, 1]], [1]);
    await until("the first receipt", () => sent.length === 1);
    for (const upTo of [2, 3]) {
      take(upTo);
      clock.advance(10);
      await batches(upTo);
      intake.commit([[1, upTo]], [upTo]);
      await until("the commit", () => acknowledged.length === upTo);
    }
    expect(sent.length).toBe(1);
    clock.advance(50);
    expect(receipts().map((one) => one.upTo)).toEqual([1, 3]);
  });

  it("receipts everything of two groups whose answers come in the wrong order", async () => {
    take(1);
    await batches(1);
    intake.commit([[1, 1]], [1]);
    await until("the first receipt", () => sent.length === 1);
    for (let id = 2; id < 1_002; id += 1) take(id);
    clock.advance(10);
    await batches(2);
    for (let id = 1_002; id < 1_252; id += 1) take(id);
    await batches(3);
    intake.commit([[1, 1_251]], [2]);
    // Read before the other was stored, told after it.
    intake.commit(
      [
        [1, 1],
        [1_002, 1_251],
      ],
      [1_002],
    );
    await until("both", () => acknowledged.length === 1_251);
    clock.advance(50);
    expect(receipts().map((one) => one.upTo)).toEqual([1, 1_251]);
  });

  it("hands the next group over while one is on its way, and acknowledges in the order in which they came", async () => {
    for (let id = 0; id < 1_000; id += 1) take(id);
    await batches(1);
    for (let id = 1_000; id < 1_250; id += 1) take(id);
    await batches(2);
    for (let id = 1_250; id < 1_500; id += 1) take(id);
    intake.fail();
    await until("the failure", () => collector.figures.failedCommits === 1);
    // The second is on disk, and waits for the first.
    intake.commit([[1, 1]], [1]);
    clock.advance(1_000);
    await batches(3);
    expect([intake.batches[2], acknowledged]).toEqual([intake.batches[0], []]);
    intake.commit([[1, 1]], [1]);
    await until("both", () => acknowledged.length === 1_250);
    expect(acknowledged).toEqual(Array.from({ length: 1_250 }, (_, id) => id));
  });

  it("holds the broker's messages back while too many wait for a commit", async () => {
    let held: Promise<void> | undefined;
    for (let id = 0; id < 5_000; id += 1) held = take(id) as Promise<void> | undefined;
    expect(held).toBeInstanceOf(Promise);
    await batches(2);
    intake.commit([[1, 1_000]], [1]);
    await held;
    expect(acknowledged.length).toBe(1_000);
  });

  it("acknowledges and tells the others what is stored, although one PUBACK, one receipt and one listener throw", async () => {
    const told: number[] = [];
    collector.onCommitted(() => {
      throw new Error("a fault");
    });
    collector.onCommitted(({ fresh }) => told.push(...fresh));
    failing = { acknowledge: 1, sends: 1 };
    for (const id of [1, 2]) take(id);
    await batches(1);
    intake.commit([[1, 2]], [1, 2]);
    await until("the other PUBACK", () => acknowledged.length === 1);
    take(3);
    clock.advance(60);
    await batches(2);
    intake.commit([[1, 3]], [3]);
    await until("the next PUBACK", () => acknowledged.length === 2);
    expect([acknowledged, told]).toEqual([
      [2, 3],
      [1, 2, 3],
    ]);
    expect(receipts().map((one) => one.upTo)).toEqual([3]);
    expect(collector.figures.failedCommits).toBe(0);
  });

  it("says what was stored and not filed, and wakes who files it", async () => {
    take(1);
    await batches(1);
    intake.commit([[1, 1]], [1], { unfiled: true, filingFailed: "a fault" });
    await until("the PUBACK", () => acknowledged.length === 1);
    expect(unfiled).toBe(1);
    expect(logger.lines.some((line) => line.fields.code === "GL-6010")).toBe(true);
  });

  it("tells a lane at its birth what the centre has, shed ranges included", async () => {
    collector.announce({ src, epoch, head: 9, tail: 1, at: clock.wall().at });
    await until("a receipt", () => sent.length === 1);
    expect(receipts()).toEqual([{ epoch, upTo: 9, have: [] }]);
  });

  it("goes on storing events while births fail, and says the latest birth of each lane later", async () => {
    intake.failingBirths = 1;
    collector.announce({ src, epoch, head: 8, tail: 1, at: clock.wall().at });
    await until("the failure", () => intake.failingBirths === 0);
    take(1);
    clock.advance(10);
    await batches(1);
    intake.commit([[1, 1]], [1]);
    await until("the PUBACK", () => acknowledged.length === 1);
    expect([intake.births, collector.figures.failedCommits]).toEqual([[], 0]);
    collector.announce({ src, epoch, head: 9, tail: 1, at: clock.wall().at });
    clock.advance(1_000);
    await until("the birth", () => intake.births.length > 0);
    expect(intake.births.map((one) => one.head)).toEqual([9]);
    await until("its receipt", () => receipts().at(-1)?.upTo === 9);
  });

  it("asks for at most 200 numbers of a hole, every ten seconds, and only a lane that is there with that epoch", async () => {
    collector.start();
    holes = [{ src, epoch, from: 5, to: 900 }];
    clock.advance(holePause);
    await until("a request", () => sent.length === 1);
    expect(sent[0]?.topic).toBe(`greenlane/v1/${src}/event/request`);
    expect(sent[0] && parseRequest(sent[0].payload)).toMatchObject({ value: { epoch, from: 5, count: 200 } });
    for (const other of [null, "018f0000-0000-7000-8000-0000000000ff"]) {
      online = other;
      await collector.askForHoles();
    }
    expect(sent.length).toBe(1);
    await collector.stop();
  });
});
