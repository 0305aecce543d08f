/**
 * The measurement: samples and presence in, one `BodyTemperature` out. A pure reducer; the lane feeds every sample and
 * a tick now and then, and reads `answer`. Nothing of a person outlives their presence here.
 */
import type { BodyTemperature, Sample } from "../flow.ts";
import { celsius, type Monotonic, since, toTenths } from "../units.ts";
import { calibrated } from "./calibration.ts";
import { classify, inBand, isFever, notMeasured } from "./classify.ts";
import { bodyOf } from "./correction.ts";
import { nobodyThere, type Presence, withSample } from "./presence.ts";
import type { MeasureSettings } from "./settings.ts";
import { newSensor, type Sensor, sensorAfter, unfit, withScene } from "./settled.ts";
import { noReadings, type Steady, steadyAfter } from "./steady.ts";

export type MeasureEvent =
  | { readonly type: "sample"; readonly sample: Sample }
  /** The presence contact at the reading place. Where a lane has one, it tells people apart; else the forehead does. */
  | { readonly type: "body"; readonly present: boolean; readonly at: Monotonic }
  /** Somebody is asked for the forehead: a sensor that can't measure is told at once. */
  | { readonly type: "ask"; readonly at: Monotonic }
  /** A new person, or the same one once more: forget every reading. */
  | { readonly type: "begin"; readonly at: Monotonic }
  /** The next of a family: whoever was measured takes their forehead away first (P11, one temperature each). */
  | { readonly type: "next"; readonly at: Monotonic }
  | { readonly type: "tick"; readonly at: Monotonic };

export type MeasureAnswer =
  | { readonly kind: "nobody" }
  /** `again`: within the band, measured once more. `closer`: too low, uncover the forehead and come closer. */
  | { readonly kind: "measuring"; readonly progress: number; readonly asks: "again" | "closer" | null }
  /** Stays until the forehead has gone (with a presence contact: the body), or `begin`. */
  | { readonly kind: "done"; readonly temperature: BodyTemperature };

export interface Measuring {
  readonly answer: MeasureAnswer;
  /** Counts presences; a code and a temperature of different presences never belong together. */
  readonly presence: number;
  readonly sensor: Sensor;
  readonly forehead: Presence;
  /** Null while no presence contact has spoken. */
  readonly body: boolean | null;
  readonly asked: boolean;
  /** The forehead before the sensor was measured already; the next one comes after it. */
  readonly leaving: boolean;
  readonly attempt: Attempt;
}

interface Attempt {
  readonly steady: Steady;
  readonly startedAt: Monotonic | null;
  /** No reading counts before this: time to take the hat off, or distance between two measurements in the band. */
  readonly notBefore: Monotonic | null;
  readonly failed: number;
  /** Rounded estimates in tenths of what was measured, at most three. */
  readonly estimates: readonly number[];
  readonly bandSince: Monotonic | null;
  readonly asks: "again" | "closer" | null;
}

const freshAttempt: Attempt = {
  steady: noReadings,
  startedAt: null,
  notBefore: null,
  failed: 0,
  estimates: [],
  bandSince: null,
  asks: null,
};

/** Two measurements in the band lie this far apart, so that they aren't the same moment twice. */
const BETWEEN = 300;

/** @param poweredAt when the sensor got its power; null counts from its first sample. */
export function startMeasuring(poweredAt: Monotonic | null = null): Measuring {
  return {
    answer: { kind: "nobody" },
    presence: 0,
    sensor: newSensor(poweredAt),
    forehead: nobodyThere,
    body: null,
    asked: false,
    leaving: false,
    attempt: freshAttempt,
  };
}

/** The next state. Total: every event is possible in every state. */
export function measure(state: Measuring, event: MeasureEvent, settings: MeasureSettings): Measuring {
  switch (event.type) {
    case "begin":
      return conclude({ ...state, ...anew }, event.at, settings);
    case "next":
      return conclude({ ...state, ...anew, leaving: state.forehead.there }, event.at, settings);
    case "ask":
      return conclude({ ...state, asked: true }, event.at, settings);
    case "tick":
      return conclude(state, event.at, settings);
    case "body": {
      const changed = state.body !== event.present;
      if (!changed) return conclude(state, event.at, settings);
      // The first word of the contact says how things are, not that they changed.
      const sensor = state.body === null && !event.present ? state.sensor : withScene(state.sensor, event.at);
      const next = { ...state, ...anew, sensor, body: event.present, presence: state.presence + 1 };
      return conclude(next, event.at, settings);
    }
    case "sample":
      return withReading(state, event.sample, settings);
  }
}

const anew = { answer: { kind: "nobody" }, asked: false, leaving: false, attempt: freshAttempt } as const;

function withReading(state: Measuring, read: Sample, settings: MeasureSettings): Measuring {
  const sensed = { ...state, sensor: sensorAfter(state.sensor, read) };
  if (!read.ok) return conclude(sensed, read.at, settings);
  const sample = { ...read, object: calibrated(read.object, settings.calibration) };
  const forehead = withSample(state.forehead, sample.object, sample.ambient, sample.at, settings);
  const present = presenceAfter(sensed, forehead);
  if (!forehead.there) return conclude({ ...present, leaving: false }, sample.at, settings);
  if (present.answer.kind === "done" || present.leaving) return conclude(present, sample.at, settings);
  const { attempt } = present;
  if (attempt.notBefore !== null && sample.at < attempt.notBefore) return conclude(present, sample.at, settings);
  const steady = steadyAfter(attempt.steady, sample, settings);
  const startedAt = attempt.startedAt ?? sample.at;
  return conclude({ ...present, attempt: { ...attempt, steady, startedAt, notBefore: null } }, sample.at, settings);
}

/** Without a presence contact each new forehead is a new person; with one, the person stays while the body does. */
function presenceAfter(state: Measuring, forehead: Presence): Measuring {
  if (forehead.there === state.forehead.there) return { ...state, forehead };
  if (state.body !== true) {
    const presence = forehead.there ? state.presence + 1 : state.presence;
    const { asked } = state;
    return forehead.there ? { ...state, ...anew, asked, forehead, presence } : { ...state, ...anew, forehead };
  }
  const attempt = { ...state.attempt, steady: noReadings, startedAt: null };
  return { ...state, forehead, attempt };
}

/** Draws the conclusion that time and readings allow. */
function conclude(state: Measuring, now: Monotonic, settings: MeasureSettings): Measuring {
  if (state.answer.kind === "done") return state;
  const concerned = state.forehead.there || state.asked || state.body === true;
  const count = state.attempt.estimates.length;
  if (concerned && unfit(state.sensor, state.forehead, now, settings) !== null)
    return done(state, notMeasured("unavailable", now, count));
  const { attempt } = state;
  if (attempt.bandSince !== null && since(attempt.bandSince, now) >= settings.again)
    return done(state, verdictOf(attempt.estimates, settings, now));
  if (attempt.steady.skin !== null) return measured(state, attempt.steady.skin, now, settings);
  if (attempt.startedAt !== null && since(attempt.startedAt, now) >= settings.attempt)
    return tryAgain(state, false, now, settings);
  return { ...state, answer: stillMeasuring(state, settings) };
}

function stillMeasuring({ forehead, attempt }: Measuring, settings: MeasureSettings): MeasureAnswer {
  const begun = attempt.estimates.length > 0 || attempt.failed > 0;
  if (!forehead.there && !begun) return { kind: "nobody" };
  const needed = settings.samples + settings.medians - 1;
  const progress = Math.min(0.99, attempt.steady.run / needed);
  return { kind: "measuring", progress, asks: attempt.asks };
}

/** One measurement is complete: `skin` is the maximum of its medians. */
function measured(state: Measuring, skin: number, now: Monotonic, settings: MeasureSettings): Measuring {
  const ambient = celsius(state.sensor.ambient ?? settings.ambientFrom);
  const estimate = toTenths(bodyOf(settings.correction, celsius(skin), ambient));
  if (estimate < settings.lowBelow) return tryAgain(state, false, now, settings);
  if (estimate > settings.implausible) return tryAgain(state, true, now, settings);
  const estimates = [...state.attempt.estimates, estimate];
  const enough = estimates.length >= settings.measurements || settledEarly(estimates, settings);
  if (enough) return done(state, verdictOf(estimates, settings, now));
  const attempt: Attempt = {
    ...freshAttempt,
    failed: state.attempt.failed,
    estimates,
    bandSince: state.attempt.bandSince ?? now,
    notBefore: later(now, BETWEEN),
    asks: "again",
  };
  return { ...state, attempt, answer: { kind: "measuring", progress: 0, asks: "again" } };
}

/** The first outside the band settles it; a second on the same side of the limit can't be outvoted by a third. */
function settledEarly(estimates: readonly number[], settings: MeasureSettings): boolean {
  const [first, second] = estimates;
  if (first === undefined) return false;
  if (second === undefined) return !inBand(celsius(first), settings);
  return isFever(celsius(first), settings) === isFever(celsius(second), settings);
}

/** The median decides; of two the higher, since misses only lower a reading. */
function verdictOf(estimates: readonly number[], settings: MeasureSettings, now: Monotonic): BodyTemperature {
  const sorted = [...estimates].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) return notMeasured("unavailable", now, 1);
  return classify(celsius(middle), settings, now, estimates.length);
}

/** A try that gave nothing: too low, never steady, or no human temperature. */
function tryAgain(state: Measuring, implausible: boolean, now: Monotonic, settings: MeasureSettings): Measuring {
  const failed = state.attempt.failed + 1;
  if (failed >= settings.tries && state.attempt.estimates.length === 0)
    return done(state, notMeasured(implausible ? "unavailable" : "low", now, settings.tries));
  const { estimates, bandSince } = state.attempt;
  const asks = estimates.length > 0 ? "again" : "closer";
  const notBefore = later(now, settings.pause);
  const attempt: Attempt = { ...freshAttempt, failed, estimates, bandSince, notBefore, asks };
  return { ...state, attempt, answer: { kind: "measuring", progress: 0, asks } };
}

const done = (state: Measuring, temperature: BodyTemperature): Measuring => ({
  ...state,
  asked: false,
  attempt: freshAttempt,
  answer: { kind: "done", temperature },
});

const later = (from: Monotonic, duration: number): Monotonic => (from + duration) as Monotonic;
