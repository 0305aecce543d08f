/** What every outbox must do, whatever it stores on. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Outbox, OutboxError, type Priority } from "../../../src/ports/outbox.ts";
import type { EventBody } from "../../../src/protocol/envelope.ts";
import { each, normalise, type Range } from "../../../src/protocol/ranges.ts";
import { uuidV7 } from "../../../src/protocol/uuid.ts";

export const body = (n: number): string =>
  JSON.stringify({
    src: "d/s/l",
    boot: "00000000-0000-7000-8000-000000000001",
    at: "2020-05-06T01:00:00.000Z",
    clock: "synced",
    mono: n,
    filler: "x".repeat(500),
  });

export interface Made {
  readonly outbox: Outbox;
  /** The same store, opened anew by another process in effect. */
  again(): Promise<Outbox>;
  destroy(): Promise<void>;
}

/** @param make an outbox with room for about `room` events. */
export function outboxConformance(name: string, make: (room: number) => Promise<Made>): void {
  describe(`${name}, as an outbox`, () => {
    let made: Made;
    let outbox: Outbox;
    beforeEach(async () => {
      made = await make(400);
      outbox = made.outbox;
      await outbox.open();
    });
    afterEach(() => made.destroy());

    const all = async (priority: Priority) => (await outbox.list(priority, null, 1000)).map(({ seq }) => seq);

    it("gives numbers from 1 without holes, over both priorities", async () => {
      const positions = [];
      for (let n = 0; n < 20; n += 1) positions.push(await outbox.put(n % 3 === 0 ? "system" : "alert", body(n)));
      expect(positions.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
      expect(new Set(positions.map(({ epoch }) => epoch)).size).toBe(1);
    });

    it("lists each priority oldest first, from a cursor, with the body exactly as it was put", async () => {
      for (let n = 0; n < 10; n += 1) await outbox.put(n % 2 === 0 ? "alert" : "system", body(n));
      const first = await outbox.list("alert", null, 2);
      expect(first.map(({ seq, body: text }) => [seq, text])).toEqual([
        [1, body(0)],
        [3, body(2)],
      ]);
      expect((await outbox.list("alert", first[1] ?? null, 10)).map(({ seq }) => seq)).toEqual([5, 7, 9]);
      expect(await all("system")).toEqual([2, 4, 6, 8, 10]);
    });

    it("holds exactly what was put and not trimmed, for any order of puts and receipts", async () => {
      const receipt = fc.array(fc.tuple(fc.integer({ min: -2, max: 30 }), fc.integer({ min: 0, max: 9 })), {
        maxLength: 3,
      });
      const step = fc.oneof(fc.constant("alert" as const), fc.constant("system" as const), receipt);
      const { epoch } = await outbox.status();
      const held = new Set<number>();
      let head = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          for (const what of steps) {
            if (typeof what === "string") {
              head += 1;
              expect(await outbox.put(what, body(head))).toEqual({ epoch, seq: head });
              held.add(head);
            } else {
              const ranges = what.map(([from, length]): Range => [head - from, head - from + length]);
              const gone = [...each(normalise(ranges))].filter((seq) => held.delete(seq));
              expect(await outbox.trim(epoch, ranges)).toBe(gone.length);
            }
          }
          const both = [...(await all("alert")), ...(await all("system"))].sort((a, b) => a - b);
          expect(both).toEqual([...held].sort((a, b) => a - b));
          expect(await outbox.status()).toMatchObject({ head, tail: Math.min(...(held.size === 0 ? [0] : held)) });
        }),
        { numRuns: 25 },
      );
    });

    it("never gives a number again after everything was trimmed, over a restart neither", async () => {
      const first = await outbox.put("alert", body(1));
      await outbox.trim(first.epoch, [[1, 1]]);
      const reopened = await made.again();
      expect(await reopened.put("alert", body(2))).toEqual({ epoch: first.epoch, seq: 2 });
    });

    it("deletes nothing for another epoch or for numbers that were never given out", async () => {
      const { epoch } = await outbox.put("alert", body(1));
      expect(await outbox.trim(uuidV7(99), [[1, 100]])).toBe(0);
      expect(await outbox.trim(epoch, [[2, 2 ** 40]])).toBe(0);
      expect(await all("alert")).toEqual([1]);
      expect(await outbox.put("alert", body(2))).toEqual({ epoch, seq: 2 });
    });

    it("finds a range of both priorities in order, and nothing of what was trimmed", async () => {
      for (let n = 0; n < 6; n += 1) await outbox.put(n % 2 === 0 ? "alert" : "system", body(n));
      const { epoch } = await outbox.status();
      await outbox.trim(epoch, [[3, 3]]);
      expect((await outbox.range(epoch, 2, 3)).map(({ seq, priority }) => [seq, priority])).toEqual([
        [2, "system"],
        [4, "system"],
      ]);
    });

    it("sheds system events when it is full, names each of them in a tombstone, and never sheds an alert", async () => {
      const alerts = new Set<number>();
      const system = new Set<number>();
      const shed: Range[] = [];
      const put = async (priority: Priority, n: number): Promise<boolean> => {
        try {
          const { seq } = await outbox.put(priority, body(n));
          (priority === "alert" ? alerts : system).add(seq);
          return true;
        } catch (error) {
          expect(error).toBeInstanceOf(OutboxError);
          expect((error as OutboxError).kind).toBe("full");
          return false;
        }
      };
      for (let n = 0; n < 300; n += 1) expect(await put(n % 2 === 0 ? "alert" : "system", n)).toBe(true);
      let stored = true;
      for (let n = 300; stored && n < 3000; n += 1) stored = await put("alert", n);
      expect(stored, "an outbox without end").toBe(false);

      const held = await outbox.list("alert", null, 5000);
      for (const { body: text } of held) shed.push(...((JSON.parse(text) as EventBody).shed?.ranges ?? []));
      const gone = new Set(each(normalise(shed)));
      const kept = new Set(await all("system"));
      expect([...alerts].every((seq) => held.some((event) => event.seq === seq))).toBe(true);
      expect([...system].every((seq) => gone.has(seq) !== kept.has(seq))).toBe(true);
      expect([...alerts].some((seq) => gone.has(seq))).toBe(false);
      expect(kept.size).toBeLessThan(system.size);
    });

    it("takes events again once the centre has confirmed some", async () => {
      const { epoch } = await outbox.put("alert", body(0));
      let full = false;
      for (let n = 0; !full && n < 3000; n += 1)
        full = await outbox.put("alert", body(n)).then(
          () => false,
          () => true,
        );
      const { head } = await outbox.status();
      await outbox.trim(epoch, [[1, 50]]);
      expect(await outbox.put("alert", body(1))).toEqual({ epoch, seq: head + 1 });
    });

    it("refuses with `closed` before it is opened and after it is closed", async () => {
      await outbox.close();
      await expect(outbox.put("alert", body(1))).rejects.toMatchObject({ kind: "closed", code: "GL-4008" });
    });
  });
}
