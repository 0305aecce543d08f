/**
 * GPIO by the character device and the gpiod tools. The kernel queues edges there, so none is coalesced; the tools are
 * children, so a pulse ends even where this process hangs. A line that is watched cannot be asked, so levels are read
 * again by stopping the watch for a moment: an edge in that gap shows as a changed level.
 */
import { type Millis, millis } from "../../src/core/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { ChildError, run, type Staying, stay } from "../child.ts";
import { findDetectedChip } from "./chip.ts";
import { type Dialect, dialectOf } from "./gpiod-dialect.ts";
import { GpioError, type LineInput, type LineOutput, type Lines } from "./lines.ts";

const PATIENCE_MS = 2000;

interface Watched {
  level: boolean | null;
  readonly edge: (high: boolean) => void;
}

export class GpiodLines implements Lines {
  readonly name: string;
  readonly resync: Millis = millis(10_000);
  readonly #clock: Clock;
  readonly #chip: string;
  readonly #dialect: Dialect;
  readonly #inputs = new Map<number, Watched>();
  readonly #holders = new Map<number, Staying>();
  #monitor: Staying | null = null;
  #work: Promise<void> = Promise.resolve();
  #queued: Promise<void> | null = null;
  #cancel: (() => void) | null = null;

  private constructor(clock: Clock, chip: { label: string; name: string }, dialect: Dialect) {
    this.#clock = clock;
    this.#chip = chip.name;
    this.#dialect = dialect;
    this.name = `gpiod ${dialect.version} ${chip.label} ${chip.name}`;
  }

  /** @throws GpioError `GL-2303`, `GL-2304`. */
  static async open(clock: Clock, label: string | null): Promise<GpiodLines> {
    const version = await tool(["gpioset", "--version"]);
    return new GpiodLines(clock, findDetectedChip(await tool(["gpiodetect"]), label), dialectOf(version));
  }

  async input(line: number, edge: (high: boolean) => void): Promise<LineInput> {
    const watched: Watched = { level: null, edge };
    this.#inputs.set(line, watched);
    this.#cancel ??= this.#clock.every(this.resync, () => void this.#refresh());
    await this.#refresh();
    if (watched.level === null) throw new GpioError("GL-2305", `line ${line} could not be read by gpioget`);
    return {
      read: () => {
        if (watched.level === null) throw new GpioError("GL-2306", `line ${line} cannot be read by gpioget`);
        return watched.level;
      },
      close: () => void this.#inputs.delete(line),
    };
  }

  async output(line: number, restHigh: boolean): Promise<LineOutput> {
    const drive = async (high: boolean): Promise<void> => {
      const holder = this.#holders.get(line);
      if (high !== restHigh && holder !== undefined) return;
      this.#holders.delete(line);
      await holder?.kill();
      if (high === restHigh) await followed(line, this.#dialect.set(this.#chip, line, high));
      else this.#hold(line, high);
    };
    await drive(restHigh);
    return {
      drive,
      pulse: async (length) => {
        await drive(restHigh);
        await followed(line, this.#dialect.pulse(this.#chip, line, !restHigh, length));
      },
      close: async () => {
        await this.#holders.get(line)?.kill();
        this.#holders.delete(line);
      },
    };
  }

  async close(): Promise<void> {
    this.#cancel?.();
    this.#cancel = null;
    this.#inputs.clear();
    await this.#work;
    await this.#monitor?.kill();
    this.#monitor = null;
    for (const holder of this.#holders.values()) await holder.kill();
    this.#holders.clear();
  }

  #hold(line: number, high: boolean): void {
    const holder = stay(this.#dialect.hold(this.#chip, line, high), () => {});
    this.#holders.set(line, holder);
    // Gone by itself: forgotten, so that the next drive starts another one.
    void holder.ended.then(() => {
      if (this.#holders.get(line) === holder) this.#holders.delete(line);
    });
  }

  /** Reads every level again. One at a time; whoever asks before it has begun shares the next one. */
  #refresh(): Promise<void> {
    this.#queued ??= this.#work.then(() => {
      this.#queued = null;
      return this.#read();
    });
    this.#work = this.#queued;
    return this.#queued;
  }

  async #read(): Promise<void> {
    const lines = [...this.#inputs.keys()];
    await this.#monitor?.kill();
    this.#monitor = null;
    if (lines.length === 0) return;
    let levels: readonly (boolean | undefined)[];
    try {
      levels = this.#dialect.levels(await run(this.#dialect.get(this.#chip, lines), PATIENCE_MS));
    } catch {
      levels = [];
    }
    for (const [index, line] of lines.entries()) this.#level(line, levels[index] ?? null);
    if (this.#cancel === null) return;
    this.#monitor = stay(this.#dialect.monitor(this.#chip, lines), (text) => {
      const edge = this.#dialect.edge(text);
      if (edge !== null) this.#level(edge.line, edge.high);
    });
  }

  #level(line: number, level: boolean | null): void {
    const watched = this.#inputs.get(line);
    if (watched === undefined || watched.level === level) return;
    watched.level = level;
    if (level !== null) watched.edge(level);
  }
}

/** Runs one of the tools. @throws GpioError `GL-2303`. */
async function tool(argv: readonly string[]): Promise<string> {
  try {
    return await run(argv, PATIENCE_MS);
  } catch (error) {
    throw new GpioError("GL-2303", `${argv[0]} cannot be run; install the package gpiod`, error);
  }
}

/** Drives an output by a tool. @throws GpioError `GL-2302`. */
async function followed(line: number, argv: readonly string[]): Promise<void> {
  try {
    await run(argv, PATIENCE_MS + 1000);
  } catch (error) {
    const why = error instanceof ChildError ? error.message : "unknown";
    throw new GpioError("GL-2302", `line ${line} could not be driven (${why})`, error);
  }
}
