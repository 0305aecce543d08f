/**
 * A thermometer that sees whom it is told to see. The object reading follows the target as a thermopile does
 * (first-order lag) with a little noise; each fault of the port can be switched on, and `stuck` repeats one raw value.
 */
import type { Sample, SampleFault } from "../../src/core/flow.ts";
import { type Celsius, celsius, type Millis, millis } from "../../src/core/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Thermometer } from "../../src/ports/thermometer.ts";
import { Listeners } from "../listeners.ts";

export interface ThermometerSimOptions {
  readonly period: Millis;
  /** Time constant of the approach to a new target. */
  readonly lag: Millis;
  /** Half the width of the noise, evenly spread. */
  readonly noise: number;
  readonly ambient: Celsius;
  readonly seed: number;
}
const defaults: ThermometerSimOptions = {
  period: millis(100),
  lag: millis(80),
  noise: 0.03,
  ambient: celsius(22),
  seed: 1,
};

/** The sensor's resolution: 0.02 °C a step (MLX90614, section 8.4.6). */
const step = (value: number): Celsius => celsius(Math.round(value * 50) / 50);

export class ThermometerSim implements Thermometer {
  readonly #clock: Clock;
  readonly #options: ThermometerSimOptions;
  readonly #listeners = new Listeners<Sample>();
  #cancel: (() => void) | null = null;
  #ambient: Celsius;
  #skin: Celsius | null = null;
  #object: number;
  #fault: SampleFault | "stuck" | null = null;
  #random: number;

  constructor(clock: Clock, options: Partial<ThermometerSimOptions> = {}) {
    this.#clock = clock;
    this.#options = { ...defaults, ...options };
    this.#ambient = this.#options.ambient;
    this.#object = this.#ambient;
    this.#random = this.#options.seed | 1;
  }

  async start(): Promise<void> {
    this.#cancel ??= this.#clock.every(this.#options.period, () => this.#sample());
  }

  async stop(): Promise<void> {
    this.#cancel?.();
    this.#cancel = null;
  }

  onSample(listener: (sample: Sample) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** What the sensor looks at: skin of this temperature (before any correction), or null for the room. */
  look(skin: Celsius | null): void {
    this.#skin = skin;
  }

  setAmbient(ambient: Celsius): void {
    this.#ambient = ambient;
  }

  /** `stuck` keeps giving the last value as if it were new, noise and all gone; null mends everything. */
  fail(fault: SampleFault | "stuck" | null): void {
    this.#fault = fault;
  }

  #sample(): void {
    const at = this.#clock.monotonic();
    if (this.#fault !== null && this.#fault !== "stuck") {
      this.#listeners.tell({ ok: false, at, fault: this.#fault });
      return;
    }
    if (this.#fault === null) {
      const target = this.#skin ?? this.#ambient;
      const share = 1 - Math.exp(-this.#options.period / this.#options.lag);
      this.#object += (target - this.#object) * share;
    }
    const noise = this.#fault === "stuck" ? 0 : (this.#next() * 2 - 1) * this.#options.noise;
    this.#listeners.tell({ ok: true, at, object: step(this.#object + noise), ambient: step(this.#ambient) });
  }

  /** xorshift32, so that a run can be repeated. */
  #next(): number {
    let x = this.#random;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#random = x;
    return (x >>> 0) / 2 ** 32;
  }
}
