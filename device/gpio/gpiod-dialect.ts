/** The command lines of the gpiod tools, which changed between version 1 (Bookworm) and 2 (Trixie). Pure. */
import type { Millis } from "../../src/core/units.ts";
import { GpioError } from "./lines.ts";

export interface Dialect {
  readonly version: 1 | 2;
  get(chip: string, lines: readonly number[]): string[];
  /** Reads the answer of `get`, in the order asked. */
  levels(output: string): boolean[];
  /** Drives a level and stays, so that the kernel keeps the line. */
  hold(chip: string, line: number, high: boolean): string[];
  /** Drives a level for a time and ends by itself, whatever becomes of us. */
  pulse(chip: string, line: number, high: boolean, length: Millis): string[];
  /** Drives a level and ends at once. */
  set(chip: string, line: number, high: boolean): string[];
  /** Watches both edges. */
  monitor(chip: string, lines: readonly number[]): string[];
  /** One line of `monitor`: which line, and the level that followed. */
  edge(text: string): { readonly line: number; readonly high: boolean } | null;
}

const digit = (high: boolean): 0 | 1 => (high ? 1 : 0);

const version1: Dialect = {
  version: 1,
  get: (chip, lines) => ["gpioget", chip, ...lines.map(String)],
  levels: (output) =>
    output
      .trim()
      .split(/\s+/)
      .map((value) => value === "1"),
  hold: (chip, line, high) => ["gpioset", "--mode=signal", chip, `${line}=${digit(high)}`],
  // Version 1 leaves the line as it was driven: a shell of two fixed commands brings it back even where we hang.
  pulse: (chip, line, high, length) => [
    "/bin/sh",
    "-c",
    'gpioset --mode=time --sec="$1" --usec="$2" "$3" "$4"; exec gpioset --mode=exit "$3" "$5"',
    "pulse",
    String(Math.floor(length / 1000)),
    String(Math.round((length % 1000) * 1000)),
    chip,
    `${line}=${digit(high)}`,
    `${line}=${digit(!high)}`,
  ],
  set: (chip, line, high) => ["gpioset", "--mode=exit", chip, `${line}=${digit(high)}`],
  monitor: (chip, lines) => ["gpiomon", "--line-buffered", "--format=%o %e", chip, ...lines.map(String)],
  edge: (text) => parseEdge(/^(\d+) ([01])$/.exec(text.trim()), "1"),
};

const version2: Dialect = {
  version: 2,
  get: (chip, lines) => ["gpioget", "--numeric", "--chip", chip, ...lines.map(String)],
  levels: version1.levels,
  hold: (chip, line, high) => ["gpioset", "--chip", chip, `${line}=${digit(high)}`],
  // A last period of 0 ends the program: a pulse that ends even where we hang.
  pulse: (chip, line, high, length) => [
    "gpioset",
    "--toggle",
    `${length}ms,0`,
    "--chip",
    chip,
    `${line}=${digit(high)}`,
  ],
  set: (chip, line, high) => ["gpioset", "--toggle", "0", "--chip", chip, `${line}=${digit(high)}`],
  monitor: (chip, lines) => ["gpiomon", "--edges=both", "--format=%o %e", "--chip", chip, ...lines.map(String)],
  edge: (text) => parseEdge(/^(\d+) ([12])$/.exec(text.trim()), "1"),
};

function parseEdge(match: RegExpExecArray | null, rising: string): { line: number; high: boolean } | null {
  return match === null ? null : { line: Number(match[1]), high: match[2] === rising };
}

/** Chooses by the answer to `gpioset --version`. @throws GpioError `GL-2303` for anything but versions 1 and 2. */
export function dialectOf(versionOutput: string): Dialect {
  const major = /\bv?(\d+)\.\d+/.exec(versionOutput)?.[1];
  if (major === "1") return version1;
  if (major === "2") return version2;
  throw new GpioError("GL-2303", "the gpiod tools are missing or of an unknown version; install the package gpiod");
}
