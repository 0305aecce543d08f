/**
 * Persons by outcome per quarter of an hour (P15, P16): all that is left of a green passage. Cells of one to four are
 * merged into the next quarter, so that a count never points at somebody. A pure reducer; no person, no time but the
 * quarter's.
 */
import type { VerdictKind } from "./flow.ts";
import { type Instant, instant } from "./units.ts";

export const countCells = [
  /** Entry: each person is in exactly one of these three. */
  "granted",
  "turned-away",
  "attended",
  "exit",
  /** A guard looked and let somebody in (P16): an act, not a person of its own. */
  "manual-check",
  /** Fever with a green code: the guard's view now, and this. */
  "fever",
] as const;
export type CountCell = (typeof countCells)[number];
export type Cells = Readonly<Partial<Record<CountCell, number>>>;

/** The smallest cell that is published. */
export const SMALLEST = 5;
const QUARTER = 15 * 60_000;

export interface Counts {
  readonly quarter: Instant;
  readonly cells: Cells;
}

/** The quarter of an hour that holds this instant. */
export const quarterOf = (at: Instant): Instant => instant(Math.floor(at / QUARTER) * QUARTER);

export const startCounts = (at: Instant): Counts => ({ quarter: quarterOf(at), cells: {} });

/** Adds persons or acts to the open quarter. */
export function counted(counts: Counts, cell: CountCell, people = 1): Counts {
  return { ...counts, cells: { ...counts.cells, [cell]: (counts.cells[cell] ?? 0) + people } };
}

/** The cell of one entry verdict. */
export function cellOf(kind: VerdictKind): CountCell {
  return kind === "grant" ? "granted" : kind === "deny" ? "turned-away" : "attended";
}

export interface ClosedQuarter {
  readonly counts: Counts;
  /** Cells of five and more of the quarters that ended, or null while the quarter still runs. */
  readonly published: Cells | null;
}

/**
 * Closes the quarter when `at` lies beyond it: cells of five and more are published, smaller ones stay for the next. A
 * clock that was set back keeps the quarter open until it is past once more.
 */
export function closeQuarter(counts: Counts, at: Instant): ClosedQuarter {
  const quarter = quarterOf(at);
  if (quarter <= counts.quarter) return { counts, published: null };
  const published: Partial<Record<CountCell, number>> = {};
  const kept: Partial<Record<CountCell, number>> = {};
  for (const cell of countCells) {
    const people = counts.cells[cell] ?? 0;
    if (people >= SMALLEST) published[cell] = people;
    else if (people > 0) kept[cell] = people;
  }
  return { counts: { quarter, cells: kept }, published };
}

/** The open quarter for the guard's view: small cells as 1, which the view draws as "1–4". */
export function glimpse(counts: Counts): Cells {
  const shown: Partial<Record<CountCell, number>> = {};
  for (const cell of countCells) {
    const people = counts.cells[cell] ?? 0;
    if (people > 0) shown[cell] = people < SMALLEST ? 1 : people;
  }
  return shown;
}
