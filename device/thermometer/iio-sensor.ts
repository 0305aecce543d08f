/**
 * The kernel's own drivers for the MLX90614 and the MLX90632 (industrial I/O). Files are read asynchronously, since the
 * MLX90632's driver lets a read wait for up to a second.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Celsius, celsius } from "../../src/core/units.ts";
import { type Both, type Sensor, SensorError } from "./sensor.ts";

const COLDEST_AIR = -40;
const WARMEST_AIR = 85;
/** Measurements a second below which no forehead stays still for long enough. */
const SLOWEST = 16;

export class IioSensor implements Sensor {
  readonly #folder: string;
  readonly #part: "mlx90614" | "mlx90632";
  #scale = 1;
  #offset = 0;

  /** `folder` is the device's, as /sys/bus/iio/devices/iio:device0. */
  constructor(folder: string, part: "mlx90614" | "mlx90632") {
    this.#folder = folder;
    this.#part = part;
  }

  async open(): Promise<void> {
    const name = (await this.#text("name")).trim();
    if (name !== this.#part && !name.startsWith(`${this.#part}-`))
      throw new SensorError("no-answer", `${this.#folder} is no ${this.#part}; set devices.thermometer.iioDevice`);
    if (this.#part === "mlx90632") return this.#fastEnough();
    this.#scale = await this.#number("in_temp_object_scale", "in_temp_scale");
    // Old kernels ship +13657.5 here. Absolute zero lies below every reading, so the offset can only be negative.
    this.#offset = -Math.abs(await this.#number("in_temp_object_offset", "in_temp_offset"));
  }

  async read(): Promise<Both> {
    const ambient = await this.#temperature("ambient");
    if (ambient < COLDEST_AIR || ambient > WARMEST_AIR)
      throw new SensorError("out-of-range", "the sensor's own temperature is not believable");
    return { ambient, object: await this.#temperature("object") };
  }

  async close(): Promise<void> {}

  /** A reading waits for a measurement of its own. A driver that doesn't say how often it measures is taken at its word. */
  async #fastEnough(): Promise<void> {
    const perSecond = await this.#number("sampling_frequency").catch(() => SLOWEST);
    if (perSecond < SLOWEST)
      throw new SensorError(
        "no-answer",
        `the sensor measures ${perSecond} times a second; set it to ${SLOWEST} or more`,
      );
  }

  async #temperature(of: "object" | "ambient"): Promise<Celsius> {
    const milli =
      this.#part === "mlx90632"
        ? await this.#number(`in_temp_${of}_input`)
        : ((await this.#number(`in_temp_${of}_raw`)) + this.#offset) * this.#scale;
    try {
      return celsius(milli / 1000);
    } catch (error) {
      throw new SensorError("out-of-range", `the ${of} temperature is not believable`, error);
    }
  }

  async #number(name: string, otherwise?: string): Promise<number> {
    let text: string;
    try {
      text = await this.#text(name);
    } catch (error) {
      if (otherwise === undefined) throw error;
      text = await this.#text(otherwise);
    }
    const value = Number(text.trim());
    if (text.trim() === "" || !Number.isFinite(value)) throw new SensorError("out-of-range", `${name} is no number`);
    return value;
  }

  async #text(name: string): Promise<string> {
    try {
      return await readFile(join(this.#folder, name), "utf8");
    } catch (error) {
      // The driver answers EIO where the part sets its error flag.
      const flagged = (error as NodeJS.ErrnoException).code === "EIO";
      if (flagged) throw new SensorError("error-flag", `${name}: the sensor reports an error`, error);
      throw new SensorError("no-answer", `${name} cannot be read; is the driver bound and the sensor there?`, error);
    }
  }
}
