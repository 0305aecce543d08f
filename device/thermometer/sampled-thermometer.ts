/**
 * Asks a sensor at a steady rate and keeps its promises to the lane: a failed, late or suspiciously constant reading is
 * a sample that says so, never silence and never an old value. Short disturbances are tried again at once; a sensor that
 * keeps failing or hangs is closed and opened anew (a stuck bus blocks a call for good, so the call is left behind).
 */
import type { Sample } from "../../src/core/flow.ts";
import { type Millis, type Monotonic, millis, since } from "../../src/core/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Thermometer } from "../../src/ports/thermometer.ts";
import { Listeners } from "../listeners.ts";
import { type Both, type Sensor, SensorError } from "./sensor.ts";

export interface SamplingSettings {
  readonly period: Millis;
  /** A reading that takes longer is told as `stale`. */
  readonly staleAfter: Millis;
  /** Exactly the same two values for this long: no thermopile is that quiet. */
  readonly stuckAfter: Millis;
}
export const defaultSampling: SamplingSettings = {
  period: millis(100),
  staleAfter: millis(500),
  stuckAfter: millis(20_000),
};

const TRIES = 3;
const RETRY_AFTER = millis(8);
/** A call without an answer for this long is left behind and the sensor opened anew. */
const ABANDON_AFTER = millis(2_000);
/** Failures in a row until the sensor is opened anew. */
const REOPEN_AFTER = 5;

export class SampledThermometer implements Thermometer {
  readonly #clock: Clock;
  readonly #newSensor: () => Sensor;
  readonly #set: SamplingSettings;
  readonly #samples = new Listeners<Sample>();
  #sensor: Sensor | null = null;
  /** Counts up with each sensor opened, so that an answer to an abandoned one is ignored. */
  #generation = 0;
  #asked: Monotonic | null = null;
  #failures = 0;
  #last: (Both & { readonly unchangedSince: Monotonic }) | null = null;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, newSensor: () => Sensor, settings: SamplingSettings = defaultSampling) {
    this.#clock = clock;
    this.#newSensor = newSensor;
    this.#set = settings;
  }

  /** Never fails for a missing sensor: its samples say so until it is there. */
  async start(): Promise<void> {
    this.#cancel ??= this.#clock.every(this.#set.period, () => this.#tick());
  }

  async stop(): Promise<void> {
    this.#cancel?.();
    this.#cancel = null;
    await this.#drop();
  }

  onSample(listener: (sample: Sample) => void): () => void {
    return this.#samples.add(listener);
  }

  #tick(): void {
    const now = this.#clock.monotonic();
    if (this.#asked === null) {
      this.#asked = now;
      void this.#ask(this.#generation, now);
      return;
    }
    const waiting = since(this.#asked, now);
    if (waiting >= this.#set.staleAfter) this.#tell({ ok: false, at: now, fault: "stale" });
    if (waiting >= ABANDON_AFTER) void this.#drop();
  }

  async #ask(generation: number, asked: Monotonic): Promise<void> {
    let sample: Sample;
    try {
      const both = await this.#readWithRetries(generation);
      sample = this.#checked(both, this.#clock.monotonic());
    } catch (error) {
      const fault = error instanceof SensorError ? error.fault : "no-answer";
      sample = { ok: false, at: this.#clock.monotonic(), fault };
    }
    if (generation !== this.#generation) return;
    this.#asked = null;
    this.#failures = sample.ok ? 0 : this.#failures + 1;
    if (this.#failures >= REOPEN_AFTER) void this.#drop();
    const late = since(asked, this.#clock.monotonic()) >= this.#set.staleAfter;
    this.#tell(late && sample.ok ? { ok: false, at: sample.at, fault: "stale" } : sample);
  }

  async #readWithRetries(generation: number): Promise<Both> {
    if (this.#sensor === null) {
      const sensor = this.#newSensor();
      this.#sensor = sensor;
      try {
        await sensor.open();
      } catch (error) {
        if (this.#sensor === sensor) this.#sensor = null;
        throw error;
      }
    }
    for (let left = TRIES - 1; ; left--) {
      if (generation !== this.#generation || this.#sensor === null)
        throw new SensorError("stale", "the sensor was opened anew meanwhile");
      try {
        return await this.#sensor.read();
      } catch (error) {
        const passing = error instanceof SensorError && (error.fault === "no-answer" || error.fault === "checksum");
        if (!passing || left === 0) throw error;
        await new Promise<void>((resolve) => this.#clock.after(RETRY_AFTER, resolve));
      }
    }
  }

  #checked(both: Both, at: Monotonic): Sample {
    const same = this.#last !== null && both.object === this.#last.object && both.ambient === this.#last.ambient;
    this.#last = { ...both, unchangedSince: same && this.#last !== null ? this.#last.unchangedSince : at };
    if (since(this.#last.unchangedSince, at) >= this.#set.stuckAfter) return { ok: false, at, fault: "stale" };
    return { ok: true, at, ...both };
  }

  /** Leaves the sensor behind; the next reading opens a new one. */
  async #drop(): Promise<void> {
    const sensor = this.#sensor;
    this.#sensor = null;
    this.#generation += 1;
    this.#asked = null;
    this.#failures = 0;
    await sensor?.close().catch(() => {});
  }

  #tell(sample: Sample): void {
    if (this.#cancel !== null) this.#samples.tell(sample);
  }
}
