import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SimClock } from "../../../device/clock/clock.sim.ts";
import { minutes } from "../../../src/core/units.ts";
import { createSigningKey, trustedKeyOf } from "../../../src/pass/keys.ts";
import { DocumentError, signDocument } from "../../../src/pass/signed-document.ts";
import { add, emptyFilter, has, markOf, remove } from "../../../src/verify/revocation/filter.ts";
import { openBeside } from "../../../src/verify/revocation/open-beside.ts";
import {
  openRevocation,
  REVOCATION_TYPE,
  signRevocation,
  signRevocationDelta,
} from "../../../src/verify/revocation/revocation-document.ts";
import { createRevocationStore } from "../../../src/verify/revocation/revocation-store.ts";
import { anyAuthority, type FetchDocument } from "../../../src/verify/trust/fetch-document.ts";
import { MemoryLogger } from "../../support/quiet.ts";

const idOf = (number: number): string => number.toString(16).padStart(32, "0");
const range = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => idOf(from + index));
const key = createSigningKey();
const roots = [trustedKeyOf(key)];
const day = "2020-05-06T08:00:00+08:00";

describe("the revocation filter", () => {
  it("never misses what it holds, and takes out only what was added", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(1_000_000), { maxLength: 300 }), fc.nat(300), (numbers, cut) => {
        const filter = emptyFilter(400);
        const marks = numbers.map((number) => markOf(idOf(number), filter.buckets));
        for (const mark of marks) add(filter, mark);
        expect(marks.every((mark) => has(filter, mark))).toBe(true);
        for (const mark of marks.slice(0, cut)) expect(remove(filter, mark)).toBe(true);
        expect(marks.slice(cut).every((mark) => has(filter, mark))).toBe(true);
        for (const mark of marks.slice(cut)) remove(filter, mark);
        expect(filter.table.every((slot) => slot === 0)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it("takes 100,000 passes in 2 bytes a slot and hits by mistake in at most 0.02 % of others", () => {
    const filter = emptyFilter(100_000);
    for (const id of range(0, 100_000)) add(filter, markOf(id, filter.buckets));
    expect(filter.table.byteLength).toBeLessThan(100_000 * 2.3);
    const wrong = range(10_000_000, 100_000).filter((id) => has(filter, markOf(id, filter.buckets))).length;
    // The bound of the construction is 8 / 65,536 = 0.0122 %, here 12 of 100,000; the ids are fixed, so is the count.
    expect(wrong).toBeLessThanOrEqual(20);
  });

  it("says when it is full", () => {
    const filter = emptyFilter(10);
    expect(() => {
      for (const id of range(0, 1000)) add(filter, markOf(id, filter.buckets));
    }).toThrow(RangeError);
  });
});

describe("signed filters and deltas", () => {
  const whole = signRevocation(range(0, 500), 3, day, key);
  const held = openRevocation(whole, roots, null);
  const { buckets } = held.filter;
  const delta = signRevocationDelta(
    { base: 3, version: 4, issuedAt: day, buckets, add: range(9000, 20), remove: range(0, 10) },
    key,
  );
  const inFilter = (now: typeof held, id: string): boolean => has(now.filter, markOf(id, now.filter.buckets));

  it("a delta adds and takes out, and leaves the filter it follows as it was", () => {
    const next = openRevocation(delta, roots, held);
    expect(range(9000, 20).every((id) => inFilter(next, id))).toBe(true);
    expect(range(10, 490).every((id) => inFilter(next, id))).toBe(true);
    expect(range(0, 10).filter((id) => inFilter(next, id))).toEqual([]);
    expect(range(0, 500).every((id) => inFilter(held, id))).toBe(true);
    expect(range(9000, 20).filter((id) => inFilter(held, id))).toEqual([]);
  });

  it("a delta on another version, of a stranger, or out of range is refused", () => {
    expect(() => openRevocation(delta, roots, null)).toThrow("GL-3003");
    expect(() => openRevocation(delta, roots, { ...held, version: 2 })).toThrow("another version");
    expect(() => openRevocation(delta, [trustedKeyOf(createSigningKey())], held)).toThrow("no root");
    const wrong = signRevocationDelta(
      { base: 3, version: 4, issuedAt: day, buckets: buckets * 1024, add: range(0, 50), remove: [] },
      key,
    );
    expect(() => openRevocation(wrong, roots, held)).toThrow("out of range");
  });

  it("survive a restart with their deltas, and ask for the whole after one that does not fit", async () => {
    const folder = await mkdtemp(join(tmpdir(), "greenlane-revocation-"));
    const etags: (string | null)[] = [];
    const make = (answers: readonly (string | null)[]) => {
      let next = 0;
      const fetch: FetchDocument = async ({ etag }) => {
        etags.push(etag);
        const text = answers[Math.min(next++, answers.length - 1)] ?? null;
        return text === null ? { kind: "failed", why: "unreachable" } : { kind: "new", text, etag: `"${next}"` };
      };
      const settings = {
        url: "https://lists.invalid/",
        file: join(folder, "f"),
        tls: anyAuthority({}),
        refresh: minutes(15),
      };
      return createRevocationStore({ settings, roots, clock: new SimClock(), logger: new MemoryLogger(), fetch });
    };
    const first = make([whole, delta, delta]);
    await first.start();
    await first.refresh(); // Joins the fetch that the start began.
    expect(first.mayBeRevoked(idOf(9000))).toBe(false);
    await first.refresh();
    expect([first.version(), first.mayBeRevoked(idOf(9000))]).toEqual([4, true]);
    expect(await first.refresh()).toBe(false);
    await first.refresh();
    expect(etags).toEqual([null, '"1"', '"2"', null]);
    await first.stop();
    const second = make([null]);
    await second.start();
    expect([second.version(), second.mayBeRevoked(idOf(9000)), second.mayBeRevoked(idOf(3))]).toEqual([4, true, false]);
    await second.stop();
    await rm(folder, { recursive: true });
  });

  it("of millions are opened beside the lane's thread, and refused there just the same", async () => {
    const table = randomBytes(2 ** 15 * 8);
    const content = { version: 7, issuedAt: day, buckets: 2 ** 15, table: table.toString("base64") };
    const text = signDocument(REVOCATION_TYPE, content, key);
    expect(text.length).toBeGreaterThan(256 * 1024);
    const opened = await openBeside(text, roots, null);
    expect(opened).toMatchObject({ version: 7, followsHeld: false, filter: { buckets: 2 ** 15 } });
    expect(Buffer.from(opened.filter.table.buffer).equals(table)).toBe(true);
    const stranger = [trustedKeyOf(createSigningKey())];
    await expect(openBeside(text, stranger, null)).rejects.toThrow(DocumentError);
  }, 60_000);

  it("before the first filter call nothing revoked", () => {
    const settings = { url: null, file: null, tls: anyAuthority({}), refresh: minutes(15) };
    const store = createRevocationStore({ settings, roots, clock: new SimClock(), logger: new MemoryLogger() });
    expect(store.mayBeRevoked(idOf(1))).toBe(false);
  });
});
