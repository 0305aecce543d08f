/**
 * Raw frames of one fixed size out of a stream of chunks, without keeping more than one. Each is paired with the capture
 * time that the capture program says of it, in order; where it says none, frames get the time their first byte came,
 * which is never later than their capture was known. Pure but for its buffer.
 */
import { type Monotonic, monotonic } from "../../src/core/units.ts";

export interface RawFrame {
  readonly at: Monotonic;
  readonly data: Uint8Array;
}

/** Frames without a stamp after which the program is taken to say none. */
const PATIENCE = 2;
/** Frames after which stamps that are still owed are taken for lost, where the program says any. */
const LOST_AFTER = 60;

export class FrameSplitter {
  readonly #size: number;
  readonly #emit: (frame: RawFrame) => void;
  #buffer: Uint8Array;
  #filled = 0;
  #began: Monotonic = monotonic(0);
  #stamps: Monotonic[] = [];
  #waiting: RawFrame[] = [];
  #unstamped = false;
  /** Frames that went without their stamps: where those come after all, they are nobody else's. */
  #late = 0;
  #unstampedFrames = 0;
  #saidAny = false;
  #last: Monotonic = monotonic(0);

  constructor(size: number, emit: (frame: RawFrame) => void) {
    this.#size = size;
    this.#emit = emit;
    this.#buffer = new Uint8Array(size);
  }

  /** Bytes as they arrive. */
  chunk(bytes: Uint8Array, now: Monotonic): void {
    let from = 0;
    while (from < bytes.length) {
      if (this.#filled === 0) this.#began = now;
      const take = Math.min(bytes.length - from, this.#size - this.#filled);
      this.#buffer.set(bytes.subarray(from, from + take), this.#filled);
      this.#filled += take;
      from += take;
      if (this.#filled === this.#size) this.#complete();
    }
  }

  /** Capture time of the next frame not yet stamped. */
  stamp(at: Monotonic): void {
    this.#saidAny = true;
    if (this.#late > 0) this.#late -= 1;
    else this.#stamps.push(at);
    if (this.#late === 0) {
      this.#unstampedFrames = 0;
      this.#unstamped = false;
    }
    this.#pair();
  }

  #complete(): void {
    this.#waiting.push({ at: this.#began, data: this.#buffer });
    // Handed over: the reader may keep it, so the next frame gets a buffer of its own.
    this.#buffer = new Uint8Array(this.#size);
    this.#filled = 0;
    if (this.#waiting.length > PATIENCE) this.#unstamped = true;
    this.#pair();
  }

  #withoutStamp(): void {
    this.#late += 1;
    this.#unstampedFrames += 1;
    if (!this.#saidAny || this.#unstampedFrames < LOST_AFTER) return;
    // Only this frame's own stamp is still to come.
    this.#late = 1;
    this.#unstampedFrames = 0;
    this.#saidAny = false;
  }

  #pair(): void {
    while (this.#waiting.length > 0 && (this.#unstamped || this.#stamps.length > 0)) {
      const frame = this.#waiting.shift() as RawFrame;
      const stamp = this.#stamps.shift();
      if (stamp === undefined) this.#withoutStamp();
      // A frame was captured before its bytes came; a stamp that says otherwise is of another clock.
      const at = stamp !== undefined && stamp <= frame.at ? stamp : frame.at;
      if (at > this.#last) this.#last = at;
      this.#emit({ ...frame, at: this.#last });
    }
  }
}
