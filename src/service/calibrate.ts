/**
 * Two-point calibration against a black body. Gain and offset bring the measured values to the true ones:
 * true = measured × gain + offset. What looks wrong is refused, never stored.
 */

import { writeQuantity } from "../config/quantity.ts";
import type { LaneConfig } from "../config/schema.ts";
import type { Sample } from "../core/flow.ts";
import { type Celsius, days, type Instant, later, type Millis, millis } from "../core/units.ts";
import type { Clock } from "../ports/clock.ts";
import type { Thermometer } from "../ports/thermometer.ts";
import { collect, median } from "./selftest/steps.ts";

export interface CalibrationPoint {
  /** What the black body's own display says. */
  readonly reference: Celsius;
  readonly measured: Celsius;
  /** Largest difference among the samples. */
  readonly spread: number;
  readonly ambient: Celsius;
  readonly samples: number;
}

export type CalibrationRefusal = {
  readonly ok: false;
  readonly code: string;
  readonly found: string;
  readonly expected: string;
  readonly fix: string;
};
export type PointResult = { readonly ok: true; readonly point: CalibrationPoint } | CalibrationRefusal;
export type CalibrationResult =
  | { readonly ok: true; readonly gain: number; readonly offset: number; readonly residual: number }
  | CalibrationRefusal;

/** How long the sensor looks at the black body for one point. */
export const POINT_PERIOD: Millis = millis(12_000);
const STEADY = 0.2;
/** Correction at a point beyond which the sensor, its mounting or the black body is wrong (hardware practice: 1 °C). */
const IMPLAUSIBLE = 1;
const VALID_FOR = days(365);

const refusal = (code: string, found: string, expected: string, fix: string): CalibrationRefusal => ({
  ok: false,
  code,
  found,
  expected,
  fix,
});

/** Measures one point. Refuses an unsteady target, failing samples, an unsuitable room and a black body out of range. */
export async function measurePoint(
  clock: Clock,
  thermometer: Pick<Thermometer, "onSample">,
  reference: Celsius,
  period: Millis = POINT_PERIOD,
): Promise<PointResult> {
  if (reference < 30 || reference > 42)
    return refusal(
      "GL-2144",
      `a black body of ${reference} °C`,
      "30 to 42 °C: about a body's temperature",
      "set the black body to 35 °C, then to 39 °C",
    );
  const samples = await collect<Sample>(clock, period, Number.POSITIVE_INFINITY, (take) => thermometer.onSample(take));
  const fine = samples.filter((sample) => sample.ok);
  if (fine.length < 20 || fine.length < samples.length * 0.95)
    return refusal(
      "GL-2145",
      `${fine.length} good readings of ${samples.length}`,
      "20 or more, none failed",
      "run greenlane selftest thermometer first",
    );
  const objects = fine.map((sample) => sample.object);
  const spread = Math.max(...objects) - Math.min(...objects);
  if (spread > STEADY)
    return refusal(
      "GL-2146",
      `±${(spread / 2).toFixed(2)} °C`,
      `±${(STEADY / 2).toFixed(2)} °C or steadier`,
      "hold the black body still at mounting distance and wait until it has settled",
    );
  const ambient = median(fine.map((sample) => sample.ambient)) as Celsius;
  if (ambient < 15 || ambient > 30)
    return refusal(
      "GL-2147",
      `a room of ${ambient.toFixed(1)} °C`,
      "15 to 30 °C",
      "calibrate at a milder hour or indoors",
    );
  const measured = median(objects) as Celsius;
  const error = plausible(measured, reference);
  if (error !== null) return error;
  return {
    ok: true,
    point: { reference, measured, spread, ambient, samples: fine.length },
  };
}

/** A sensor that is so far off is told at its first point: it is another one than ordered, dirty, or badly mounted. */
function plausible(measured: Celsius, reference: Celsius): CalibrationRefusal | null {
  const error = measured - reference;
  if (Math.abs(error) <= IMPLAUSIBLE) return null;
  return refusal(
    "GL-2149",
    `${error > 0 ? "+" : ""}${error.toFixed(2)} °C at ${reference} °C`,
    `${IMPLAUSIBLE} °C or less`,
    "fill the sensor's whole spot with the black body, clean the window, check emissivity and order code; replace the sensor if it stays",
  );
}

/** Gain and offset from two points. Refuses points too close together and corrections that no good sensor needs. */
export function twoPoints(low: CalibrationPoint, high: CalibrationPoint): CalibrationResult {
  const apart = high.reference - low.reference;
  if (apart < 2)
    return refusal(
      "GL-2148",
      `points ${apart.toFixed(1)} °C apart`,
      "2 °C or more, the lower one first",
      "use 35 °C and 39 °C",
    );
  for (const point of [low, high]) {
    const error = plausible(point.measured, point.reference);
    if (error !== null) return error;
  }
  const gain = apart / (high.measured - low.measured);
  if (!(gain >= 0.9 && gain <= 1.1))
    return refusal(
      "GL-2150",
      `a gain of ${gain.toFixed(3)}`,
      "0.9 to 1.1",
      "the two points don't belong together: measure both again",
    );
  const offset = low.reference - low.measured * gain;
  return {
    ok: true,
    gain: Math.round(gain * 1e5) / 1e5,
    offset: Math.round(offset * 1e4) / 1e4,
    residual: Math.max(low.spread, high.spread) / 2,
  };
}

/** The record as the configuration file holds it. It expires a year later. */
export function calibrationRecord(
  result: Extract<CalibrationResult, { ok: true }>,
  at: Instant,
  serial: string,
  sensor: string,
  by: string,
): Record<string, unknown> {
  const iso = (instant: Instant): string => new Date(instant).toISOString().replace(/\.\d+Z$/, "Z");
  return {
    at: iso(at),
    expires: iso(later(at, VALID_FOR)),
    serial,
    sensor,
    gain: result.gain,
    offset: writeQuantity(result.offset, "temperature"),
    by,
  };
}

export type Calibration = NonNullable<LaneConfig["temperature"]["calibration"]>;
