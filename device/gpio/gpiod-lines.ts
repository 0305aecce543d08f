/**
 * GPIO by the character device and the gpiod tools. The kernel queues edges there, so none is coalesced; the tools are
 * children, so a pulse ends even where this process hangs. A line that is watched cannot be asked, so levels are read
 * again by stopping the watch for a moment: an edge in that gap shows as a changed level.
 *
 * A chip that vanishes tells its watchers nothing (they wait for ever), so its node is looked for; while it is gone no
 * line can be read, and when it is back it is found by its label anew, since it may have got another number.
 */
import { statSync } from "node:fs";
import { type Millis, millis } from "../../src/core/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { ChildError, run, type Staying, stay } from "../child.ts";
import { findDetectedChip } from "./chip.ts";
import { type Dialect, dialectOf } from "./gpiod-dialect.ts";
import { GpioError, type LineInput, type LineOutput, type Lines } from "./lines.ts";

const PATIENCE_MS = 2000;
/** Levels are asked for themselves this often; between, the queued edges are believed. */
const ASK_EVERY = millis(10_000);
/** Whether the chip is there, and whether it answers again. */
const LOOK_EVERY = millis(500);

/** The system's children and nodes; tests bring their own. */
export interface Tools {
  run(argv: readonly string[], timeout: number): Promise<string>;
  stay(argv: readonly string[], onLine: (line: string) => void): Staying;
  /** What tells this node from another one at the same path, or null where there is none. */
  node(path: string): string | null;
}
const systemTools: Tools = {
  run,
  stay,
  node(path) {
    const found = statSync(path, { throwIfNoEntry: false });
    return found === undefined ? null : String(found.ino);
  },
};

interface Watched {
  level: boolean | null;
  readonly edge: (high: boolean) => void;
}

export class GpiodLines implements Lines {
  readonly name: string;
  /** Levels are kept here, so to read them costs nothing. */
  readonly resync: Millis = LOOK_EVERY;
  readonly #clock: Clock;
  readonly #tools: Tools;
  readonly #label: string | null;
  readonly #dialect: Dialect;
  #chip: string;
  #node: string | null;
  #gone = false;
  #returning = false;
  readonly #inputs = new Map<number, Watched>();
  readonly #holders = new Map<number, Staying>();
  #monitor: Staying | null = null;
  #work: Promise<void> = Promise.resolve();
  #queued: Promise<void> | null = null;
  #cancels: (() => void)[] = [];

  private constructor(
    clock: Clock,
    tools: Tools,
    label: string | null,
    chip: { label: string; name: string },
    dialect: Dialect,
  ) {
    this.#clock = clock;
    this.#tools = tools;
    this.#label = label;
    this.#chip = chip.name;
    this.#node = tools.node(`/dev/${chip.name}`);
    this.#dialect = dialect;
    this.name = `gpiod ${dialect.version} ${chip.label} ${chip.name}`;
  }

  /** @throws GpioError `GL-2303`, `GL-2304`. */
  static async open(clock: Clock, label: string | null, tools: Tools = systemTools): Promise<GpiodLines> {
    const dialect = dialectOf(await asked(tools, ["gpioset", "--version"]));
    const chip = findDetectedChip(await asked(tools, ["gpiodetect"]), label);
    return new GpiodLines(clock, tools, label, chip, dialect);
  }

  async input(line: number, edge: (high: boolean) => void): Promise<LineInput> {
    const watched: Watched = { level: null, edge };
    this.#inputs.set(line, watched);
    if (this.#cancels.length === 0)
      this.#cancels = [
        this.#clock.every(ASK_EVERY, () => void this.#refresh()),
        this.#clock.every(LOOK_EVERY, () => this.#look()),
      ];
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
      if (high === restHigh) await this.#followed(line, this.#dialect.set(this.#chip, line, high));
      else this.#hold(line, high);
    };
    await drive(restHigh);
    return {
      drive,
      pulse: async (length) => {
        await drive(restHigh);
        await this.#followed(line, this.#dialect.pulse(this.#chip, line, !restHigh, length));
      },
      close: async () => {
        await this.#holders.get(line)?.kill();
        this.#holders.delete(line);
      },
    };
  }

  async close(): Promise<void> {
    for (const cancel of this.#cancels) cancel();
    this.#cancels = [];
    this.#inputs.clear();
    await this.#work;
    const monitor = this.#monitor;
    this.#monitor = null;
    await monitor?.kill();
    for (const holder of this.#holders.values()) await holder.kill();
    this.#holders.clear();
  }

  #hold(line: number, high: boolean): void {
    const holder = this.#tools.stay(this.#dialect.hold(this.#chip, line, high), () => {});
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
    const monitor = this.#monitor;
    this.#monitor = null;
    await monitor?.kill();
    if (lines.length === 0) return;
    let levels: readonly boolean[];
    try {
      levels = this.#dialect.levels(await this.#tools.run(this.#dialect.get(this.#chip, lines), PATIENCE_MS));
    } catch {
      levels = [];
    }
    for (const [index, line] of lines.entries()) this.#level(line, levels[index] ?? null);
    if (this.#cancels.length > 0 && levels.length > 0) this.#watch(lines);
  }

  #watch(lines: readonly number[]): void {
    const monitor = this.#tools.stay(this.#dialect.monitor(this.#chip, lines), (text) => {
      const edge = this.#dialect.edge(text);
      if (edge !== null && this.#monitor === monitor) this.#level(edge.line, edge.high);
    });
    this.#monitor = monitor;
    // Ended by itself: something is wrong with the chip, or with the tool.
    void monitor.ended.then(() => {
      if (this.#monitor === monitor) void this.#refresh();
    });
  }

  #look(): void {
    if (this.#tools.node(`/dev/${this.#chip}`) !== this.#node) {
      this.#gone = true;
      for (const watched of this.#inputs.values()) watched.level = null;
    }
    const unreadable = this.#gone || [...this.#inputs.values()].some(({ level }) => level === null);
    if (unreadable && !this.#returning && this.#queued === null) {
      this.#returning = true;
      void this.#comeBack().finally(() => {
        this.#returning = false;
      });
    }
  }

  async #comeBack(): Promise<void> {
    let chip: string;
    try {
      chip = findDetectedChip(await this.#tools.run(["gpiodetect"], PATIENCE_MS), this.#label).name;
    } catch {
      return;
    }
    const wasGone = this.#gone;
    this.#chip = chip;
    this.#node = this.#tools.node(`/dev/${chip}`);
    this.#gone = this.#node === null;
    // They hold a line of the chip that was: whoever wants one driven drives it again.
    if (wasGone) for (const holder of this.#holders.values()) holder.process.kill("SIGKILL");
    await this.#refresh();
  }

  /** Drives an output by a tool. @throws GpioError `GL-2302`. */
  async #followed(line: number, argv: readonly string[]): Promise<void> {
    try {
      await this.#tools.run(argv, PATIENCE_MS + 1000);
    } catch (error) {
      const why = error instanceof ChildError ? error.message : "unknown";
      throw new GpioError("GL-2302", `line ${line} could not be driven (${why})`, error);
    }
  }

  #level(line: number, level: boolean | null): void {
    const watched = this.#inputs.get(line);
    if (watched === undefined || watched.level === level) return;
    watched.level = level;
    if (level !== null) watched.edge(level);
  }
}

/** Runs one of the tools. @throws GpioError `GL-2303`. */
async function asked(tools: Tools, argv: readonly string[]): Promise<string> {
  try {
    return await tools.run(argv, PATIENCE_MS);
  } catch (error) {
    throw new GpioError("GL-2303", `${argv[0]} cannot be run; install the package gpiod`, error);
  }
}
