/** What can be set about reading. Plain data; the configuration's schema fills it, these are its defaults. */
import { availableParallelism } from "node:os";
import { type Millis, millis } from "../core/units.ts";

export interface ReadSettings {
  /** Worker threads that decode. */
  readonly workers: number;
  /** A frame older than this when its turn comes is dropped. */
  readonly ageLimit: Millis;
  /** A worker that has not answered after this is replaced. */
  readonly decodeDeadline: Millis;
  /** A worker that is not ready after this counts as failed. */
  readonly startDeadline: Millis;
  /** Milliseconds of enhancement (everything after the plain passes) that one second may cost. */
  readonly enhancementPerSecond: Millis;
  readonly gate: GateSettings;
  /** Where people are asked to hold their code, in fractions of the picture; of several codes the nearest comes first. */
  readonly readingZone: { readonly x: number; readonly y: number };
  /** How long something code-like must be in view unread before the person is told what to change. */
  readonly guidanceAfter: Millis;
}

export interface GateSettings {
  /** Samples across and down. */
  readonly columns: number;
  readonly rows: number;
  /** Grey levels by which a cell must differ from the empty lane, after the light's own change is taken out. */
  readonly difference: number;
  /** How many cells must differ. */
  readonly cells: number;
  /** How long the gate stays open after the last difference. */
  readonly hold: Millis;
  /** A picture that has not moved for this long becomes the new empty lane. */
  readonly adoptAfter: Millis;
}

/** Two cores are left to the lane and the screens where the board has four; a smaller one gets one worker. */
export function defaultReadSettings(cores: number = availableParallelism()): ReadSettings {
  return {
    workers: Math.max(1, Math.min(3, cores - 2)),
    ageLimit: millis(300),
    decodeDeadline: millis(1500),
    startDeadline: millis(20_000),
    enhancementPerSecond: millis(500),
    gate: { columns: 80, rows: 60, difference: 14, cells: 24, hold: millis(1500), adoptAfter: millis(8000) },
    readingZone: { x: 0.5, y: 0.5 },
    guidanceAfter: millis(700),
  };
}
