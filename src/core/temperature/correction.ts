/** From skin to body: a table of what to add by ambient temperature. Versioned, monotone, clamped; from the configuration. */
import { type Celsius, celsius } from "../units.ts";

/** What is added never exceeds this, whatever the table says. */
export const CORRECTION_LIMIT = 2;

export interface CorrectionPoint {
  readonly ambient: Celsius;
  readonly add: Celsius;
}

export interface CorrectionTable {
  /** Kept beside every calibration and drift figure, never beside a person. */
  readonly version: string;
  /** In rising order of ambient temperature, with falling corrections. */
  readonly points: readonly CorrectionPoint[];
}

/** Thrown for a table that would bend readings: `path` says which point. */
export class CorrectionError extends RangeError {
  readonly code = "GL-2110";
  readonly path: string;
  constructor(path: string, message: string) {
    super(`GL-2110: temperature.correction.${path}: ${message}`);
    this.name = "CorrectionError";
    this.path = path;
  }
}

/**
 * Checks a table: at least one point, ambient rising, corrections never rising (the colder the way here, the colder
 * the skin), each within ±2 °C. @throws CorrectionError `GL-2110`.
 */
export function correctionTable(version: string, points: readonly CorrectionPoint[]): CorrectionTable {
  if (points.length === 0) throw new CorrectionError("points", "is empty; give at least one point");
  points.forEach(({ ambient, add }, index) => {
    const before = points[index - 1];
    const path = `points[${index}]`;
    if (Math.abs(add) > CORRECTION_LIMIT)
      throw new CorrectionError(
        `${path}.add`,
        `${add} °C is beyond ±${CORRECTION_LIMIT} °C; check the mounting distance`,
      );
    if (before !== undefined && ambient <= before.ambient)
      throw new CorrectionError(`${path}.ambient`, `${ambient} °C does not lie above the point before`);
    if (before !== undefined && add > before.add)
      throw new CorrectionError(`${path}.add`, `${add} °C rises with the ambient temperature; it may only fall`);
  });
  return { version, points };
}

/** What to add to the skin at this ambient temperature: linear in between, level outside, within ±2 °C. */
export function correctionAt(table: CorrectionTable, ambient: Celsius): number {
  const { points } = table;
  const next = points.findIndex((point) => point.ambient >= ambient);
  const high = points[next === -1 ? points.length - 1 : next];
  const low = points[next === -1 ? points.length - 1 : Math.max(0, next - 1)];
  if (high === undefined || low === undefined) return 0;
  const span = high.ambient - low.ambient;
  const part = span === 0 ? 0 : (ambient - low.ambient) / span;
  const add = low.add + (high.add - low.add) * Math.min(1, Math.max(0, part));
  return Math.min(CORRECTION_LIMIT, Math.max(-CORRECTION_LIMIT, add));
}

/** The body temperature that this skin stands for, not yet rounded. Slope 1: nothing is pulled towards normal. */
export function bodyOf(table: CorrectionTable, skin: Celsius, ambient: Celsius): Celsius {
  return celsius(skin + correctionAt(table, ambient));
}

/** The skin that would be measured on this body: for the rig and for calibration. */
export function skinOf(table: CorrectionTable, body: Celsius, ambient: Celsius): Celsius {
  return celsius(body - correctionAt(table, ambient));
}

/**
 * Forehead, healthy adults: +0.5 °C between 14 and 32 °C (Chen 2022, IJERPH 19:15883, n = 1080), more after a cold way
 * (Ningbo, n = 528: 0.56 … 1.72 °C). A start; each site sets its own by a contact thermometer.
 */
export const defaultCorrection: CorrectionTable = correctionTable("forehead-1", [
  { ambient: celsius(10), add: celsius(1.2) },
  { ambient: celsius(16), add: celsius(0.8) },
  { ambient: celsius(20), add: celsius(0.6) },
  { ambient: celsius(24), add: celsius(0.5) },
  { ambient: celsius(32), add: celsius(0.4) },
]);
