import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calibrated } from "../../../src/core/temperature/calibration.ts";
import { classify } from "../../../src/core/temperature/classify.ts";
import {
  bodyOf,
  CorrectionError,
  correctionAt,
  correctionTable,
  defaultCorrection,
  skinOf,
} from "../../../src/core/temperature/correction.ts";
import { defaultDriftSettings, driftAfter, driftOf, drifts, startDrift } from "../../../src/core/temperature/drift.ts";
import { defaultMeasureSettings } from "../../../src/core/temperature/settings.ts";
import { celsius, instantFromIso, monotonic, toTenths } from "../../../src/core/units.ts";
import { twoPoints } from "../../../src/service/calibrate.ts";

const point = (ambient: number, add: number) => ({ ambient: celsius(ambient), add: celsius(add) });

describe("the correction table", () => {
  it.each([
    ["no points", []],
    ["ambient that falls", [point(20, 1), point(10, 0.5)]],
    ["the same ambient twice", [point(20, 1), point(20, 1)]],
    ["a correction that rises", [point(10, 0.5), point(20, 1)]],
    ["more than two degrees", [point(10, 2.1)]],
    ["less than minus two degrees", [point(10, -2.1)]],
  ])("with %s is refused, saying which point", (_, points) => {
    expect(() => correctionTable("x", points)).toThrow(CorrectionError);
  });

  it("over any ambient stays within two degrees, falls, and gives the skin back", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -40, max: 60, noNaN: true }),
        fc.double({ min: -40, max: 60, noNaN: true }),
        fc.double({ min: 20, max: 45, noNaN: true }),
        (a, b, skin) => {
          const [cold, warm] = a < b ? [a, b] : [b, a];
          const atCold = correctionAt(defaultCorrection, celsius(cold));
          expect(Math.abs(atCold)).toBeLessThanOrEqual(2);
          expect(atCold).toBeGreaterThanOrEqual(correctionAt(defaultCorrection, celsius(warm)) - 1e-9);
          const body = bodyOf(defaultCorrection, celsius(skin), celsius(a));
          expect(skinOf(defaultCorrection, body, celsius(a))).toBeCloseTo(skin, 6);
        },
      ),
    );
  });

  it("adds two degrees at most even where nobody checked it", () => {
    const unchecked = { version: "x", points: [point(10, 5), point(20, -5)] };
    expect([10, 20].map((ambient) => correctionAt(unchecked, celsius(ambient)))).toEqual([2, -2]);
  });

  it("adds linearly between its points and levelly outside them", () => {
    const table = correctionTable("x", [point(10, 1), point(20, 0.5)]);
    expect([0, 10, 15, 20, 30].map((ambient) => correctionAt(table, celsius(ambient)))).toEqual([1, 1, 0.75, 0.5, 0.5]);
  });
});

describe("a class", () => {
  it("follows from the rounded estimate alone: fever exactly above the limit, low below 35 °C, at any limit allowed", () => {
    fc.assert(
      fc.property(fc.double({ min: 30, max: 45, noNaN: true }), fc.constantFrom(37.3, 37.5, 38), (raw, limit) => {
        const fever = { ...defaultMeasureSettings.fever, limit: celsius(limit) };
        const result = classify(celsius(raw), { ...defaultMeasureSettings, fever }, monotonic(0));
        const rounded = toTenths(celsius(raw));
        const expected = rounded < 35 ? "low" : rounded > 43 ? "unavailable" : rounded > limit ? "fever" : "normal";
        expect(result.class).toBe(expected);
        if (result.estimate !== null) expect(result.estimate).toBe(rounded);
      }),
    );
  });

  it("at or above a limit of 37.4 °C is the same rule as above 37.3 °C", () => {
    const fever = { limit: celsius(37.4), comparison: "at-or-above" as const, adviceFrom: celsius(37.3) };
    const kinds = [37.3, 37.35, 37.4].map(
      (value) => classify(celsius(value), { ...defaultMeasureSettings, fever }, monotonic(0)).class,
    );
    expect(kinds).toEqual(["normal", "fever", "fever"]);
  });
});

describe("a calibration", () => {
  const expires = instantFromIso("2021-05-01T00:00:00Z");

  it("brings two points of a black body to what it showed, and every reading between them with them", () => {
    const point = (reference: number, measured: number) => ({
      reference: celsius(reference),
      measured: celsius(measured),
      spread: 0.02,
      ambient: celsius(22),
      samples: 120,
    });
    const tenth = fc.integer({ min: -9, max: 9 }).map((tenths) => tenths / 10);
    fc.assert(
      fc.property(tenth, tenth, fc.double({ min: 35, max: 39, noNaN: true }), (low, high, body) => {
        const found = twoPoints(point(35, 35 + low), point(39, 39 + high));
        fc.pre(found.ok);
        if (!found.ok) return;
        const calibration = { gain: found.gain, offset: celsius(found.offset), expires };
        const measured = body + low + ((high - low) * (body - 35)) / 4;
        expect(calibrated(celsius(measured), calibration)).toBeCloseTo(body, 2);
      }),
    );
  });

  it("never leaves what a sensor can say, and without one a reading is what it is", () => {
    const calibration = { gain: 1.1, offset: celsius(5), expires };
    expect(calibrated(celsius(400), calibration)).toBe(400);
    expect(calibrated(celsius(36.51), null)).toBe(36.51);
  });
});

describe("the drift watch", () => {
  const watched = (count: number, estimate: (index: number) => number, from = startDrift("forehead-1")) => {
    let drift = from;
    for (let index = 0; index < count; index += 1) drift = driftAfter(drift, celsius(estimate(index)));
    return drift;
  };

  it("says nothing before two hundred people, and keeps no order, no time and fewer than twenty figures", () => {
    const most = watched(199, (index) => 36.2 + (index % 7) / 10);
    expect(driftOf(most)).toBeNull();
    expect(Object.values(most.open).reduce((sum, count) => sum + count, 0)).toBeLessThan(20);
    expect(most.reference.length + most.recent.length).toBe(9);
    expect(watched(19, () => 36.5)).toMatchObject({ reference: [], recent: [] });
    const hasty = { ...defaultDriftSettings, batch: 3 };
    let few = startDrift("forehead-1");
    for (let person = 0; person < 19; person += 1) few = driftAfter(few, celsius(36.5), hasty);
    expect(few.reference).toEqual([]);
  });

  it("finds a shift of more than 0.3 °C and none where only a few have a fever", () => {
    const settled = watched(100, (index) => 36.2 + (index % 7) / 10);
    const same = watched(100, (index) => (index % 10 === 0 ? 38.5 : 36.2 + (index % 7) / 10), settled);
    expect(drifts(same)).toBe(false);
    const shifted = watched(100, (index) => 36.6 + (index % 7) / 10, settled);
    expect(driftOf(shifted)).toBeCloseTo(0.4, 6);
    expect(drifts(shifted)).toBe(true);
  });
});
