/** An I2C bus with an MLX90614 in memory, byte by byte, with the faults that buses and parts have. */

import { AMBIENT, OBJECT, pec } from "./mlx90614.ts";
import type { I2cBus } from "./mlx90614-sensor.ts";

export type BusFault = "pec" | "nak" | "stuck" | "error-flag" | "open";

export class I2cSim {
  object = 0x3ab5;
  ambient = 0x39a6;
  readonly address: number;
  #fault: BusFault | null = null;
  #nextFaults: (BusFault | null)[] = [];
  #opened = 0;
  #release: (() => void)[] = [];

  constructor(address = 0x5a) {
    this.address = address;
  }

  /** How often the bus was opened. */
  get opened(): number {
    return this.#opened;
  }

  fail(fault: BusFault | null): void {
    this.#fault = fault;
    if (fault !== "stuck") for (const release of this.#release.splice(0)) release();
  }

  /** Faults of the next reads only, in their order: ambient, object, ambient … */
  failNext(...faults: readonly (BusFault | null)[]): void {
    this.#nextFaults.push(...faults);
  }

  async open(): Promise<I2cBus> {
    if (this.#fault === "open") throw new Error("ENOENT");
    this.#opened += 1;
    return {
      readBlock: (address, register, length) => this.#read(address, register, length),
      close: async () => {},
    };
  }

  async #read(address: number, register: number, length: number): Promise<Uint8Array> {
    const fault = this.#nextFaults.length > 0 ? this.#nextFaults.shift() : this.#fault;
    const value = register === OBJECT ? this.object : register === AMBIENT ? this.ambient : 0;
    if (fault === "stuck") await new Promise<void>((resolve) => this.#release.push(resolve));
    if (fault === "nak" || fault === "open" || address !== this.address) throw new Error("EREMOTEIO");
    const word = fault === "error-flag" ? value | 0x8000 : value;
    const bytes = [word & 0xff, word >> 8];
    const check = pec([address << 1, register, (address << 1) | 1, ...bytes]);
    return Uint8Array.from([...bytes, fault === "pec" ? check ^ 0xff : check]).subarray(0, length);
  }
}
