import { EventEmitter } from "node:events";
import { beforeEach, describe, expect, it } from "vitest";
import type { Staying } from "../../../device/child.ts";
import { SimClock } from "../../../device/clock/clock.sim.ts";
import { GpiodLines, type Tools } from "../../../device/gpio/gpiod-lines.ts";
import { GpioTurnstile } from "../../../device/gpio/turnstile.ts";
import { restContacts, wiring } from "./bench.ts";
import { recordEvents } from "./turnstile.conformance.ts";

/** The gpiod tools of version 1 and the chip behind them; a chip that is unbound tells its watchers nothing. */
class Bench implements Tools {
  number = 0;
  inode = 100;
  there = true;
  readonly levels = new Map<number, boolean>();
  readonly children = new Set<{ readonly argv: readonly string[]; end(): void }>();
  #tell: (line: string) => void = () => {};

  async run([program, ...args]: readonly string[]): Promise<string> {
    if (args[0] === "--version") return "gpioset (libgpiod) v1.6.3\n";
    if (!this.there) throw new Error("no such device");
    if (program === "gpiodetect") return `${this.chip} [pinctrl-bcm2711] (58 lines)\n`;
    if (!args.includes(this.chip)) throw new Error("no such device");
    if (program !== "gpioget") return "";
    return args
      .slice(1)
      .map((line) => (this.levels.get(Number(line)) === true ? "1" : "0"))
      .join(" ");
  }

  stay(argv: readonly string[], onLine: (line: string) => void): Staying {
    if (argv[0] === "gpiomon") this.#tell = onLine;
    let over: () => void = () => {};
    const ended = new Promise<void>((resolve) => {
      over = resolve;
    });
    const child = {
      argv,
      end: () => {
        this.children.delete(child);
        over();
      },
    };
    this.children.add(child);
    const process = Object.assign(new EventEmitter(), { kill: () => child.end() });
    const kill = async (): Promise<void> => child.end();
    return { process: process as unknown as Staying["process"], ended, kill };
  }

  node(path: string): string | null {
    return this.there && path === `/dev/${this.chip}` ? String(this.inode) : null;
  }

  get chip(): string {
    return `gpiochip${this.number}`;
  }

  /** A level that changes while the watcher may or may not live. */
  set(line: number, high: boolean): void {
    this.levels.set(line, high);
    if (this.there) this.#tell(`${line} ${high ? 1 : 0}`);
  }

  onDrive(): void {}

  running(program: string): readonly string[] {
    return [...this.children].filter(({ argv }) => argv[0] === program).map(({ argv }) => argv.join(" "));
  }
}

let clock: SimClock;
let bench: Bench;
let turnstile: GpioTurnstile;
let events: string[];
beforeEach(async () => {
  clock = new SimClock();
  bench = new Bench();
  restContacts(bench);
  turnstile = new GpioTurnstile(clock, await GpiodLines.open(clock, null, bench), wiring);
  events = recordEvents(turnstile);
  await turnstile.open();
  await turnstile.holdShut(false);
  await turnstile.start();
  await clock.pass(1000);
});

describe("lines by the gpiod tools", () => {
  it("tell within two seconds that the chip vanished, and within five that it is back, under another number", async () => {
    expect(events).toEqual([]);
    bench.there = false;
    await clock.pass(2000);
    expect(events).toEqual(["fault inputs", "fire true"]);
    expect(turnstile.active("fire")).toBe(true);

    bench.number = 1;
    bench.inode += 1;
    bench.there = true;
    await clock.pass(5000);
    expect(events).toEqual(["fault inputs", "fire true", "ok inputs", "fire false"]);
    // Nothing is left of the chip that was: the watch and the held way are on the new one.
    expect([...bench.running("gpiomon"), ...bench.running("gpioset")].every((argv) => / gpiochip1 /.test(argv))).toBe(
      true,
    );
    expect(bench.running("gpioset")).toEqual(["gpioset --mode=signal gpiochip1 13=1"]);
  });

  it("notice a chip that was away for a moment only, though its name is the same", async () => {
    const before = [...bench.children];
    bench.inode += 1;
    await clock.pass(3000);
    expect(before.some((child) => bench.children.has(child))).toBe(false);
    expect(bench.running("gpiomon")).toHaveLength(1);
    expect(bench.running("gpioset")).toEqual(["gpioset --mode=signal gpiochip0 13=1"]);
    expect(turnstile.active("fire")).toBe(false);
  });

  it("are read again at once when the watcher ends by itself, and watched anew", async () => {
    for (const child of [...bench.children]) if (child.argv[0] === "gpiomon") child.end();
    bench.levels.set(23, !bench.levels.get(23));
    await clock.pass(1000);
    expect(events).toEqual(["tamper true"]);
    expect(bench.running("gpiomon")).toHaveLength(1);
  });

  it("leave no child and no timer behind", async () => {
    await turnstile.stop();
    await clock.pass(0);
    expect([...bench.children]).toEqual([]);
    expect(clock.pending()).toBe(0);
  });
});
