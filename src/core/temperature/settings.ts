/** What a measurement is told. Every default quotes its ground; the configuration may change each within its limits. */
import { type Celsius, celsius, type Millis, millis, minutes, seconds } from "../units.ts";
import type { Calibration } from "./calibration.ts";
import type { CorrectionTable } from "./correction.ts";
import { defaultCorrection } from "./correction.ts";

export interface FeverSettings {
  /** P5. */
  readonly limit: Celsius;
  readonly comparison: "above" | "at-or-above";
  /** P6. */
  readonly adviceFrom: Celsius;
}

export interface MeasureSettings {
  readonly fever: FeverSettings;
  /** Null for a sensor that was never held against a black body: taken at its word. */
  readonly calibration: Calibration | null;
  readonly correction: CorrectionTable;
  /** Steady samples that make one median. */
  readonly samples: number;
  /** Largest difference among them. */
  readonly spread: Celsius;
  /** They lie within this. */
  readonly window: Millis;
  /** Medians, one sample apart, whose maximum is the measurement (misses only lower a reading). */
  readonly medians: number;
  /** The last median may lie this much above the first; more and the head is still coming closer. */
  readonly rise: Celsius;
  /** Without a good sample for this long there is no measurement. */
  readonly sampleAge: Millis;
  /** After power-on of the sensor. */
  readonly warmUp: Millis;
  readonly ambientFrom: Celsius;
  readonly ambientTo: Celsius;
  /** Change of the sensor's own temperature within a minute that makes it unsettled. */
  readonly ambientSlew: Celsius;
  /** Half width of the band round the limit in which is measured again. */
  readonly uncertainty: Celsius;
  /** An estimate below it is `low`. Since a correction adds at most 2 °C, no skin near 30 °C gets past it either. */
  readonly lowBelow: Celsius;
  /** An estimate above it is no human being; measured again, then `unavailable`. */
  readonly implausible: Celsius;
  /** Tries before `low` is the answer. */
  readonly tries: number;
  /** One try takes this long at most. */
  readonly attempt: Millis;
  /** Between two tries, so that a hat can come off. */
  readonly pause: Millis;
  /** Measurements in the band, the first included. */
  readonly measurements: number;
  /** All further measurements in the band together. */
  readonly again: Millis;
  /** Object above background that means a forehead; less where the background is nearly as warm as skin. */
  readonly presenceJump: Celsius;
  /** A forehead is gone after this long without one. */
  readonly absence: Millis;
  /** The very same reading for this long before a forehead, or from before somebody came or went, is a stuck sensor. */
  readonly stuck: Millis;
}

/** Sources: hardware sheet of the sensor (MLX90614 rev 013), IEC 80601-2-59, the notices; see README. */
export const defaultMeasureSettings: MeasureSettings = {
  fever: { limit: celsius(37.3), comparison: "above", adviceFrom: celsius(37.3) },
  calibration: null,
  correction: defaultCorrection,
  samples: 5,
  spread: celsius(0.3),
  window: millis(1500),
  medians: 3,
  rise: celsius(0.05),
  sampleAge: millis(500),
  warmUp: minutes(30),
  ambientFrom: celsius(10),
  ambientTo: celsius(35),
  ambientSlew: celsius(0.5),
  uncertainty: celsius(0.3),
  lowBelow: celsius(35),
  implausible: celsius(43),
  tries: 3,
  attempt: millis(2500),
  pause: millis(1000),
  measurements: 3,
  again: seconds(4),
  presenceJump: celsius(5),
  absence: millis(300),
  stuck: millis(1800),
};
