/** The MLX90614 on a raw I2C bus: both temperatures with a repeated start, checksum, flag and range checked. */
import type { Celsius } from "../../src/core/units.ts";
import { AMBIENT, ANSWER_LENGTH, decode, OBJECT } from "./mlx90614.ts";
import { type Both, type Sensor, SensorError } from "./sensor.ts";

/** The part of an I2C bus that is needed. `readBlock` writes the register and reads with a repeated start. */
export interface I2cBus {
  readBlock(address: number, register: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface Mlx90614Options {
  readonly address: number;
  readonly checkPec: boolean;
}

export class Mlx90614Sensor implements Sensor {
  readonly #openBus: () => Promise<I2cBus>;
  readonly #options: Mlx90614Options;
  #bus: I2cBus | null = null;

  constructor(openBus: () => Promise<I2cBus>, options: Mlx90614Options) {
    this.#openBus = openBus;
    this.#options = options;
  }

  async open(): Promise<void> {
    this.#bus ??= await this.#openBus();
  }

  async read(): Promise<Both> {
    const ambient = await this.#register(AMBIENT);
    return { ambient, object: await this.#register(OBJECT) };
  }

  async close(): Promise<void> {
    const bus = this.#bus;
    this.#bus = null;
    await bus?.close();
  }

  async #register(register: number): Promise<Celsius> {
    const { address, checkPec } = this.#options;
    if (this.#bus === null) throw new SensorError("no-answer", "the bus is not open");
    let answer: Uint8Array;
    try {
      answer = await this.#bus.readBlock(address, register, ANSWER_LENGTH);
    } catch (error) {
      throw new SensorError(
        "no-answer",
        `nothing answers at 0x${address.toString(16)}; check cable, supply, address`,
        error,
      );
    }
    const reading = decode(address, register, answer, checkPec);
    if (!reading.ok) throw new SensorError(reading.fault, `a reading was refused: ${reading.fault}`);
    return reading.value;
  }
}

/** Opens a bus by the kernel's i2c-dev. @throws SensorError `no-answer` with what to do. */
export async function openI2c(number: number): Promise<I2cBus> {
  let library: typeof import("i2c-bus");
  try {
    library = (await import("i2c-bus")).default;
  } catch (error) {
    throw new SensorError("no-answer", "the native part of i2c-bus is missing; run npm rebuild i2c-bus", error);
  }
  try {
    const bus = await library.openPromisified(number);
    return {
      readBlock: async (address, register, length) => {
        const { bytesRead, buffer } = await bus.readI2cBlock(address, register, length, Buffer.alloc(length));
        return buffer.subarray(0, bytesRead);
      },
      close: () => bus.close(),
    };
  } catch (error) {
    throw new SensorError("no-answer", `/dev/i2c-${number} cannot be opened; enable I2C, check group i2c`, error);
  }
}
