import type { Clock } from "../ports/clock.ts";
import { Attempts } from "./attempts.ts";
import type { Guard } from "./pins.ts";

export type PinAnswer = { readonly guard: Guard } | { readonly waitMs: number } | "wrong";

/** PINs as they are tried, whichever door they come by: one at a time, and slower after wrong ones (`Attempts`). */
export class PinTries {
  readonly #clock: Clock;
  readonly #find: (pin: string) => Promise<Guard | null>;
  readonly #attempts = new Attempts();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(clock: Clock, find: (pin: string) => Promise<Guard | null>) {
    this.#clock = clock;
    this.#find = find;
  }

  /** One after another: tries sent together would all be looked at before the first wrong one counts. */
  try(pin: string, address: string): Promise<PinAnswer> {
    const answer = this.#queue.then(() => this.#look(pin, address));
    this.#queue = answer.catch(() => {});
    return answer;
  }

  async #look(pin: string, address: string): Promise<PinAnswer> {
    const waitMs = this.#attempts.wait(address, this.#clock.monotonic());
    if (waitMs > 0) return { waitMs };
    const guard = await this.#find(pin);
    if (guard === null) {
      this.#attempts.wrong(address, this.#clock.monotonic());
      return "wrong";
    }
    this.#attempts.right(address);
    return { guard };
  }
}
