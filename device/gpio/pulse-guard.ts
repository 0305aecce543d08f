/**
 * The interlock between the release outputs. Pure. A turnstile reads combined edges as other commands (PERCo: edge of
 * A while B is low = both directions free), so no pulse begins while another one or its rest lasts.
 */
import type { Direction } from "../../src/core/flow.ts";
import { after, type Millis, type Monotonic, millis } from "../../src/core/units.ts";
import { ReleaseError, shortestRest } from "../../src/ports/release.ts";

export interface PulseSettings {
  /** Length of a pulse, clamped to 100 … 1000 ms: below a turnstile ignores it (PERCo: 100 ms), above it is a level. */
  readonly length: Millis;
  /** Rest after a pulse, `shortestRest` at least. */
  readonly interlock: Millis;
}
export const defaultPulse: PulseSettings = { length: millis(250), interlock: shortestRest };

export class PulseGuard {
  readonly length: Millis;
  readonly #interlock: Millis;
  #busyUntil: Monotonic | null = null;
  #open: Direction | null = null;

  constructor(settings: PulseSettings = defaultPulse) {
    this.length = millis(Math.min(1000, Math.max(100, settings.length)));
    this.#interlock = millis(Math.max(shortestRest, settings.interlock));
  }

  /** @throws ReleaseError `overlap` (`GL-2301`) while another pulse or its interlock lasts. */
  begin(direction: Direction, at: Monotonic): void {
    if (this.#open !== null || (this.#busyUntil !== null && at < this.#busyUntil))
      throw new ReleaseError("overlap", `a release pulse is still on its way; wait ${this.#interlock} ms after it`);
    this.#open = direction;
  }

  /** The output is at rest again. */
  end(at: Monotonic): void {
    this.#open = null;
    this.#busyUntil = after(at, this.#interlock);
  }
}
