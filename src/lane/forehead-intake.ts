/** From the thermometer's samples to a body temperature of the current turn (core/temperature does the measuring). */
import type { BodyTemperature, Sample, WallTime } from "../core/flow.ts";
import type { LaneInput } from "../core/passage/lane-events.ts";
import { type Drift, driftAfter, driftOf, drifts, startDrift } from "../core/temperature/drift.ts";
import { thermometerTrouble } from "../core/temperature/fitness.ts";
import { type Measuring, measure, startMeasuring } from "../core/temperature/measure.ts";
import type { MeasureSettings } from "../core/temperature/settings.ts";
import { trusted } from "../core/verdict/period.ts";
import type { Clock } from "../ports/clock.ts";

export interface ForeheadHost {
  send(event: LaneInput): void;
}

/** What a drift is measured against. */
const watchOf = ({ correction, calibration }: MeasureSettings): string =>
  calibration === null ? correction.version : `${correction.version} × ${calibration.gain} + ${calibration.offset}`;

export class ForeheadIntake {
  #settings: MeasureSettings;
  readonly #clock: Clock;
  readonly #host: ForeheadHost;
  #state: Measuring = startMeasuring();
  /** The measurement that was handed on; the same one is never handed on twice. */
  #given: BodyTemperature | null = null;
  /** A forehead is measured only from the turn's beginning on, and one per person. */
  #open = false;
  #turn = 0;
  #drift: Drift;

  constructor(settings: MeasureSettings, clock: Clock, host: ForeheadHost) {
    this.#settings = settings;
    this.#drift = startDrift(watchOf(settings));
    this.#clock = clock;
    this.#host = host;
  }

  /** Changed settings; another correction table or calibration begins the drift watch anew. */
  configure(settings: MeasureSettings): void {
    if (watchOf(settings) !== watchOf(this.#settings)) this.#drift = startDrift(watchOf(settings));
    this.#settings = settings;
  }

  /** 0 … 1 for the ring, and whether the person is asked once more. */
  get progress(): { readonly share: number; readonly again: boolean } {
    const { answer } = this.#state;
    if (answer.kind !== "measuring") return { share: answer.kind === "done" ? 1 : 0, again: false };
    return { share: answer.progress, again: answer.asks === "again" };
  }

  /** What keeps the sensor from measuring now, or null. */
  get trouble() {
    return thermometerTrouble(this.#state, this.#clock.monotonic(), this.#settings);
  }

  /** How far the median of people at large has moved since the start, or null while there are too few. */
  get drift(): number | null {
    return driftOf(this.#drift);
  }

  get drifts(): boolean {
    return drifts(this.#drift);
  }

  /** Only a clock that is believed can say so. */
  calibrationExpired(wall: WallTime): boolean {
    const expires = this.#settings.calibration?.expires;
    return expires !== undefined && trusted(wall) && wall.at > expires;
  }

  /** The sensor was opened: its first reading is awaited, its warm-up begins. */
  opened(): void {
    this.#state = startMeasuring(this.#clock.monotonic());
  }

  /** A new person: every reading before is forgotten. */
  begin(turn: number): void {
    this.#expect(turn, "begin");
  }

  /** The next of a family, from the moment the one before has taken their forehead away. */
  next(turn: number): void {
    this.#expect(turn, "next");
  }

  #expect(turn: number, type: "begin" | "next"): void {
    // The turn is told and not asked for: while the machine begins it, its snapshot still shows the one before.
    this.#turn = turn;
    this.#open = true;
    this.#given = null;
    this.#step({ type, at: this.#clock.monotonic() });
  }

  /** The code is read: a sensor that can't measure is told at once instead of being waited for. */
  ask(): void {
    this.#step({ type: "ask", at: this.#clock.monotonic() });
  }

  present(present: boolean): void {
    this.#step({ type: "body", present, at: this.#clock.monotonic() });
    if (!present) this.#open = false;
  }

  sample(sample: Sample): void {
    this.#step({ type: "sample", sample });
  }

  /** Time alone can end a measurement: silence, or tries that never settle. */
  tick(): void {
    this.#step({ type: "tick", at: this.#clock.monotonic() });
  }

  #step(event: Parameters<typeof measure>[1]): void {
    this.#state = measure(this.#state, event, this.#settings);
    const { answer } = this.#state;
    if (!this.#open || answer.kind !== "done" || answer.temperature === this.#given) return;
    this.#given = answer.temperature;
    this.#open = false;
    const { estimate } = answer.temperature;
    if (estimate !== null) this.#drift = driftAfter(this.#drift, estimate);
    this.#host.send({ type: "temperature", turn: this.#turn, body: answer.temperature });
  }
}
