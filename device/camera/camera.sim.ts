/** A camera whose pictures are pushed by a driver. It can freeze, vanish and come back, and tells so as the port asks. */
import type { Frame } from "../../src/core/flow.ts";
import { type Millis, type Monotonic, millis, since } from "../../src/core/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { CameraHealth, Frames } from "../../src/ports/frames.ts";
import { Listeners } from "../listeners.ts";

/** How long without a picture until the camera is `gone`; as the real one by default (picture-watch.ts). */
const GONE_AFTER: Millis = millis(1500);
/** How long the same picture until it is `frozen`. */
const FROZEN_AFTER: Millis = millis(1500);
const CHECK_EVERY: Millis = millis(100);

type Picture = Omit<Frame, "at">;

export class CameraSim implements Frames {
  readonly #clock: Clock;
  readonly #frames = new Listeners<Frame>();
  readonly #healths = new Listeners<CameraHealth>();
  #cancel: (() => void) | null = null;
  #health: CameraHealth = "ok";
  #mishap: "frozen" | "gone" | null = null;
  #last: Picture | null = null;
  #lastFrame: Monotonic;
  #lastChange: Monotonic;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#lastFrame = clock.monotonic();
    this.#lastChange = this.#lastFrame;
  }

  async start(): Promise<void> {
    this.#lastFrame = this.#clock.monotonic();
    this.#lastChange = this.#lastFrame;
    this.#cancel ??= this.#clock.every(CHECK_EVERY, () => this.#check());
  }

  async stop(): Promise<void> {
    this.#cancel?.();
    this.#cancel = null;
  }

  onFrame(listener: (frame: Frame) => void): () => void {
    return this.#frames.add(listener);
  }

  onHealth(listener: (health: CameraHealth) => void): () => void {
    return this.#healths.add(listener);
  }

  /** The scene as the sensor sees it now. A frozen camera repeats its last picture, a vanished one gives none. */
  push(picture: Picture): void {
    if (this.#cancel === null || this.#mishap === "gone") return;
    const at = this.#clock.monotonic();
    this.#lastFrame = at;
    if (this.#mishap === null || this.#last === null) {
      this.#last = picture;
      this.#lastChange = at;
    }
    this.#frames.tell({ ...this.#last, at });
    this.#check();
  }

  freeze(): void {
    this.#mishap = "frozen";
  }

  vanish(): void {
    this.#mishap = "gone";
  }

  comeBack(): void {
    this.#mishap = null;
  }

  #check(): void {
    const now = this.#clock.monotonic();
    const health: CameraHealth =
      since(this.#lastFrame, now) >= GONE_AFTER
        ? "gone"
        : since(this.#lastChange, now) >= FROZEN_AFTER
          ? "frozen"
          : "ok";
    if (health === this.#health) return;
    this.#health = health;
    this.#healths.tell(health);
  }
}
