/** How long the lane takes from the last input that a grant needed (code or forehead) to the edge of the relay. */
import type { Decision, Ticket } from "../core/passage/lane-events.ts";
import type { Monotonic } from "../core/units.ts";

/** The newest figures only: plain durations without a time or a person. */
const KEPT = 2000;

export class Latency {
  readonly #all: number[] = [];

  /** Notes one release; anything but a grant on entry has no input to be measured from. */
  released(ticket: Ticket, decision: Decision | null, edge: Monotonic): void {
    if (ticket.release.cause !== "grant" || decision === null || decision.turn !== ticket.turn) return;
    const last = Math.max(...decision.people.map(({ readAt, temperature }) => Math.max(readAt, temperature?.at ?? 0)));
    this.#all.push(Math.max(0, edge - last));
    if (this.#all.length > KEPT) this.#all.shift();
  }

  /** Milliseconds; null where nothing was released yet. */
  summary(): {
    readonly n: number;
    readonly p50: number | null;
    readonly p95: number | null;
    readonly p99: number | null;
  } {
    const sorted = [...this.#all].sort((a, b) => a - b);
    const at = (share: number): number | null => {
      const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
      return value === undefined ? null : Math.round(value * 10) / 10;
    };
    return { n: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
  }
}
