/**
 * Drift of the thermometer, from people at large: medians of at least twenty, else nothing. Estimates are kept as
 * counts per tenth of a degree until their batch is full, without order or time, and are then forgotten.
 */
import { type Celsius, celsius } from "../units.ts";

export interface DriftSettings {
  /** People in one median, 20 or more. */
  readonly batch: number;
  /** Medians that make the reference, and as many of the newest that are compared with it. */
  readonly medians: number;
  /** A shift beyond this is a drift. */
  readonly limit: Celsius;
}

export const defaultDriftSettings: DriftSettings = { batch: 20, medians: 5, limit: celsius(0.3) };
const LEAST_BATCH = 20;

export interface Drift {
  readonly version: string;
  /** People per tenth of a degree in the open batch. */
  readonly open: Readonly<Record<string, number>>;
  /** Medians since the calibration: the reference first. */
  readonly reference: readonly number[];
  readonly recent: readonly number[];
}

/** A new watch; starts again with each calibration or correction table. */
export const startDrift = (version: string): Drift => ({ version, open: {}, reference: [], recent: [] });

/** Adds one measured person; `low` and `unavailable` are never added. */
export function driftAfter(drift: Drift, estimate: Celsius, settings: DriftSettings = defaultDriftSettings): Drift {
  const key = String(Math.round(estimate * 10));
  const open = { ...drift.open, [key]: (drift.open[key] ?? 0) + 1 };
  const people = Object.values(open).reduce((sum, count) => sum + count, 0);
  if (people < Math.max(LEAST_BATCH, settings.batch)) return { ...drift, open };
  const middle = medianOf(open, people);
  if (drift.reference.length < settings.medians) return { ...drift, open: {}, reference: [...drift.reference, middle] };
  return { ...drift, open: {}, recent: [...drift.recent, middle].slice(-settings.medians) };
}

/** The shift against the reference in °C, or null while there are too few people to say. */
export function driftOf(drift: Drift, settings: DriftSettings = defaultDriftSettings): number | null {
  if (drift.reference.length < settings.medians || drift.recent.length < settings.medians) return null;
  const shift = middleOf(drift.recent) - middleOf(drift.reference);
  return Math.round(shift) / 10;
}

/** Whether the shift is a trouble: warn, measure on, calibrate. */
export function drifts(drift: Drift, settings: DriftSettings = defaultDriftSettings): boolean {
  const shift = driftOf(drift, settings);
  return shift !== null && Math.abs(shift) > settings.limit + 1e-9;
}

function medianOf(counts: Drift["open"], people: number): number {
  const keys = Object.keys(counts)
    .map(Number)
    .sort((a, b) => a - b);
  let seen = 0;
  for (const key of keys) {
    seen += counts[String(key)] ?? 0;
    if (seen * 2 >= people) return key;
  }
  return Number.NaN;
}

const middleOf = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
