/** The thermometer's adapters on the kernel's I2C: raw, and through the kernel's own MLX90614 driver. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { SystemClock } from "../../../device/clock/system-clock.ts";
import { IioSensor } from "../../../device/thermometer/iio-sensor.ts";
import { Mlx90614Sensor, openI2c } from "../../../device/thermometer/mlx90614-sensor.ts";
import { defaultSampling, SampledThermometer } from "../../../device/thermometer/sampled-thermometer.ts";
import type { Sensor } from "../../../device/thermometer/sensor.ts";
import type { Sample, SampleFault } from "../../../src/core/flow.ts";
import { millis } from "../../../src/core/units.ts";
import { thermometerPromises } from "../../device/thermometer/thermometer.conformance.ts";
import { checks, sleep } from "./say.ts";

const clock = new SystemClock({ trust: () => ({ trust: "synced", error: millis(0) }) });
const parameter = (name: string): string => `/sys/module/gl_i2c/parameters/${name}`;
const faults: Readonly<Partial<Record<SampleFault, number>>> = {
  checksum: 1,
  "no-answer": 2,
  stale: 3,
  "error-flag": 4,
};
const raw = (celsius: number): number => Math.round((celsius + 273.15) / 0.02);
const BUS = 1;

/** For the faults: each failed reading is tried three times and logged, beside another program on one processor. */
const slower = { ...defaultSampling, period: millis(200), staleAfter: millis(1500) };

let object = raw(22);
let flicker = 0;
/** A thermopile is never still. */
setInterval(() => {
  flicker ^= 1;
  writeFileSync(parameter("object"), String(object ^ flicker));
}, 50).unref();

function newSensor(): Sensor {
  return new Mlx90614Sensor(() => openI2c(BUS), { address: 0x5a, checkPec: true });
}

function driverFolder(): string {
  writeFileSync(`/sys/bus/i2c/devices/i2c-${BUS}/new_device`, "mlx90614 0x5a");
  const devices = "/sys/bus/iio/devices";
  const name = existsSync(devices) ? readdirSync(devices).find((entry) => entry.startsWith("iio:device")) : undefined;
  if (name === undefined) throw new Error("the kernel's driver did not bind");
  return `${devices}/${name}`;
}

const run = async (
  sensor: () => Sensor,
  only: readonly SampleFault[],
  promise: (typeof thermometerPromises)[string],
  settings = slower,
): Promise<string> => {
  const samples: Sample[] = [];
  const thermometer = new SampledThermometer(clock, sensor, settings);
  thermometer.onSample((sample) => samples.push(sample));
  await thermometer.start();
  await promise(
    {
      thermometer,
      look: (at) => {
        object = raw(at ?? 22);
      },
      fail: (fault) => writeFileSync(parameter("fault"), String(fault === null ? 0 : faults[fault])),
      faults: only,
      pass: (duration) => sleep(duration),
    },
    samples,
  );
  await thermometer.stop();
  return only.length === 0 ? `${samples.length} samples` : only.join(", ");
};

const [steady, sees, tells] = Object.entries(thermometerPromises);
if (steady === undefined || sees === undefined || tells === undefined) throw new Error("the suite has changed");

await checks({
  [`i2c: ${steady[0]}`]: () => run(newSensor, [], steady[1]),
  [`i2c: ${sees[0]}`]: () => run(newSensor, [], sees[1]),
  [`i2c: ${tells[0]}`]: () => run(newSensor, Object.keys(faults) as SampleFault[], tells[1]),
  [`i2c: with the product's own periods and limits ${sees[0]}`]: () => run(newSensor, [], sees[1], defaultSampling),
  "i2c: a write, a stop and a read get no answer: the register must come with a repeated start": async () => {
    const bus = await (await import("i2c-bus")).default.openPromisified(BUS);
    await bus.i2cWrite(0x5a, 1, Buffer.of(0x07));
    await assert.rejects(bus.i2cRead(0x5a, 3, Buffer.alloc(3)));
    await bus.close();
  },
  "i2c: nothing was ever written to the part": async () => {
    assert.equal(readFileSync(parameter("writes"), "utf8").trim(), "0");
  },
  "iio: the kernel's own driver gives the same temperatures, and its errors as faults": async () => {
    const folder = driverFolder();
    const offsets = readdirSync(folder).filter((name) => name.endsWith("offset"));
    const offset = offsets.map((name) => `${name} ${readFileSync(`${folder}/${name}`, "utf8").trim()}`).join(", ");
    const iio = (): Sensor => new IioSensor(folder, "mlx90614");
    await run(iio, [], sees[1]);
    await run(iio, ["error-flag", "no-answer"], tells[1]);
    // Bound to the driver, the raw way is shut, and says so instead of forcing its way.
    await assert.rejects(
      newSensor()
        .open()
        .then(() => newSensor().read()),
      { code: "GL-2101" },
    );
    return offset;
  },
});
