/** Writes down what would have been heard, with the time; a new sound interrupts the old one, a late one is dropped. */
import type { Monotonic } from "../../src/core/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Sound, Voice } from "../../src/ports/voice.ts";

export type Heard =
  | { readonly kind: "play"; readonly at: Monotonic; readonly sound: Sound }
  | { readonly kind: "silence"; readonly at: Monotonic };

export class SounderSim implements Voice {
  readonly #clock: Clock;
  readonly #heard: Heard[] = [];
  #turn = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  play(sound: Sound): void {
    if (sound.turn !== null && sound.turn < this.#turn) return;
    this.#turn = sound.turn ?? this.#turn;
    this.#heard.push({ kind: "play", at: this.#clock.monotonic(), sound });
  }

  silence(): void {
    this.#heard.push({ kind: "silence", at: this.#clock.monotonic() });
  }

  /** Everything heard so far, oldest first. */
  heard(): readonly Heard[] {
    return this.#heard;
  }
}
