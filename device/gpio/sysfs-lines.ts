/**
 * GPIO by sysfs and onoff. onoff's own traps are kept out: numbers come from the chip's label, lines are exported and
 * waited for here (its constructor would spin), its active-low is never used, every setting is read back (it swallows
 * errors on lines that were exported before), and levels are read again by a timer since sysfs keeps no queue.
 */
import { existsSync, writeFileSync } from "node:fs";
import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import { type Millis, millis } from "../../src/core/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { type Chip, findSysfsChip } from "./chip.ts";
import { GpioError, type LineInput, type LineOutput, type Lines } from "./lines.ts";

type Onoff = typeof import("onoff");
type Gpio = InstanceType<Onoff["Gpio"]>;

const ROOT = "/sys/class/gpio";
/** udev needs a moment to hand an exported line to the group. */
const PERMISSION_TRIES = 40;

export class SysfsLines implements Lines {
  readonly name: string;
  readonly resync: Millis = millis(50);
  readonly #clock: Clock;
  readonly #chip: Chip;
  readonly #onoff: Onoff;
  readonly #open = new Set<Gpio>();

  private constructor(clock: Clock, chip: Chip, onoff: Onoff) {
    this.#clock = clock;
    this.#chip = chip;
    this.#onoff = onoff;
    this.name = `sysfs ${chip.label} base ${chip.base}`;
  }

  /** @throws GpioError `GL-2303`, `GL-2304`. */
  static async open(clock: Clock, label: string | null): Promise<SysfsLines> {
    const chip = findSysfsChip(label, ROOT);
    let onoff: Onoff;
    try {
      onoff = await import("onoff");
    } catch (error) {
      throw new GpioError("GL-2303", "the native part of onoff (epoll) is missing; run npm rebuild epoll", error);
    }
    return new SysfsLines(clock, chip, onoff);
  }

  async input(line: number, edge: (high: boolean) => void): Promise<LineInput> {
    const number = await this.#export(line);
    const gpio = new this.#onoff.Gpio(number, "in", "both");
    this.#open.add(gpio);
    this.#confirm(line, gpio, "in");
    if (gpio.edge() !== "both") throw notAsAsked(line, "its edge detection could not be set");
    // The level is what counts: an error that comes with an edge shows at the next read.
    gpio.watch((error, value) => {
      if (error === null || error === undefined) edge(value === 1);
    });
    return {
      read: () => this.#read(line, gpio),
      close: () => this.#close(gpio),
    };
  }

  async output(line: number, restHigh: boolean): Promise<LineOutput> {
    const number = await this.#export(line);
    // "out" would drive low first, which is active on an active-low relay.
    const gpio = new this.#onoff.Gpio(number, restHigh ? "high" : "low");
    this.#open.add(gpio);
    this.#confirm(line, gpio, "out");
    const drive = async (high: boolean): Promise<void> => {
      gpio.writeSync(high ? 1 : 0);
      if (this.#read(line, gpio) !== high)
        throw new GpioError("GL-2302", `line ${line} was driven ${high ? "high" : "low"} and reads the opposite`);
    };
    await drive(restHigh);
    return {
      drive,
      pulse: async (length) => {
        try {
          await drive(!restHigh);
          await new Promise<void>((resolve) => this.#clock.after(length, resolve));
        } finally {
          await drive(restHigh);
        }
      },
      close: async () => this.#close(gpio),
    };
  }

  async close(): Promise<void> {
    for (const gpio of [...this.#open]) this.#close(gpio);
  }

  /** Exports the line and waits, without blocking, until it may be written. */
  async #export(line: number): Promise<number> {
    if (line >= this.#chip.lines) throw notAsAsked(line, `chip ${this.#chip.label} has only ${this.#chip.lines} lines`);
    const number = this.#chip.base + line;
    const folder = join(ROOT, `gpio${number}`);
    if (!existsSync(folder)) {
      try {
        writeFileSync(join(ROOT, "export"), String(number));
      } catch (error) {
        throw new GpioError(
          "GL-2305",
          `line ${line} could not be taken; is another program or driver using it?`,
          error,
        );
      }
    }
    for (const file of ["value", "direction", "edge", "active_low"]) await this.#writable(line, join(folder, file));
    writeFileSync(join(folder, "active_low"), "0");
    return number;
  }

  async #writable(line: number, path: string): Promise<void> {
    for (let left = PERMISSION_TRIES; ; left--) {
      try {
        return await access(path, constants.R_OK | constants.W_OK);
      } catch (error) {
        if (left === 0)
          throw new GpioError(
            "GL-2305",
            `line ${line} may not be written; add the user to group gpio (${path})`,
            error,
          );
        await new Promise<void>((resolve) => this.#clock.after(millis(50), resolve));
      }
    }
  }

  #confirm(line: number, gpio: Gpio, direction: "in" | "out"): void {
    if (gpio.direction() !== direction) throw notAsAsked(line, `it did not become an ${direction}put`);
    if (gpio.activeLow()) throw notAsAsked(line, "its active_low could not be cleared");
  }

  #read(line: number, gpio: Gpio): boolean {
    try {
      return gpio.readSync() === 1;
    } catch (error) {
      throw new GpioError("GL-2306", `line ${line} cannot be read; the chip may have vanished`, error);
    }
  }

  /** Stops watching. The line stays exported at its level: giving it back would not turn it into an input on a Pi. */
  #close(gpio: Gpio): void {
    if (this.#open.delete(gpio)) gpio.unwatchAll();
  }
}

const notAsAsked = (line: number, why: string): GpioError => new GpioError("GL-2305", `line ${line}: ${why}`);
