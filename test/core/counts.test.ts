import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Cells,
  closeQuarter,
  countCells,
  counted,
  glimpse,
  quarterOf,
  startCounts,
} from "../../src/core/counts.ts";
import { instant } from "../../src/core/units.ts";

const QUARTER = 15 * 60_000;
const start = instant(Date.UTC(2020, 4, 1));

describe("counts per quarter of an hour", () => {
  it("P15: cells of one to four wait for the next quarter, five and more are published at its end", () => {
    const counts = counted(counted(startCounts(start), "granted", 7), "turned-away", 3);
    expect(closeQuarter(counts, instant(start + QUARTER - 1)).published).toBeNull();
    const first = closeQuarter(counts, instant(start + QUARTER));
    expect(first.published).toEqual({ granted: 7 });
    const second = closeQuarter(counted(first.counts, "turned-away", 2), instant(start + 2 * QUARTER));
    expect(second.published).toEqual({ "turned-away": 5 });
    expect(second.counts.cells).toEqual({});
  });

  it("P16: the guard's open quarter never tells one person from four", () => {
    const shown = [1, 2, 3, 4, 5].map((people) => glimpse(counted(startCounts(start), "manual-check", people)));
    expect(shown.map((cells) => cells["manual-check"])).toEqual([1, 1, 1, 1, 5]);
  });

  it("over any sequence publishes no cell below five and loses nobody", () => {
    const step = fc.record({
      cell: fc.constantFrom(...countCells),
      people: fc.integer({ min: 1, max: 6 }),
      wait: fc.integer({ min: -60_000, max: QUARTER }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let counts = startCounts(start);
        let time: number = start;
        const came: Record<string, number> = {};
        const told: Record<string, number> = {};
        for (const { cell, people, wait } of steps) {
          time = Math.max(0, time + wait);
          const closed = closeQuarter(counts, instant(time));
          for (const [name, count] of Object.entries(closed.published ?? ({} as Cells))) {
            expect(count).toBeGreaterThanOrEqual(5);
            told[name] = (told[name] ?? 0) + count;
          }
          counts = counted(closed.counts, cell, people);
          came[cell] = (came[cell] ?? 0) + people;
        }
        for (const cell of countCells) expect((told[cell] ?? 0) + (counts.cells[cell] ?? 0)).toBe(came[cell] ?? 0);
        expect(counts.quarter).toBe(quarterOf(counts.quarter));
      }),
    );
  });
});
