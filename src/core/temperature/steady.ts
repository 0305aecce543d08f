/** Steadiness: consecutive samples that agree, their medians, and the maximum of the medians (misses only lower a reading). */
import type { Sample } from "../flow.ts";
import type { Monotonic } from "../units.ts";
import type { MeasureSettings } from "./settings.ts";

export interface Steady {
  /** The newest samples, oldest first, as many as one median needs. */
  readonly readings: readonly { readonly at: Monotonic; readonly object: number }[];
  /** Medians in a row without an unsteady moment between them. */
  readonly medians: readonly number[];
  /** The highest median of this try. */
  readonly best: number | null;
  /** Length of the agreeing run, for the progress ring. */
  readonly run: number;
  /** The measurement, once it is complete. */
  readonly skin: number | null;
}

export const noReadings: Steady = { readings: [], medians: [], best: null, run: 0, skin: null };

/** Rounding noise of sums of hundredths. */
const TINY = 1e-9;

type Settings = Pick<MeasureSettings, "samples" | "spread" | "window" | "medians" | "rise">;

export function steadyAfter(steady: Steady, sample: Sample & { ok: true }, settings: Settings): Steady {
  const readings = [...steady.readings, { at: sample.at, object: sample.object as number }].slice(-settings.samples);
  const agreeing = agreeingRun(readings, settings);
  if (agreeing < settings.samples) return { ...steady, readings, medians: [], run: agreeing };
  const middle = median(readings.map(({ object }) => object));
  const medians = [...steady.medians, middle].slice(-settings.medians);
  const best = Math.max(steady.best ?? middle, middle);
  const complete = medians.length === settings.medians && middle - (medians[0] ?? middle) <= settings.rise + TINY;
  return { readings, medians, best, run: settings.samples + medians.length - 1, skin: complete ? best : null };
}

/** How many of the newest readings agree with each other within spread and window. */
function agreeingRun(readings: Steady["readings"], settings: Settings): number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let run = 0;
  const newest = readings.at(-1);
  for (const { at, object } of readings.toReversed()) {
    low = Math.min(low, object);
    high = Math.max(high, object);
    if (high - low > settings.spread + TINY || (newest !== undefined && newest.at - at > settings.window)) break;
    run += 1;
  }
  return run;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
