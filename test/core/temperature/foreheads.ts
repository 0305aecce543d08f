/** Sequences of samples as a sensor would give them: somebody approaches, wears a hat, comes in from the cold, leaves. */
import type { Sample, SampleFault } from "../../../src/core/flow.ts";
import { defaultCorrection, skinOf } from "../../../src/core/temperature/correction.ts";
import { type Measuring, measure, startMeasuring } from "../../../src/core/temperature/measure.ts";
import { defaultMeasureSettings, type MeasureSettings } from "../../../src/core/temperature/settings.ts";
import { celsius, millis, monotonic } from "../../../src/core/units.ts";

export const warm: MeasureSettings = { ...defaultMeasureSettings, warmUp: millis(0) };

/** Noise that is the same in every run: ±1 from a small generator. */
export function noise(seed: number): () => number {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** A sensor at 16 Hz (or another rate) before a background, and people before the sensor. */
export class SensorBench {
  state: Measuring = startMeasuring(monotonic(0));
  now = 0;
  period = 62.5;
  ambient = 22;
  background = 22;
  readonly settings: MeasureSettings;
  readonly #noise: () => number;
  readonly #sigma: number;

  constructor(settings: MeasureSettings = warm, sigma = 0.03, seed = 1) {
    this.settings = settings;
    this.#sigma = sigma;
    this.#noise = noise(seed);
    this.nobody(1000);
  }

  sample(object: number, ambient = this.ambient): this {
    this.now += this.period;
    const jitter = () => Math.round(((this.#noise() + this.#noise()) * this.#sigma) / 0.02) * 0.02;
    const at = monotonic(this.now);
    return this.give({ ok: true, at, object: celsius(object + jitter()), ambient: celsius(ambient + jitter() / 2) });
  }

  /** A reading without noise: what a stuck sensor gives. */
  exactly(object: number): this {
    this.now += this.period;
    const at = monotonic(this.now);
    return this.give({ ok: true, at, object: celsius(object), ambient: celsius(this.ambient) });
  }

  fault(fault: SampleFault = "checksum"): this {
    this.now += this.period;
    return this.give({ ok: false, at: monotonic(this.now), fault });
  }

  give(sample: Sample): this {
    this.state = measure(this.state, { type: "sample", sample }, this.settings);
    return this;
  }

  during(lasting: number, each: (elapsed: number) => void): this {
    const start = this.now;
    while (this.now - start < lasting) each(this.now - start);
    return this;
  }

  nobody(lasting: number): this {
    return this.during(lasting, () => this.sample(this.background));
  }

  /** A steady forehead with this body temperature. */
  body(temperature: number, lasting: number): this {
    return this.during(lasting, () => this.sample(this.skin(temperature)));
  }

  skin(temperature: number): number {
    return skinOf(this.settings.correction ?? defaultCorrection, celsius(temperature), celsius(this.ambient));
  }

  tick(lasting: number): this {
    this.now += lasting;
    this.state = measure(this.state, { type: "tick", at: monotonic(this.now) }, this.settings);
    return this;
  }

  tell(event: "begin" | "ask"): this {
    this.state = measure(this.state, { type: event, at: monotonic(this.now) }, this.settings);
    return this;
  }

  stands(present: boolean): this {
    this.state = measure(this.state, { type: "body", present, at: monotonic(this.now) }, this.settings);
    return this;
  }

  get result() {
    return this.state.answer.kind === "done" ? this.state.answer.temperature : null;
  }
}
