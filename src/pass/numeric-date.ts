import { type Instant, instant } from "../core/units.ts";

/** A NumericDate of RFC 8392, section 2: seconds since 1970 as an instant; null outside of the years it knows. */
export function fromNumericDate(value: unknown): Instant | null {
  if (typeof value !== "number" || !Number.isFinite(value)) return null;
  const at = Math.round(value * 1000);
  return at >= 0 && at < Date.UTC(2200, 0, 1) ? instant(at) : null;
}
