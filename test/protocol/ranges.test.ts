import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  add,
  contains,
  each,
  fromReceipt,
  missing,
  normalise,
  type Range,
  size,
  toReceipt,
  union,
} from "../../src/protocol/ranges.ts";

const range: fc.Arbitrary<Range> = fc
  .tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: -3, max: 12 }))
  .map(([from, length]) => [from, from + length]);
const some = fc.array(range, { maxLength: 12 });
const set = (ranges: readonly Range[]) => new Set(each(ranges.filter(([from, to]) => to >= from)));
const sorted = (numbers: Iterable<number>) => [...numbers].sort((a, b) => a - b);

describe("ranges", () => {
  it("behave as the sets of numbers they stand for", () => {
    fc.assert(
      fc.property(some, some, range, (a, b, more) => {
        const left = normalise(a);
        expect(sorted(each(left))).toEqual(sorted(set(a)));
        expect(size(left)).toBe(set(a).size);
        expect(sorted(each(union(left, normalise(b))))).toEqual(sorted(new Set([...set(a), ...set(b)])));
        expect(sorted(each(add(left, more)))).toEqual(sorted(new Set([...set(a), ...set([more])])));
        for (let seq = 0; seq < 80; seq += 1) expect(contains(left, seq)).toBe(set(a).has(seq));
        const holes = missing(left, 1, 70);
        expect(sorted([...each(holes), ...each(left)].filter((seq) => seq <= 70))).toEqual(
          Array.from({ length: 70 }, (_, index) => index + 1),
        );
      }),
    );
  });

  it("stay sorted, disjoint and not adjacent", () => {
    fc.assert(
      fc.property(some, (ranges) => {
        const clean = normalise(ranges);
        clean.slice(1).forEach((next, index) => {
          expect(next[0]).toBeGreaterThan((clean[index]?.[1] ?? 0) + 1);
        });
      }),
    );
  });

  it("come back from a receipt as they were, as long as they fit in it", () => {
    fc.assert(
      fc.property(some, (ranges) => {
        expect(fromReceipt(toReceipt(normalise(ranges)))).toEqual(normalise(ranges));
      }),
    );
  });

  it("never say more in a receipt than the centre has, however many holes there are", () => {
    const holes = normalise(Array.from({ length: 500 }, (_, index): Range => [index * 2 + 1, index * 2 + 1]));
    const receipt = toReceipt(holes);
    expect(receipt.have.length).toBeLessThanOrEqual(100);
    for (const seq of each(fromReceipt(receipt))) expect(contains(holes, seq)).toBe(true);
  });
});
