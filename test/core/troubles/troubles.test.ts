import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type TroubleId, troubleIds, troubleOf, troubles } from "../../../src/core/troubles/declared.ts";
import {
  causeOf,
  effectsOf,
  lasting,
  nextChange,
  noTroubles,
  observed,
  type Troubles,
  tell,
  visible,
} from "../../../src/core/troubles/troubles.ts";
import { troubleWords } from "../../../src/core/troubles/words.ts";
import { monotonic } from "../../../src/core/units.ts";

const now = (ms: number) => monotonic(ms);
const during = (...ids: readonly TroubleId[]): Troubles =>
  ids.reduce((state, id) => observed(state, id, true, now(0)), noTroubles);
const ids = (state: Troubles, ms: number) => visible(state, now(ms)).map(({ id }) => id);

describe("the declared troubles", () => {
  it("have a code of their own each, words in both languages, and follow from nothing in a circle", () => {
    expect(new Set(troubleIds.map((id) => troubles[id].code)).size).toBe(troubleIds.length);
    const everything = during(...troubleIds);
    for (const id of troubleIds) {
      expect(troubles[id].code).toMatch(/^GL-\d{4}$/);
      expect(troubleOf(troubles[id].code)).toBe(id);
      expect(Object.values(troubleWords[id]).every((words) => words.length >= 4)).toBe(true);
      expect(causeOf(everything, id)).not.toBe(id);
    }
    expect(troubleOf("GL-9999")).toBeNull();
  });
});

describe("a trouble", () => {
  it("that follows from another stays silent while that lasts, but keeps its effect", () => {
    const state = during("camera-gone", "camera-frozen", "reader-stalled");
    expect(ids(state, 60_000)).toEqual(["camera-gone"]);
    expect(effectsOf(observed(state, "camera-gone", false, now(1)))).toEqual(["by-hand"]);
    expect(lasting(state).find(({ id }) => id === "reader-stalled")?.cause).toBe("camera-gone");
  });

  it("that is brief is never shown nor told, and its effect holds from its first moment", () => {
    let state = during("broker-away");
    expect(ids(state, 14_999)).toEqual([]);
    expect(ids(state, 15_000)).toEqual(["broker-away"]);
    expect(nextChange(state, now(0))).toBe(15_000);
    state = observed(state, "broker-away", false, now(10_000));
    expect(tell(during("broker-away"), state, now(10_000))).toMatchObject({ raised: [], cleared: [] });
    expect(effectsOf(during("camera-gone"))).toEqual(["by-hand"]);
  });

  it("lasts from its first word, however often it is repeated", () => {
    const again = observed(during("broker-away"), "broker-away", true, now(14_000));
    expect(ids(again, 15_000)).toEqual(["broker-away"]);
  });

  it("with another takes the stricter row first", () => {
    expect(effectsOf(during("camera-gone", "relay-fault", "events-not-stored"))).toEqual([
      "out-of-service",
      "by-hand",
      "reports-fail",
    ]);
    expect(effectsOf(noTroubles)).toEqual([]);
  });

  it("over any history is told once when it shows and once when it ends, never otherwise", () => {
    const step = fc.record({
      id: fc.constantFrom(...troubleIds),
      lasts: fc.boolean(),
      wait: fc.integer({ min: 0, max: 20_000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        let state = noTroubles;
        let time = 0;
        const open = new Set<TroubleId>();
        for (const { id, lasts, wait } of steps) {
          time += wait;
          const told = tell(state, observed(state, id, lasts, now(time)), now(time));
          state = told.state;
          for (const one of told.cleared) expect(open.delete(one)).toBe(true);
          for (const one of told.raised) {
            expect(open.has(one)).toBe(false);
            open.add(one);
          }
          for (const one of visible(state, now(time))) expect(open.has(one.id)).toBe(true);
          const due = nextChange(state, now(time));
          if (due !== null) expect(due).toBeGreaterThan(time);
        }
      }),
      { numRuns: 150 },
    );
  });
});
