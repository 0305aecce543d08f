import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inspectConfig } from "../../src/config/load.ts";
import { withValue } from "../../src/config/walk.ts";
import { type Celsius, celsius, instant, millis } from "../../src/core/units.ts";
import { type CalibrationPoint, calibrationRecord, measurePoint, twoPoints } from "../../src/service/calibrate.ts";
import { measureSettings } from "../../src/wire-settings.ts";
import { SensorBench } from "../core/temperature/foreheads.ts";
import { Bench, driven } from "../support/bench.ts";

const point = (reference: number, measured: number, spread = 0.05): CalibrationPoint => ({
  reference: celsius(reference),
  measured: celsius(measured),
  spread,
  ambient: celsius(22),
  samples: 120,
});

describe("two points", () => {
  it("give the gain and offset of the picture in the manual", () => {
    const result = twoPoints(point(35, 34.92), point(39, 38.94));
    expect(result).toMatchObject({ ok: true, gain: 0.99502, offset: expect.closeTo(0.254, 3) });
  });
  it("bring both measured values to their references, whatever sensor within reason", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -0.99, max: 0.99, noNaN: true }),
        fc.double({ min: -0.99, max: 0.99, noNaN: true }),
        (low, high) => {
          const result = twoPoints(point(35, 35 + low), point(39, 39 + high));
          if (!result.ok) {
            expect(result.code).toBe("GL-2150");
            return;
          }
          expect((35 + low) * result.gain + result.offset).toBeCloseTo(35, 2);
          expect((39 + high) * result.gain + result.offset).toBeCloseTo(39, 2);
        },
      ),
    );
  });
  it.each([
    ["more than 1 °C off", point(35, 36.2), point(39, 39), "GL-2149"],
    ["more than 1 °C off at the upper", point(35, 35), point(39, 37.9), "GL-2149"],
    ["too close together", point(35, 35), point(36, 36), "GL-2148"],
    ["in the wrong order", point(39, 39), point(35, 35), "GL-2148"],
    ["of two different worlds", point(35, 35.9), point(39, 38.1), "GL-2150"],
  ])("%s are refused", (_, low, high, code) => {
    expect(twoPoints(low, high)).toMatchObject({ ok: false, code, fix: expect.any(String) });
  });
  it("make a record that the configuration accepts", () => {
    const result = twoPoints(point(35, 34.92), point(39, 38.94));
    if (!result.ok) throw new Error("refused");
    const record = calibrationRecord(result, instant(Date.UTC(2020, 3, 20)), "BB-0042", "mlx-17", "tech-1");
    const example = JSON.parse(readFileSync("config/lane.example.json", "utf8"));
    const loaded = inspectConfig(withValue(example, "temperature.calibration", record));
    expect(loaded.findings).toEqual([]);
    expect(loaded.ok && loaded.loaded.config.temperature.calibration?.expires).toBe(Date.UTC(2021, 3, 20));
  });
  it.each([
    ["0.5 °C too low", 0.5],
    ["0.5 °C too high", -0.5],
  ])("make a sensor that reads %s tell fever from none again", (_, low) => {
    const read = (temperature: number): number => temperature - low;
    const result = twoPoints(point(35, read(35)), point(39, read(39)));
    if (!result.ok) throw new Error("refused");
    const record = calibrationRecord(result, instant(Date.UTC(2020, 3, 20)), "BB-0042", "mlx-17", "tech-1");
    const example = JSON.parse(readFileSync("config/lane.example.json", "utf8"));
    const loaded = inspectConfig(withValue(example, "temperature.calibration", record));
    if (!loaded.ok) throw new Error("not accepted");
    const settings = { ...measureSettings(loaded.loaded.config), warmUp: millis(0) };
    for (const [body, kind] of [
      [36.9, "normal"],
      [37.7, "fever"],
    ] as const) {
      const bench = new SensorBench(settings, 0.01);
      bench.during(2000, () => bench.sample(read(bench.skin(body))));
      expect(bench.result).toMatchObject({ class: kind });
      expect(Math.abs((bench.result?.estimate ?? 0) - body)).toBeLessThanOrEqual(0.11);
    }
  });
});

describe("measuring a point", () => {
  const measure = async (bench: Bench, reference: number, skin: number | null, each?: () => void) => {
    bench.thermometer.look(skin === null ? null : celsius(skin));
    await bench.thermometer.start();
    bench.clock.advance(2000);
    return driven(
      bench.clock,
      measurePoint(bench.clock, bench.thermometer, reference as Celsius, millis(12_000)),
      each,
    );
  };
  it("takes the median of steady readings", async () => {
    const result = await measure(new Bench(), 35, 34.9);
    expect(result).toMatchObject({ ok: true, point: { reference: 35, samples: 120 } });
    expect(result.ok && result.point.measured).toBeCloseTo(34.9, 1);
  });
  it("refuses a target that moves", async () => {
    const bench = new Bench();
    let step = 0;
    expect(await measure(bench, 35, 34.9, () => bench.thermometer.look(celsius(step++ > 100 ? 33 : 35)))).toMatchObject(
      { ok: false, code: "GL-2146" },
    );
  });
  it("refuses failing readings, a cold room and a kettle", async () => {
    const failing = new Bench();
    failing.thermometer.fail("checksum");
    expect(await measure(failing, 35, 35)).toMatchObject({ code: "GL-2145" });
    const cold = new Bench();
    cold.thermometer.setAmbient(celsius(5));
    expect(await measure(cold, 35, 35)).toMatchObject({ code: "GL-2147" });
    expect(await measure(new Bench(), 90, 90)).toMatchObject({ code: "GL-2144" });
  });
});
