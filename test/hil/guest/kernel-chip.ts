/** The far side of the emulated GPIO chip: sets levels of inputs and is told each change of an output. */
import { closeSync, openSync, readSync, writeFileSync } from "node:fs";
import type { Wireable } from "../../device/gpio/bench.ts";

export interface Driven {
  /** Kernel's monotonic time, ms. */
  readonly at: number;
  readonly line: number;
  readonly high: boolean;
}

export class KernelChip implements Wireable {
  readonly driven: Driven[] = [];
  #onDrive: (line: number, high: boolean) => void = () => {};
  readonly #handle = openSync("/dev/gl-gpio", "r");
  readonly #timer = setInterval(() => this.#poll(), 5);

  set(line: number, high: boolean): void {
    writeFileSync("/dev/gl-gpio", `${line} ${high ? 1 : 0}`);
  }

  onDrive(listener: (line: number, high: boolean) => void): void {
    this.#onDrive = listener;
  }

  close(): void {
    clearInterval(this.#timer);
    closeSync(this.#handle);
  }

  #poll(): void {
    const buffer = Buffer.alloc(4096);
    const text = buffer.toString("latin1", 0, readSync(this.#handle, buffer, 0, buffer.length, null));
    for (const [, at, line, level] of text.matchAll(/^(\d+) (\d+) ([01])$/gm)) {
      const driven = { at: Number(at) / 1e6, line: Number(line), high: level === "1" };
      this.driven.push(driven);
      this.#onDrive(driven.line, driven.high);
    }
  }
}
