import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SimClock } from "../../../device/clock/clock.sim.ts";
import { type BusFault, I2cSim } from "../../../device/thermometer/i2c.sim.ts";
import { IioSensor } from "../../../device/thermometer/iio-sensor.ts";
import { AMBIENT, decode, OBJECT, pec } from "../../../device/thermometer/mlx90614.ts";
import { Mlx90614Sensor } from "../../../device/thermometer/mlx90614-sensor.ts";
import { SampledThermometer } from "../../../device/thermometer/sampled-thermometer.ts";
import { ThermometerSim } from "../../../device/thermometer/thermometer.sim.ts";
import type { Sample, SampleFault } from "../../../src/core/flow.ts";
import { celsius, millis } from "../../../src/core/units.ts";
import { type ThermometerBench, thermometerPromises } from "./thermometer.conformance.ts";

let clock: SimClock;
let samples: Sample[];
beforeEach(() => {
  clock = new SimClock();
  samples = [];
});

const raw = (value: number): number => Math.round((value + 273.15) / 0.02);

describe("the simulated thermometer", () => {
  for (const [sentence, promise] of Object.entries(thermometerPromises)) {
    it(sentence, async () => {
      const sim = new ThermometerSim(clock);
      await run(promise, {
        thermometer: sim,
        look: (at) => sim.look(at === null ? null : celsius(at)),
        fail: (fault) => sim.fail(fault),
        faults: ["no-answer", "checksum", "error-flag", "out-of-range", "stale"],
        pass: (duration) => clock.pass(duration),
      });
    });
  }

  it("repeats one value when stuck", async () => {
    const sim = new ThermometerSim(clock);
    sim.onSample((sample) => samples.push(sample));
    await sim.start();
    sim.look(celsius(34));
    await clock.pass(2000);
    sim.fail("stuck");
    samples.length = 0;
    sim.look(null);
    await clock.pass(2000);
    expect(new Set(samples.map((sample) => sample.ok && sample.object)).size).toBe(1);
  });
});

describe("an MLX90614 on a bus", () => {
  const onBus = (bus: I2cSim) =>
    new SampledThermometer(clock, () => new Mlx90614Sensor(() => bus.open(), { address: 0x5a, checkPec: true }));
  const busFaults: Readonly<Partial<Record<SampleFault, BusFault>>> = {
    "no-answer": "nak",
    checksum: "pec",
    "error-flag": "error-flag",
    stale: "stuck",
  };
  /** A thermopile is never still. */
  const flicker = (bus: I2cSim): void => {
    clock.every(millis(70), () => {
      bus.object ^= 1;
    });
  };

  for (const [sentence, promise] of Object.entries(thermometerPromises)) {
    it(sentence, async () => {
      const bus = new I2cSim();
      bus.object = raw(22);
      flicker(bus);
      await run(promise, {
        thermometer: onBus(bus),
        look: (at) => {
          bus.object = raw(at ?? 22);
        },
        fail: (fault) => bus.fail(fault === null ? null : (busFaults[fault] ?? null)),
        faults: Object.keys(busFaults) as SampleFault[],
        pass: (duration) => clock.pass(duration),
      });
    });
  }

  it("tries again after a passing disturbance, and nobody notices", async () => {
    const bus = new I2cSim();
    const thermometer = onBus(bus);
    thermometer.onSample((sample) => samples.push(sample));
    await thermometer.start();
    for (const passing of [["nak"], ["pec", "nak"], ["nak", "nak"]] as BusFault[][]) {
      bus.failNext(...passing);
      await clock.pass(300);
    }
    expect(samples.every((sample) => sample.ok)).toBe(true);
    expect(bus.opened).toBe(1);
  });

  it("opens the bus anew after a hang, and an answer that comes late is not taken", async () => {
    const bus = new I2cSim();
    const thermometer = onBus(bus);
    thermometer.onSample((sample) => samples.push(sample));
    await thermometer.start();
    await clock.pass(300);
    bus.fail("stuck");
    await clock.pass(3000);
    samples.length = 0;
    bus.object = raw(36);
    bus.fail(null);
    await clock.pass(1000);
    expect(bus.opened).toBeGreaterThan(1);
    expect([...new Set(samples.map((sample) => (sample.ok ? sample.object : sample.fault)))]).toEqual(["stale", 35.99]);

    // The object's register alone hangs, and answers long after the bus was opened anew.
    bus.failNext(null, "stuck");
    await clock.pass(100);
    bus.object = raw(22);
    await clock.pass(3000);
    samples.length = 0;
    bus.fail(null);
    await clock.pass(300);
    expect(samples.map((sample) => (sample.ok ? sample.object : sample.fault))).toEqual([22, 22, 22].map(() => 21.99));
  });

  it("opens the bus anew where the part keeps failing, since the bus itself may be at fault", async () => {
    const bus = new I2cSim();
    const thermometer = onBus(bus);
    await thermometer.start();
    await clock.pass(300);
    bus.fail("nak");
    await clock.pass(2000);
    expect(bus.opened).toBeGreaterThan(1);
  });

  it("waits for a bus that is not there and uses it when it comes", async () => {
    const bus = new I2cSim();
    bus.fail("open");
    const thermometer = onBus(bus);
    thermometer.onSample((sample) => samples.push(sample));
    await thermometer.start();
    await clock.pass(2000);
    expect(samples.at(-1)).toMatchObject({ ok: false, fault: "no-answer" });
    bus.fail(null);
    await clock.pass(500);
    expect(samples.at(-1)).toMatchObject({ ok: true });
  });

  it("does not believe values that have not moved for twenty seconds", async () => {
    const bus = new I2cSim();
    const thermometer = onBus(bus);
    thermometer.onSample((sample) => samples.push(sample));
    await thermometer.start();
    await clock.pass(19_000);
    expect(samples.at(-1)?.ok).toBe(true);
    await clock.pass(2000);
    expect(samples.at(-1)).toMatchObject({ ok: false, fault: "stale" });
    bus.object += 1;
    await clock.pass(200);
    expect(samples.at(-1)?.ok).toBe(true);
  });
});

describe("the MLX90614's words", () => {
  it("carry the checksum of the datasheet's family", () => {
    expect(pec([0xb4, 0x07, 0xb5, 0xd2, 0x3a])).toBe(0x30);
    expect(pec([0xb4, 0xff])).toBe(0xe8);
    expect(decode(0x5a, OBJECT, Uint8Array.of(0xd2, 0x3a, 0x30), true)).toEqual({ ok: true, value: 28.01 });
  });

  it("are refused with any single bit changed", () => {
    const good = [0xd2, 0x3a, 0x30];
    for (let bit = 0; bit < 24; bit++) {
      const bytes = Uint8Array.from(good);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(decode(0x5a, OBJECT, bytes, true)).toEqual({ ok: false, fault: "checksum" });
    }
  });

  it("give a temperature only for the values the part can have, whatever arrives", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4 }), fc.constantFrom(AMBIENT, OBJECT), (bytes, register) => {
        const reading = decode(0x5a, register, bytes, false);
        if (!reading.ok) return;
        expect(reading.value).toBeGreaterThanOrEqual(register === AMBIENT ? -40 : -70.01);
        expect(reading.value).toBeLessThanOrEqual(register === AMBIENT ? 85 : 382.19);
        expect(((bytes[1] ?? 0) & 0x80) === 0).toBe(true);
      }),
    );
  });
});

describe("a sensor of the kernel's", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "iio-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const files = (all: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(all)) writeFileSync(join(folder, name), `${text}\n`);
  };

  it("gives the same temperature with the offset's right sign and with the wrong one of old kernels", async () => {
    for (const offset of ["-13657.500000", "13657.500000"]) {
      files({ name: "mlx90614", in_temp_object_scale: "20", in_temp_object_offset: offset });
      files({ in_temp_ambient_raw: "14757", in_temp_object_raw: "15383" });
      const sensor = new IioSensor(folder, "mlx90614");
      await sensor.open();
      const both = await sensor.read();
      expect(both.ambient).toBeCloseTo(21.99, 5);
      expect(both.object).toBeCloseTo(34.51, 5);
    }
  });

  it("reads an MLX90632 in thousandths of a degree", async () => {
    files({ name: "mlx90632", in_temp_ambient_input: "23120", in_temp_object_input: "35990" });
    const sensor = new IioSensor(folder, "mlx90632");
    await sensor.open();
    expect(await sensor.read()).toEqual({ ambient: 23.12, object: 35.99 });
  });

  it("refuses an MLX90632 as it comes from the factory, with two measurements a second, and says what to do", async () => {
    files({ name: "mlx90632", sampling_frequency: "2" });
    await expect(new IioSensor(folder, "mlx90632").open()).rejects.toThrow(/2 times a second; set it to 16/);
    files({ name: "mlx90632", sampling_frequency: "16" });
    await new IioSensor(folder, "mlx90632").open();
  });

  it("refuses another part, a missing file, rubbish, and air that cannot be", async () => {
    files({ name: "tmp117" });
    await expect(new IioSensor(folder, "mlx90632").open()).rejects.toMatchObject({ fault: "no-answer" });
    files({ name: "mlx90632", in_temp_object_input: "36000" });
    const sensor = new IioSensor(folder, "mlx90632");
    await sensor.open();
    await expect(sensor.read()).rejects.toMatchObject({ fault: "no-answer", code: "GL-2101" });
    for (const ambient of ["", "much", "250000", "900000"]) {
      files({ in_temp_ambient_input: ambient });
      await expect(sensor.read(), ambient).rejects.toMatchObject({ fault: "out-of-range" });
    }
  });
});

async function run(
  promise: (bench: ThermometerBench, samples: Sample[]) => Promise<void>,
  bench: ThermometerBench,
): Promise<void> {
  bench.thermometer.onSample((sample) => samples.push(sample));
  await bench.thermometer.start();
  await promise(bench, samples);
  await bench.thermometer.stop();
}
