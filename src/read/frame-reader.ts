/** One camera's frames in order: gate, ladder, colour, and where to look next. Runs inside a worker; knows no threads. */
import type { Corners } from "../core/flow.ts";
import type { Monotonic } from "../core/units.ts";
import { type ColourReading, moduleColour } from "./colour.ts";
import type { Box } from "./enhance.ts";
import { PresenceGate } from "./gate.ts";
import type { Ladder, LadderRead } from "./ladder.ts";
import { fillGrey, type Raster } from "./luma.ts";
import { type Observation, observe } from "./observe.ts";
import { boxAround, centreOf } from "./quad.ts";
import type { ReadSettings } from "./settings.ts";
import { textOf } from "./text.ts";

export interface ReadCode extends ColourReading {
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly corners: Corners;
  readonly rung: string;
}

export interface FrameReading {
  readonly busy: boolean;
  /** Nearest to the reading zone first. */
  readonly codes: readonly ReadCode[];
  readonly observation: Observation | null;
  /** Where a code was or may be, for the next frame. */
  readonly hint: Box | null;
  /** Milliseconds of enhancement spent. */
  readonly enhancement: number;
}

/** A QR code holds at most this much (ISO/IEC 18004, version 40 L, bytes). */
export const MOST_BYTES = 2953;

/**
 * Of what may be spent, one frame takes no more: the next may be the sharp one. The first with something in it is never
 * that, for whoever holds it has only just come.
 */
const MOST_OF_ALLOWANCE = { first: 0.02, later: 0.5 };

/** Codes of one frame that are passed on: a family's page and a few more. A wall of codes is nobody's family. */
const MOST_CODES = 12;

export class FrameReader {
  readonly #ladder: Ladder;
  readonly #gate: PresenceGate;
  readonly #settings: ReadSettings;
  #wasBusy = false;

  constructor(ladder: Ladder, settings: ReadSettings) {
    this.#ladder = ladder;
    this.#gate = new PresenceGate(settings.gate);
    this.#settings = settings;
  }

  read(raster: Raster, at: Monotonic, allowance: number, hint: Box | null): FrameReading {
    if (!this.#gate.decide(raster, at)) {
      this.#gate.learn(false, at);
      // Of a picture without structure one in four is looked at; the three between don't make the next one the first.
      if (!this.#gate.isOpen(at)) this.#wasBusy = false;
      return { busy: false, codes: [], observation: null, hint: null, enhancement: 0 };
    }
    const newShare = (box: Box): number => this.#gate.changedIn(box, raster.width, raster.height);
    const share = this.#wasBusy ? MOST_OF_ALLOWANCE.later : MOST_OF_ALLOWANCE.first;
    this.#wasBusy = this.#gate.isKnown;
    const result = this.#ladder.read(raster, { allowance: allowance * share, thorough: false, hint, newShare });
    this.#gate.learn(result.codes.length > 0, at);
    const found = describeCodes(raster, result.codes, this.#ladder, this.#settings.readingZone);
    const codes = found.slice(0, MOST_CODES);
    const [first] = codes;
    const [unread] = result.unread;
    return {
      busy: true,
      codes,
      observation: first === undefined && unread !== undefined ? this.#observe(raster, unread) : null,
      hint: first === undefined ? (unread ?? null) : boxAround(first.corners, 0.25, raster.width, raster.height),
      enhancement: result.enhancement,
    };
  }

  #observe(raster: Raster, box: Box): Observation {
    const data = new Uint8Array(raster.width * raster.height);
    fillGrey(raster, "y", this.#ladder.tables, data);
    const { width, height } = raster;
    const filled = this.#gate.changedIn({ left: 0, top: 0, right: width, bottom: height }, width, height);
    return observe({ width, height, data }, box, filled);
  }
}

/** Adds text and colour, and sorts by distance from the zone (fractions of the picture). */
export function describeCodes(
  raster: Raster,
  found: readonly LadderRead[],
  ladder: Ladder,
  zone: ReadSettings["readingZone"],
): ReadCode[] {
  const away = (corners: Corners): number => {
    const [x, y] = centreOf(corners);
    return Math.hypot(x - zone.x * raster.width, y - zone.y * raster.height);
  };
  return found
    .filter((code) => code.bytes.length <= MOST_BYTES)
    .map((code) => ({
      bytes: code.bytes,
      text: textOf(code),
      corners: code.corners,
      rung: code.rung,
      ...moduleColour(raster, code, ladder.tables),
    }))
    .sort((a, b) => away(a.corners) - away(b.corners));
}
