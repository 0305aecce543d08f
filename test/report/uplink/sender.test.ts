import { beforeEach, describe, expect, it } from "vitest";
import { SimClock } from "../../../device/clock/clock.sim.ts";
import { millis } from "../../../src/core/units.ts";
import type { Position } from "../../../src/ports/event-log.ts";
import type { Held, Priority } from "../../../src/ports/outbox.ts";
import { fromReceipt } from "../../../src/protocol/ranges.ts";
import { SimOutbox } from "../../../src/report/outbox/outbox.sim.ts";
import { Sender } from "../../../src/report/uplink/sender.ts";
import { body } from "../outbox/conformance.ts";

const window = 4;

describe("the sender", () => {
  let clock: SimClock;
  let outbox: SimOutbox;
  let sender: Sender;
  /** Numbers in the order in which they went out. */
  let sent: number[];
  let epoch: string;
  /** What the broker does with a message. */
  let broker: (held: Held) => Promise<void>;

  beforeEach(async () => {
    clock = new SimClock();
    outbox = new SimOutbox();
    await outbox.open();
    ({ epoch } = await outbox.status());
    sent = [];
    broker = async () => {};
    sender = new Sender(
      outbox,
      clock,
      (held) => {
        sent.push(held.seq);
        return broker(held);
      },
      () => {},
      { window, firstResend: millis(2000), longestResend: millis(30_000), random: () => 0.5 },
    );
  });

  const stored = async (priority: Priority = "alert"): Promise<Position> => {
    const position = await outbox.put(priority, body(0));
    sender.stored(position, priority);
    await clock.pass(0);
    await clock.pass(0);
    return position;
  };
  const history = async (...priorities: readonly Priority[]): Promise<void> => {
    for (const priority of priorities) await outbox.put(priority, body(0));
  };
  const connect = async (): Promise<void> => {
    sender.connected(false);
    for (let turn = 0; turn < 5; turn += 1) await clock.pass(0);
  };
  const has = (upTo: number, ...have: [number, number][]) => sender.received({ epoch, upTo, have });
  const held = async (): Promise<number[]> => (await outbox.range(epoch, 1, 1000)).map(({ seq }) => seq);

  it("sends again, at growing pauses, what the broker took and the centre never confirmed; nothing is deleted meanwhile", async () => {
    await connect();
    await stored();
    const times: number[] = [];
    for (let seconds = 0; seconds < 120; seconds += 1) {
      const before = sent.length;
      await clock.pass(1000);
      if (sent.length > before) times.push(seconds);
    }
    expect(sent.length).toBeGreaterThan(5);
    const pauses = times.slice(1).map((at, n) => at - (times[n] ?? 0));
    expect(pauses.every((pause, n) => n === 0 || pause >= (pauses[n - 1] ?? 0))).toBe(true);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(31);
    expect(await held()).toEqual([1]);
    expect(sender.longestUnconfirmed()).toBeGreaterThan(100_000);
  });

  it("deletes on the receipt alone, and then sends no more", async () => {
    await connect();
    await stored();
    await has(1);
    await clock.pass(60_000);
    expect(sent).toEqual([1]);
    expect(await held()).toEqual([]);
    expect(sender.longestUnconfirmed()).toBe(0);
  });

  it("believes no receipt for what it has not sent, nor one of another epoch", async () => {
    await history("alert", "alert");
    await has(2);
    await clock.pass(5000);
    expect(await held()).toEqual([1, 2]);
    await connect();
    await sender.received({ epoch: epoch.replace(/.$/, "9"), upTo: 2, have: [] });
    await clock.pass(1500);
    expect(await held()).toEqual([1, 2]);
    await has(0, [2, 2]);
    await clock.pass(1500);
    expect(await held()).toEqual([1]);
  });

  it("deletes of a receipt that goes too far only what it has sent", async () => {
    await history(...Array.from({ length: 8 }, (): Priority => "alert"));
    await connect();
    expect(sent).toEqual([1, 2, 3, 4]);
    sender.disconnected();
    await has(6, [7, 1000]);
    await sender.flush();
    expect(await held()).toEqual([5, 6, 7, 8]);
  });

  it("puts no more into a slow link than it answers, nothing twice that is on its way, and a new alert at once", async () => {
    const answers: (() => void)[] = [];
    broker = () => new Promise((resolve) => answers.push(resolve));
    const answer = async (): Promise<void> => {
      answers.shift()?.();
      await clock.pass(0);
      await clock.pass(0);
    };
    await history(...Array.from({ length: 12 }, (): Priority => "alert"));
    await connect();
    await clock.pass(20_000);
    expect(sent).toEqual([1, 2, 3, 4]);
    await answer();
    expect(sent).toEqual([1, 2, 3, 4]);
    await stored();
    expect(sent).toEqual([1, 2, 3, 4, 13]);
    while (answers.length > 0) await answer();
    await has(4, [13, 13]);
    await clock.pass(0);
    // Not the window's four: all answers were slow but that to the new alert.
    expect(sent).toEqual([1, 2, 3, 4, 13, 5, 6, 7]);
    for (let next = 0; next < 8; next += 1) {
      await answer();
      await has(sent.length - 1, [13, 13]);
      await clock.pass(0);
    }
    await clock.pass(500);
    expect(new Set(sent).size).toBe(13);
  });

  it("sends again what a broker took and forgot to answer, after five minutes", async () => {
    broker = () => new Promise(() => {});
    await connect();
    await stored();
    await clock.pass(299_000);
    expect(sent).toEqual([1]);
    await clock.pass(2000);
    expect(sent).toEqual([1, 1]);
  });

  it("keeps to its window with history, and a new alert doesn't wait for it", async () => {
    await history(...Array.from({ length: 20 }, (): Priority => "alert"));
    await connect();
    expect(sent).toEqual([1, 2, 3, 4]);
    await stored();
    expect(sent).toEqual([1, 2, 3, 4, 21]);
    await has(2);
    await clock.pass(0);
    expect(sent.slice(5)).toEqual([5, 6]);
  });

  it("sends alerts before system events, new and old", async () => {
    await history("system", "system", "alert", "alert");
    await connect();
    expect(sent).toEqual([3, 4, 1]);
  });

  it("lets nothing wait for ever behind messages that the centre doesn't take", async () => {
    await history(...Array.from({ length: 12 }, (): Priority => "alert"));
    await connect();
    for (let waited = 0; waited < 120 && (await held()).length > window; waited += 1) {
      const taken = [...new Set(sent)].filter((seq) => seq > window);
      await has(0, ...taken.map((seq): [number, number] => [seq, seq]));
      await clock.pass(1000);
    }
    expect(await held()).toEqual([1, 2, 3, 4]);
  });

  it("sends everything unconfirmed again at once when the link or the centre is back", async () => {
    await history("alert", "alert");
    await connect();
    sender.disconnected();
    await clock.pass(1000);
    await connect();
    expect(sent).toEqual([1, 2, 1, 2]);
    sender.centreOnline();
    await clock.pass(0);
    await clock.pass(0);
    expect(sent).toEqual([1, 2, 1, 2, 1, 2]);
  });

  it("sends nothing without a link", async () => {
    await stored();
    await clock.pass(60_000);
    expect(sent).toEqual([]);
  });

  it("sends what the centre asks for, as far as it is held", async () => {
    await history("alert", "system", "alert");
    await connect();
    await has(0, [2, 2]);
    await sender.flush();
    sent.length = 0;
    await sender.requested({ epoch, from: 1, count: 200 });
    for (let turn = 0; turn < 3; turn += 1) await clock.pass(0);
    expect(sent).toEqual([1, 3]);
  });

  it("takes a trim that failed for none: the message goes out again and is confirmed again", async () => {
    await connect();
    await stored();
    outbox.broken = "io";
    await has(1);
    await clock.pass(1500);
    outbox.broken = null;
    expect(await held()).toEqual([1]);
    sender.disconnected();
    sender.restart();
    await connect();
    expect(sent).toEqual([1, 1]);
    await has(1);
    await clock.pass(1500);
    expect(await held()).toEqual([]);
  });

  it("never deletes what no receipt covers, whatever is lost, refused or cut in between", async () => {
    let turn = 0;
    broker = async () => {
      turn += 1;
      if (turn % 3 === 0) throw new Error("refused");
    };
    const covered = new Set<number>();
    for (let n = 1; n <= 60; n += 1) {
      if (n % 7 === 0) sender.disconnected();
      if (n % 7 === 2) await connect();
      await stored(n % 4 === 0 ? "system" : "alert");
      if (n % 5 === 0) {
        const receipt = { epoch, upTo: n % 10, have: [[n - 2, n + 3] as [number, number]] };
        for (const [from, to] of fromReceipt(receipt)) for (let seq = from; seq <= to; seq += 1) covered.add(seq);
        await sender.received(receipt);
      }
      await clock.pass(700);
    }
    await clock.pass(2000);
    const left = new Set(await held());
    for (let seq = 1; seq <= 60; seq += 1) if (!covered.has(seq)) expect(left.has(seq), `event ${seq}`).toBe(true);
    await connect();
    for (let waited = 0; waited < 200 && (await held()).length > 0; waited += 1) {
      await has(60);
      await clock.pass(1000);
    }
    expect(await held()).toEqual([]);
  });
});
