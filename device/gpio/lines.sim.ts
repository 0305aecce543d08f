/** A GPIO chip in memory: levels are set from outside, outputs are watched, and it can vanish or have a stuck line. */
import { type Millis, millis } from "../../src/core/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { GpioError, type LineInput, type LineOutput, type Lines } from "./lines.ts";

export class LinesSim implements Lines {
  readonly name = "simulated chip";
  readonly resync: Millis = millis(50);
  readonly #clock: Clock;
  readonly #levels = new Map<number, boolean>();
  readonly #edges = new Map<number, (high: boolean) => void>();
  readonly #stuck = new Map<number, boolean>();
  readonly #driven: { readonly line: number; readonly high: boolean; readonly at: number }[] = [];
  #gone = false;
  #deaf = false;
  #onDrive: (line: number, high: boolean) => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async input(line: number, edge: (high: boolean) => void): Promise<LineInput> {
    this.#edges.set(line, edge);
    return {
      read: () => {
        if (this.#gone) throw new GpioError("GL-2306", `line ${line} cannot be read; the chip may have vanished`);
        return this.#levels.get(line) ?? false;
      },
      close: () => void this.#edges.delete(line),
    };
  }

  async output(line: number, restHigh: boolean): Promise<LineOutput> {
    const drive = async (high: boolean): Promise<void> => {
      const really = this.#stuck.get(line) ?? high;
      this.#levels.set(line, really);
      this.#driven.push({ line, high: really, at: this.#clock.monotonic() });
      this.#onDrive(line, really);
      if (this.#gone || really !== high) throw new GpioError("GL-2302", `line ${line} does not follow`);
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
      close: async () => {},
    };
  }

  async close(): Promise<void> {
    this.#edges.clear();
  }

  /** Sets the level of an input, as the cable does. */
  set(line: number, high: boolean): void {
    if (this.#levels.get(line) === high) return;
    this.#levels.set(line, high);
    if (!this.#gone && !this.#deaf) this.#edges.get(line)?.(high);
  }

  level(line: number): boolean {
    return this.#levels.get(line) ?? false;
  }

  /** Who is wired to the outputs. */
  onDrive(listener: (line: number, high: boolean) => void): void {
    this.#onDrive = listener;
  }

  /** Every change of an output so far, the first rest levels included. */
  driven(): readonly { readonly line: number; readonly high: boolean; readonly at: number }[] {
    return this.#driven;
  }

  vanish(gone: boolean): void {
    this.#gone = gone;
  }

  /** Edges are lost, levels stay right: a process that was busy while the kernel kept no queue. */
  loseEdges(lost: boolean): void {
    this.#deaf = lost;
  }

  stick(line: number, high: boolean | null): void {
    if (high === null) this.#stuck.delete(line);
    else this.#stuck.set(line, high);
  }
}
