/**
 * Units as types. A number with a brand has passed its constructor, so a `Celsius` is finite and physically
 * possible and a `Millis` is a non-negative duration; NaN and nonsense stop here and nowhere else.
 */

declare const unit: unique symbol;
type Branded<Name extends string> = number & { readonly [unit]: Name };

/** Degrees Celsius, anywhere a sensor of ours can point (−70 … 400 °C). */
export type Celsius = Branded<"Celsius">;
/** A duration in milliseconds, zero or more. */
export type Millis = Branded<"Millis">;
/** A point on the machine's monotonic clock, in milliseconds since an arbitrary start. Never compare across boots. */
export type Monotonic = Branded<"Monotonic">;
/** A point in wall-clock time, in milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = Branded<"Instant">;

/** Thrown where a number is not what its unit promises. `code` is stable. */
export class UnitError extends RangeError {
  readonly code = "GL-1001";
  constructor(unitName: string, value: number, expected: string) {
    super(`GL-1001: ${value} is no ${unitName}; expected ${expected}`);
    this.name = "UnitError";
  }
}

/** @throws UnitError outside −70 … 400 °C, the range of the widest sensor supported (MLX90614, section 8.4.6). */
export function celsius(value: number): Celsius {
  if (!(value >= -70 && value <= 400)) throw new UnitError("temperature in °C", value, "-70 to 400");
  return value as Celsius;
}

/** @throws UnitError for a negative, infinite or NaN duration. */
export function millis(value: number): Millis {
  if (!(value >= 0 && Number.isFinite(value))) throw new UnitError("duration in ms", value, "0 or more");
  return value as Millis;
}

/** @throws UnitError for a value that is not finite. */
export function monotonic(value: number): Monotonic {
  if (!Number.isFinite(value)) throw new UnitError("monotonic time in ms", value, "a finite number");
  return value as Monotonic;
}

const YEAR_1970 = 0;
const YEAR_2200 = Date.UTC(2200, 0, 1);

/** @throws UnitError outside the years 1970 to 2200. */
export function instant(value: number): Instant {
  if (!(value >= YEAR_1970 && value < YEAR_2200)) throw new UnitError("instant in ms", value, "1970 to 2200");
  return value as Instant;
}

/** Reads an ISO 8601 text with a zone. @throws UnitError for anything else. */
export function instantFromIso(text: string): Instant {
  if (!/(Z|[+-]\d\d:?\d\d)$/.test(text))
    throw new UnitError("instant", Number.NaN, `ISO 8601 with a zone, found ${JSON.stringify(text.slice(0, 40))}`);
  return instant(Date.parse(text));
}

export const seconds = (value: number): Millis => millis(value * 1000);
export const minutes = (value: number): Millis => millis(value * 60_000);
export const hours = (value: number): Millis => millis(value * 3_600_000);
export const days = (value: number): Millis => millis(value * 86_400_000);

/** How long after `from` the point `to` lies; zero where it lies before. */
export const since = (from: Monotonic, to: Monotonic): Millis => millis(Math.max(0, to - from));
/** The point `duration` after `from`. */
export const after = (from: Monotonic, duration: Millis): Monotonic => monotonic(from + duration);
/** The wall-clock instant `duration` after `from`. */
export const later = (from: Instant, duration: Millis): Instant => instant(from + duration);

/** Rounds half up to 0.1 °C, as the notices state their limits (RULES, Temperature). 37.25 → 37.3, 37.35 → 37.4. */
export function toTenths(value: Celsius): Celsius {
  // 37.35 is stored as 37.35000000000000142 and 36.85 as 36.85000000000000142 or just below: round on a grid of 1e-6 first.
  return celsius(Math.floor(Math.round(value * 1e6) / 1e5 + 0.5) / 10);
}
