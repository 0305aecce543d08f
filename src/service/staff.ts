/** The guards' book of the lane: posts with a PIN, kept as hashes. It knows posts, never names. */
import { join } from "node:path";
import { readPrivate, writePrivate } from "./private-file.ts";

export interface StaffEntry {
  readonly id: string;
  readonly pin: string;
  readonly supervisor: boolean;
}

/** How PINs are hashed and looked up; given by the pages' side, which signs guards in. */
export interface Pins {
  hash(pin: string, saltOf?: string): Promise<string>;
  find(entries: readonly StaffEntry[], pin: string): Promise<{ readonly id: string } | null>;
}

export type StaffAnswer = { readonly ok: true } | { readonly ok: false; readonly code: string; readonly why: string };

const MOST = 64;
const no = (code: string, why: string): StaffAnswer => ({ ok: false, code, why });

export class StaffBook {
  readonly #path: string;
  readonly #pins: Pins;

  constructor(directory: string, pins: Pins) {
    this.#path = join(directory, "staff.json");
    this.#pins = pins;
  }

  entries(): readonly StaffEntry[] {
    return readPrivate<readonly StaffEntry[]>(this.#path) ?? [];
  }

  /** Adds a post or gives it a new PIN. Refuses a weak PIN and one that another post has. */
  async put(id: string, pin: string, supervisor: boolean): Promise<StaffAnswer> {
    if (!/^[a-z0-9-]{1,32}$/.test(id))
      return no("GL-5011", "the id must be 1 to 32 of a–z, 0–9 and hyphen, a post and not a name");
    if (!/^\d{6}$/.test(pin)) return no("GL-5012", "a PIN has six digits");
    if (
      /^(\d)\1+$/.test(pin) ||
      "01234567890123456789".includes(pin) ||
      "98765432109876543210".includes(pin) ||
      /^(\d\d)\1+$|^(\d\d\d)\2$/.test(pin)
    )
      return no("GL-5012", "this PIN is among the first that somebody would try; choose another");
    const others = this.entries().filter((entry) => entry.id !== id);
    if (others.length >= MOST) return no("GL-5013", `at most ${MOST} posts; remove one first`);
    if ((await this.#pins.find(others, pin)) !== null)
      return no("GL-5014", "choose another PIN: this one can't be used");
    const hashed = await this.#pins.hash(pin, others[0]?.pin);
    writePrivate(
      this.#path,
      [...others, { id, pin: hashed, supervisor }].sort((a, b) => a.id.localeCompare(b.id)),
    );
    return { ok: true };
  }

  /** Removes a post; false where there is none of that id. */
  remove(id: string): boolean {
    const left = this.entries().filter((entry) => entry.id !== id);
    if (left.length === this.entries().length) return false;
    writePrivate(this.#path, left);
    return true;
  }
}
