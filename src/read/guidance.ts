/**
 * What to tell somebody whose code is in view and can't be read. Looks at the last observations only; says nothing
 * until a code-like thing has been there unread for a while, and keeps its advice long enough to be followed.
 */
import type { Guidance } from "../core/flow.ts";
import type { Millis, Monotonic } from "../core/units.ts";
import type { Observation } from "./observe.ts";

/** How long one piece of advice stays, once given. */
const KEEP = 900;
/** Observations looked at. */
const HISTORY = 8;
/** Without anything code-like for this long the person has gone. */
const GONE = 400;

interface Seen {
  readonly at: Monotonic;
  readonly what: Observation;
}

export class GuidanceAdviser {
  readonly #after: Millis;
  #history: Seen[] = [];
  #since: Monotonic | null = null;
  #given: { readonly advice: Guidance; readonly at: Monotonic } | null = null;

  constructor(after: Millis) {
    this.#after = after;
  }

  /** A frame in which something was read. */
  read(): void {
    this.#history = [];
    this.#since = null;
    this.#given = null;
  }

  /** A frame in which nothing was read; `what` is the most code-like place of it. */
  unread(at: Monotonic, what: Observation | null): Guidance | null {
    const last = this.#history.at(-1);
    if (last !== undefined && at - last.at > GONE) this.read();
    if (what !== null) {
      this.#since ??= at;
      this.#history = [...this.#history.slice(1 - HISTORY), { at, what }];
    }
    if (this.#since === null || at - this.#since < this.#after) return null;
    if (this.#given !== null && at - this.#given.at < KEEP) return this.#given.advice;
    const advice = adviceFor(this.#history);
    this.#given = { advice, at };
    return advice;
  }
}

/** The one change that most likely helps, worst hindrance first. */
export function adviceFor(history: readonly Seen[]): Guidance {
  const recent = history.map((seen) => seen.what);
  const mean = (value: (what: Observation) => number): number =>
    recent.reduce((sum, what) => sum + value(what), 0) / Math.max(1, recent.length);
  const wide = mean((what) => what.right - what.left);
  const high = mean((what) => what.bottom - what.top);
  const edges = mean(
    (what) =>
      Number(what.left <= 0.01) + Number(what.top <= 0.01) + Number(what.right >= 0.99) + Number(what.bottom >= 0.99),
  );
  const brightness = mean((what) => what.brightness);
  if (brightness < 45 || (brightness < 100 && mean((what) => what.contrast) < 28)) return "brighter";
  if ((wide > 0.85 && high > 0.85) || edges >= 2 || mean((what) => what.filled) > 0.75) return "further";
  if (mean((what) => what.clipped) > 0.06 && brightness > 120) return "tilt";
  if (speedOf(history) > 0.25) return "hold-still";
  // Sharp and yet unreadable is too small; a lost focus takes the edges away, and a smear those of one direction.
  const isSharp = mean(({ steepness }) => Math.min(steepness.across, steepness.down)) > 0.6;
  return isSharp && high < 0.5 ? "closer" : "hold-still";
}

/** Widths of the picture per second that the place moves. */
function speedOf(history: readonly Seen[]): number {
  const speeds: number[] = [];
  history.forEach((seen, index) => {
    const before = history[index - 1];
    if (before === undefined || seen.at <= before.at) return;
    const dx = (seen.what.left + seen.what.right - before.what.left - before.what.right) / 2;
    const dy = (seen.what.top + seen.what.bottom - before.what.top - before.what.bottom) / 2;
    speeds.push((Math.hypot(dx, dy) * 1000) / (seen.at - before.at));
  });
  return speeds.sort((a, b) => a - b)[speeds.length >> 1] ?? 0;
}
