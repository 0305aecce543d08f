/** From an estimate to a class: rounding, the limit, the band (RULES, Temperature). */
import type { BodyTemperature } from "../flow.ts";
import { type Celsius, type Monotonic, toTenths } from "../units.ts";
import type { MeasureSettings } from "./settings.ts";

type ClassSettings = Pick<MeasureSettings, "fever" | "uncertainty" | "lowBelow" | "implausible">;

/** Tenths as whole numbers, so that 37.3 compares as people mean it. */
const tenths = (value: Celsius): number => Math.round(value * 10);

/** Whether the rounded estimate exceeds the limit (P5: 37.3 does not, 37.4 does). */
export function isFever(rounded: Celsius, { fever }: Pick<ClassSettings, "fever">): boolean {
  const [value, limit] = [tenths(rounded), tenths(fever.limit)];
  return fever.comparison === "above" ? value > limit : value >= limit;
}

/** Whether the rounded estimate lies within the stated uncertainty of the limit: then it is measured again. */
export function inBand(
  rounded: Celsius,
  { fever, uncertainty }: Pick<ClassSettings, "fever" | "uncertainty">,
): boolean {
  return Math.abs(tenths(rounded) - tenths(fever.limit)) <= tenths(uncertainty);
}

/** Class of a confirmed estimate, rounded half up first. Beyond what a body can have it is `unavailable`. */
export function classify(estimate: Celsius, settings: ClassSettings, at: Monotonic, measurements = 1): BodyTemperature {
  const rounded = toTenths(estimate);
  if (rounded < settings.lowBelow) return notMeasured("low", at, measurements);
  if (rounded > settings.implausible) return notMeasured("unavailable", at, measurements);
  const fever = isFever(rounded, settings);
  const near = inBand(rounded, settings) || tenths(rounded) >= tenths(settings.fever.adviceFrom);
  return { class: fever ? "fever" : "normal", estimate: rounded, nearLimit: !fever && near, measurements, at };
}

/** No figure is kept where it could be mistaken for a temperature. */
export function notMeasured(kind: "low" | "unavailable", at: Monotonic, measurements: number): BodyTemperature {
  return { class: kind, estimate: null, nearLimit: false, measurements: Math.max(1, measurements), at };
}
