/** How long the lane takes from the last input that a grant needed (code or forehead) to the edge of the relay. */
import type { Decision, Ticket } from "../core/passage/lane-events.ts";
import type { Monotonic } from "../core/units.ts";

/** The newest figures only: plain durations without a time or a person. */
const KEPT = 2000;

export class Latency {
  readonly #all: number[] = [];
  #last: { readonly turn: number; readonly at: number } | null = null;

  /** Notes when the last input of a verdict was captured. */
  decided({ turn, people }: Decision): void {
    this.#last = {
      turn,
      at: Math.max(...people.map(({ readAt, temperature }) => Math.max(readAt, temperature?.at ?? 0))),
    };
  }

  /** Notes one release; anything but a grant on entry has no input to be measured from. */
  released({ release, turn }: Ticket, edge: Monotonic): void {
    if (release.cause !== "grant" || this.#last?.turn !== turn) return;
    this.#all.push(Math.max(0, edge - this.#last.at));
    if (this.#all.length > KEPT) this.#all.shift();
  }

  /** Milliseconds; null where nothing was released yet. */
  summary(): Readonly<Record<"p50" | "p95" | "p99", number | null>> & { readonly n: number } {
    const sorted = [...this.#all].sort((a, b) => a - b);
    const at = (share: number): number | null => {
      const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
      return value === undefined ? null : Math.round(value * 10) / 10;
    };
    return { n: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
  }
}
