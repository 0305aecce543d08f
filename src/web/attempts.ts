import { type Millis, type Monotonic, millis, minutes, seconds } from "../core/units.ts";

interface Tally {
  readonly wrong: number;
  readonly until: number;
}

const OWN = 5;
const ALL = 30;
/** More addresses than this at once are an attack; the oldest is forgotten, the common tally still counts. */
const ADDRESSES = 256;
const FIRST = seconds(30);
const LONGEST = minutes(15);

/**
 * Slows down guessing. After five wrong PINs of one address, or thirty of all together, nothing is looked at for 30 s;
 * each further wrong one doubles that, up to 15 min. A right PIN clears its address; the common tally only halves,
 * or whoever knows one PIN could guess the others at leisure.
 */
export class Attempts {
  readonly #of = new Map<string, Tally>();
  #all: Tally = { wrong: 0, until: Number.NEGATIVE_INFINITY };

  /** How long `address` has to wait before the next try is looked at; zero where it need not. */
  wait(address: string, now: Monotonic): Millis {
    const until = Math.max(this.#of.get(address)?.until ?? Number.NEGATIVE_INFINITY, this.#all.until);
    return millis(Math.max(0, until - now));
  }

  wrong(address: string, now: Monotonic): void {
    const own = count(this.#of.get(address), OWN, now);
    this.#of.delete(address);
    if (this.#of.size >= ADDRESSES) this.#of.delete(this.#of.keys().next().value ?? "");
    this.#of.set(address, own);
    this.#all = count(this.#all, ALL, now);
  }

  right(address: string): void {
    this.#of.delete(address);
    this.#all = { ...this.#all, wrong: Math.floor(this.#all.wrong / 2) };
  }
}

function count(before: Tally | undefined, limit: number, now: Monotonic): Tally {
  const wrong = (before?.wrong ?? 0) + 1;
  const over = wrong - limit;
  const lock = over < 0 ? 0 : Math.min(LONGEST, FIRST * 2 ** Math.min(over, 10));
  return { wrong, until: Math.max(before?.until ?? now, now + lock) };
}
