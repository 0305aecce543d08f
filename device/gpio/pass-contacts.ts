/**
 * PASS contacts of a turnstile (PERCo): energised and closed at rest, open for a moment at each passage. Without
 * current both are open, so an open contact proves nothing: only open for 0.1 to 5 s and closed again is a passage,
 * both at once is a power loss, and one that stays open is a fault. Pure.
 */
import type { Direction } from "../../src/core/flow.ts";
import { type Monotonic, millis, since } from "../../src/core/units.ts";

const SHORTEST = millis(100);
const LONGEST = millis(5_000);
const FAULT_AFTER = millis(10_000);
/** Both relays drop within this time when the current goes. */
const TOGETHER = millis(150);

export type PassEvent =
  | { readonly kind: "passage"; readonly direction: Direction }
  | { readonly kind: "fault"; readonly what: "pass-entry" | "pass-exit" | "turnstile-power" }
  | { readonly kind: "ok"; readonly what: "pass-entry" | "pass-exit" | "turnstile-power" };

export class PassContacts {
  readonly #openSince = new Map<Direction, Monotonic>();
  readonly #spoilt = new Set<Direction>();
  readonly #faults = new Set<Direction>();
  #powerless = false;

  /** A debounced level. @returns what it proves. */
  contact(direction: Direction, closed: boolean, at: Monotonic): PassEvent[] {
    const events: PassEvent[] = [];
    if (!closed) {
      if (!this.#openSince.has(direction)) this.#openSince.set(direction, at);
      this.#checkPower(events);
      return events;
    }
    const opened = this.#openSince.get(direction);
    this.#openSince.delete(direction);
    const spoilt = this.#spoilt.delete(direction);
    if (this.#faults.delete(direction)) events.push({ kind: "ok", what: `pass-${direction}` });
    if (opened !== undefined && !spoilt) {
      const open = since(opened, at);
      if (open >= SHORTEST && open <= LONGEST) events.push({ kind: "passage", direction });
    }
    if (this.#powerless && this.#openSince.size === 0) {
      this.#powerless = false;
      events.push({ kind: "ok", what: "turnstile-power" });
    }
    return events;
  }

  /** The mains went: whatever is open now, or opens until the mains is back, is no passage. */
  powerLost(): void {
    for (const direction of this.#openSince.keys()) this.#spoilt.add(direction);
  }

  tick(now: Monotonic): PassEvent[] {
    const events: PassEvent[] = [];
    for (const [direction, opened] of this.#openSince) {
      if (since(opened, now) < FAULT_AFTER || this.#faults.has(direction) || this.#powerless) continue;
      this.#faults.add(direction);
      this.#spoilt.add(direction);
      events.push({ kind: "fault", what: `pass-${direction}` });
    }
    return events;
  }

  #checkPower(events: PassEvent[]): void {
    const times = [...this.#openSince.values()];
    if (times.length < 2 || this.#powerless) return;
    const [first, second] = times as [Monotonic, Monotonic];
    if (Math.abs(first - second) > TOGETHER) return;
    this.powerLost();
    this.#powerless = true;
    events.push({ kind: "fault", what: "turnstile-power" });
  }
}
