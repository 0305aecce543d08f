/** Whether the sensor itself is fit to measure: warmed up, within its ambient range, not drifting, not stuck, not silent. */
import type { Sample } from "../flow.ts";
import { type Monotonic, since } from "../units.ts";
import { type Presence, WARM_BACKGROUND } from "./presence.ts";
import type { MeasureSettings } from "./settings.ts";

export interface Sensor {
  /** When it was opened, or the first sample where nobody said. */
  readonly poweredAt: Monotonic | null;
  /** The last good sample. */
  readonly goodAt: Monotonic | null;
  readonly ambient: number | null;
  /** Ambient about each five seconds of the last minute. */
  readonly history: readonly { readonly at: Monotonic; readonly ambient: number }[];
  /** Since when the reading has not changed by a single step. */
  readonly sameSince: Monotonic | null;
  readonly lastObject: number | null;
  /** When the presence contact last said that somebody came or went: what the sensor sees must have moved since. */
  readonly sceneAt: Monotonic | null;
}

export const newSensor = (poweredAt: Monotonic | null): Sensor => ({
  poweredAt,
  goodAt: null,
  ambient: null,
  history: [],
  sameSince: null,
  lastObject: null,
  sceneAt: null,
});

const HISTORY_STEP = 5_000;
const HISTORY = 60_000;

export function sensorAfter(sensor: Sensor, sample: Sample): Sensor {
  const poweredAt = sensor.poweredAt ?? sample.at;
  if (!sample.ok) return { ...sensor, poweredAt };
  const { at, ambient, object } = sample;
  const same = sensor.lastObject === object && sensor.ambient === ambient;
  const newest = sensor.history.at(-1);
  const due = newest === undefined || since(newest.at, at) >= HISTORY_STEP;
  const kept = due ? [...sensor.history, { at, ambient }] : sensor.history;
  return {
    poweredAt,
    goodAt: at,
    ambient,
    history: due ? kept.filter((entry) => since(entry.at, at) <= HISTORY) : kept,
    sameSince: same ? sensor.sameSince : at,
    lastObject: object,
    sceneAt: same ? sensor.sceneAt : null,
  };
}

/** Why nothing can be measured now, or null where the sensor is fit. */
export type Unfit = "silent" | "warming-up" | "ambient" | "slew" | "background" | "stuck";

export function unfit(sensor: Sensor, forehead: Presence, now: Monotonic, settings: MeasureSettings): Unfit | null {
  const { poweredAt, goodAt, ambient, history } = sensor;
  if (poweredAt === null) return "silent";
  // One that was only just opened is given as long for its first reading as for any other.
  if (goodAt === null || ambient === null) return since(poweredAt, now) > settings.sampleAge ? "silent" : null;
  if (since(goodAt, now) > settings.sampleAge) return "silent";
  if (since(poweredAt, now) < settings.warmUp) return "warming-up";
  if (ambient < settings.ambientFrom || ambient > settings.ambientTo) return "ambient";
  // Less than a minute of history still counts: a draught of two degrees in ten seconds must not wait for the minute.
  if (history.some((entry) => Math.abs(ambient - entry.ambient) > settings.ambientSlew)) return "slew";
  if (forehead.background !== null && forehead.background > WARM_BACKGROUND) return "background";
  const evidence = contradicted(sensor, forehead);
  return evidence !== null && since(evidence, goodAt) >= settings.stuck ? "stuck" : null;
}

/** Since when the reading has stood still to the last bit although what it sees can't have, or null. */
function contradicted({ sameSince, sceneAt }: Sensor, forehead: Presence): Monotonic | null {
  return forehead.there ? sameSince : sceneAt;
}

/** Somebody came or went by the word of the contact. Without a reading there is nothing yet to contradict. */
export const withScene = (sensor: Sensor, at: Monotonic): Sensor =>
  sensor.goodAt === null ? sensor : { ...sensor, sceneAt: sensor.sceneAt ?? at };
