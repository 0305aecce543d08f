/**
 * Bytes of a serial scan engine → codes and command replies. Pure. Both share the line without framing: a reply begins
 * `02 00 00` and says its length (GM65), everything else is a code up to CR or LF. No code can be endless and a half one
 * is forgotten after a pause, so that two people's halves never become one.
 */
import { type Millis, type Monotonic, millis, since } from "../../src/core/units.ts";
import { MAX_CODE_BYTES } from "./text.ts";

export type EngineSaid =
  | { readonly kind: "code"; readonly bytes: Uint8Array }
  | { readonly kind: "reply"; readonly data: Uint8Array };

const REPLY_HEAD = [0x02, 0x00, 0x00] as const;
/** Head, length byte, data, two bytes of checksum. */
const REPLY_EXTRA = 6;
const CR = 0x0d;
const LF = 0x0a;
/** Silence after which an unfinished line is dropped. */
const FORGET_AFTER: Millis = millis(200);

export class EngineStream {
  readonly #replies: boolean;
  readonly #say: (said: EngineSaid) => void;
  #line: number[] = [];
  #overlong = false;
  #last: Monotonic | null = null;

  /** `replies`: the engine speaks GM65; otherwise every line is a code. */
  constructor(replies: boolean, say: (said: EngineSaid) => void) {
    this.#replies = replies;
    this.#say = say;
  }

  feed(bytes: Uint8Array, now: Monotonic): void {
    if (this.#last !== null && since(this.#last, now) >= FORGET_AFTER) this.reset();
    this.#last = now;
    for (const byte of bytes) this.#byte(byte);
  }

  /** Forgets what is unfinished. */
  reset(): void {
    this.#line = [];
    this.#overlong = false;
  }

  #byte(byte: number): void {
    if (this.#replies && this.#replyGoesOn(byte)) return;
    if (byte === CR || byte === LF) {
      if (this.#line.length > 0 && !this.#overlong) this.#say({ kind: "code", bytes: Uint8Array.from(this.#line) });
      this.reset();
    } else if (this.#line.length >= MAX_CODE_BYTES) {
      this.#overlong = true;
    } else {
      this.#line.push(byte);
    }
  }

  /** Takes the byte where the line so far, with it, is a reply or may become one. */
  #replyGoesOn(byte: number): boolean {
    const at = this.#line.length;
    if (at < REPLY_HEAD.length) {
      const head = REPLY_HEAD.slice(0, at).every((wanted, index) => this.#line[index] === wanted);
      if (!head || byte !== REPLY_HEAD[at]) return false;
      this.#line.push(byte);
      return true;
    }
    if (!REPLY_HEAD.every((wanted, index) => this.#line[index] === wanted)) return false;
    this.#line.push(byte);
    const length = this.#line[REPLY_HEAD.length] ?? 0;
    if (this.#line.length < length + REPLY_EXTRA) return true;
    this.#say({
      kind: "reply",
      data: Uint8Array.from(this.#line.slice(REPLY_HEAD.length + 1, REPLY_HEAD.length + 1 + length)),
    });
    this.reset();
    return true;
  }
}
