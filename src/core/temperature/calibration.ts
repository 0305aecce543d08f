/** The sensor's own error, as a black body showed it at two points: taken out of every reading before anything else. */
import { type Celsius, celsius, type Instant } from "../units.ts";

export interface Calibration {
  readonly gain: number;
  /** °C. */
  readonly offset: number;
  /** Readings are corrected beyond it too; a trouble asks for the next calibration. */
  readonly expires: Instant;
}

/** The true temperature of what the sensor sees: measured × gain + offset. Stays within what a `Celsius` can be. */
export function calibrated(measured: Celsius, calibration: Calibration | null): Celsius {
  if (calibration === null) return measured;
  return celsius(Math.min(400, Math.max(-70, measured * calibration.gain + calibration.offset)));
}
