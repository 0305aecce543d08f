/** Whether a code and a temperature belong to one person (RULES, Temperature). */
import { type Millis, type Monotonic, seconds } from "../units.ts";

/** They lie at most this far apart. */
export const BINDING: Millis = seconds(5);

export interface Observed {
  readonly at: Monotonic;
  /** Count of the presence in which it was seen. */
  readonly presence: number;
}

/** One unbroken presence, and at most five seconds between them; otherwise both are dropped. */
export function belongTogether(code: Observed, temperature: Observed, limit: Millis = BINDING): boolean {
  return code.presence === temperature.presence && Math.abs(code.at - temperature.at) <= limit;
}
