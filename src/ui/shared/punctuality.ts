/** A message that took this much longer than usual on its way was held up: it is not believed. */
const HELD_UP_MS = 1500;
/** Two clocks may drift apart this fast before lateness is misjudged. */
const DRIFT = 500e-6;

/** Tells held-up messages from fresh ones by their sender's clock, without knowing the difference of the two clocks. */
export class Punctuality {
  #least = Number.POSITIVE_INFINITY;
  #since = 0;

  /** Whether a message stamped `sent` by the server's clock and heard at `heard` by ours came through without delay. */
  fresh(sent: number, heard: number): boolean {
    const delay = heard - sent;
    this.#least = Math.min(this.#least + (heard - this.#since) * DRIFT, delay);
    this.#since = heard;
    return delay - this.#least <= HELD_UP_MS;
  }
}
