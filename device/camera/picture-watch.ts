/**
 * Whether a camera lives, from its frames alone: none for a while is gone, the very same one for a while is frozen. The
 * first evidence of a frozen picture is the first frame that equals the one before it to the last bit. Pure.
 */
import { type Millis, type Monotonic, since } from "../../src/core/units.ts";
import type { CameraHealth } from "../../src/ports/frames.ts";

export interface WatchSettings {
  readonly noFrameAfter: Millis;
  readonly frozenAfter: Millis;
}

export class PictureWatch {
  readonly #set: WatchSettings;
  #health: CameraHealth = "ok";
  #lastFrame: Monotonic;
  #lastChange: Monotonic;
  #print = -1;

  constructor(settings: WatchSettings, now: Monotonic) {
    this.#set = settings;
    this.#lastFrame = now;
    this.#lastChange = now;
  }

  /** After a frame. Only another picture proves that a camera lives; the same one after a silence is an old one. */
  frame(data: Uint8Array, now: Monotonic): CameraHealth {
    const print = fingerprint(data);
    const changed = print !== this.#print;
    this.#print = print;
    this.#lastFrame = now;
    if (changed) {
      this.#lastChange = now;
      this.#health = "ok";
    } else if (this.#health === "gone") this.#health = "frozen";
    return this.#health;
  }

  at(now: Monotonic): CameraHealth {
    if (since(this.#lastFrame, now) >= this.#set.noFrameAfter) this.#health = "gone";
    else if (since(this.#lastChange, now) >= this.#set.frozenAfter) this.#health = "frozen";
    return this.#health;
  }

  /** The device is opened anew: the silence of that is our own. */
  reopened(now: Monotonic): void {
    this.#lastFrame = now;
  }
}

/** FNV-1a over a spread of bytes: the noise of a living sensor changes it with every frame. */
export function fingerprint(data: Uint8Array): number {
  const step = Math.max(1, Math.floor(data.length / 10_000));
  let hash = 0x811c9dc5;
  for (let at = 0; at < data.length; at += step) hash = Math.imul(hash ^ (data[at] ?? 0), 0x01000193);
  return hash >>> 0;
}
