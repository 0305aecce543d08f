/** What the bench prints: shares in tables, and the goals with what was measured. */

type Print = (line: string) => void;

interface Tally {
  read: number;
  all: number;
}

/** How many of how many, by row and column. */
export class Shares {
  readonly #rows = new Map<string, Map<string, Tally>>();

  add(row: string, column: string, yes: boolean): void {
    const columns = this.#rows.get(row) ?? new Map<string, Tally>();
    this.#rows.set(row, columns);
    const tally = columns.get(column) ?? { read: 0, all: 0 };
    columns.set(column, tally);
    tally.all++;
    if (yes) tally.read++;
  }

  /** Per cent; null where nothing was counted. */
  percent(row: string, column: string): number | null {
    const tally = this.#rows.get(row)?.get(column);
    return tally === undefined ? null : (100 * tally.read) / tally.all;
  }

  print(columns: readonly string[], print: Print): void {
    print(`| | n | ${columns.join(" | ")} |\n|---|---|${columns.map(() => "---|").join("")}`);
    for (const [row, tallies] of this.#rows) {
      const cells = columns.map((column) => this.percent(row, column)?.toFixed(1) ?? "–");
      print(`| ${row} | ${tallies.get(columns[0] ?? "")?.all ?? 0} | ${cells.join(" | ")} |`);
    }
  }
}

/** NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
}

interface Goal {
  readonly what: string;
  readonly bound: string;
  readonly measured: string;
  readonly met: boolean;
}

/** The goals of the reading path: each with its bound and what this run measured. */
export class Goals {
  readonly #goals: Goal[] = [];

  /** Does nothing where the run had no such part (`measured` null). */
  atLeast(what: string, bound: number, measured: number | null, unit = " %"): void {
    this.#add(what, `≥ ${bound}${unit}`, measured, unit, (value) => value >= bound);
  }

  atMost(what: string, bound: number, measured: number | null, unit = ""): void {
    this.#add(what, `≤ ${bound}${unit}`, measured, unit, (value) => value <= bound);
  }

  #add(what: string, bound: string, measured: number | null, unit: string, holds: (value: number) => boolean): void {
    if (measured === null) return;
    const shown = Number.isInteger(measured) ? String(measured) : measured.toFixed(1);
    this.#goals.push({ what, bound, measured: `${shown}${unit}`, met: holds(measured) });
  }

  /** Gives whether every goal that was measured is met. */
  print(print: Print): boolean {
    print("\n## Goals\n\n| | goal | measured | |\n|---|---|---|---|");
    for (const { what, bound, measured, met } of this.#goals)
      print(`| ${what} | ${bound} | ${measured} | ${met ? "met" : "**not met**"} |`);
    return this.#goals.every(({ met }) => met);
  }
}
