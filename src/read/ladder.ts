/**
 * From cheap to dear until something is read: plain passes over the whole picture, then enlarged and sharpened
 * passes over the places where something code-like is, and at last a second, independent decoder. Each rung reads
 * what the ones before it can't; README.md has what each brings.
 */
import type { Corners, Point } from "../core/flow.ts";
import { linearLight, smearDirection } from "./blur.ts";
import { type Box, crop } from "./enhance.ts";
import { type Channel, fillGrey, type Grey, type LumaTables, lumaTables, type Raster } from "./luma.ts";
import { boxAround, centreOf, mapCorners, samePlace, sideOf } from "./quad.ts";
import { codeLikeRegions, densestPart } from "./region.ts";
import { manageable, rungs } from "./rungs.ts";
import type { Decoded, Zxing } from "./zxing.ts";

/** A code with the rung that read it. */
export interface LadderRead extends Decoded {
  readonly rung: string;
}

export interface LadderResult {
  readonly codes: readonly LadderRead[];
  /** Places with something code-like that stayed unread, most promising first. */
  readonly unread: readonly Box[];
  /** Corners that a decoder was sure of without being able to read them. */
  readonly sightings: readonly Corners[];
  /** Milliseconds spent above the plain passes. */
  readonly enhancement: number;
}

export interface LadderEffort {
  /** Milliseconds that the rungs above the plain passes may take. */
  readonly allowance: number;
  /** Whole effort: every rung on every region, and further codes searched after the first. */
  readonly thorough: boolean;
  /** Where a code was seen in the frame before. */
  readonly hint: Box | null;
  /** Part of a place that was not there before, 0 … 1: posters in the lane are not worth a budget. */
  readonly newShare?: (box: Box) => number;
}

export const wholeEffort: LadderEffort = { allowance: Number.POSITIVE_INFINITY, thorough: true, hint: null };

/** Over the whole picture. The first is what a picture without a code costs at the least, hence quick. */
const plainPasses = [
  { name: "yb", channel: "yb", quick: true },
  { name: "y", channel: "y", quick: false },
  { name: "yb-whole", channel: "yb", quick: false },
] as const;
const thoroughPasses = [
  { name: "yb", channel: "yb", quick: false },
  { name: "y", channel: "y", quick: false },
  { name: "min", channel: "min", quick: false },
] as const;

/** Regions tried per picture; a hostile scene offers more. */
const MOST_REGIONS = 3;
/** A region of more pixels is worked on at half its size, or a quarter: modules and blur of a large picture are large. */
const LARGEST_VIEW = 1000 * 1000;

/** Where the rungs look. */
interface Place {
  readonly box: Box;
  /** A decoder took it for a code. */
  readonly isSure: boolean;
}

export class Ladder {
  readonly #zxing: Zxing;
  readonly #tables: LumaTables = lumaTables();
  readonly #light = linearLight();
  readonly #planes: Record<Channel, Uint8Array> = {
    yb: new Uint8Array(0),
    y: new Uint8Array(0),
    min: new Uint8Array(0),
  };
  readonly #clock: () => number;

  /** `clock` counts milliseconds; it measures cost, never ages. */
  constructor(zxing: Zxing, clock: () => number) {
    this.#zxing = zxing;
    this.#clock = clock;
  }

  get tables(): LumaTables {
    return this.#tables;
  }

  read(raster: Raster, effort: LadderEffort): LadderResult {
    const codes: LadderRead[] = [];
    const sightings: Corners[] = [];
    const planes = new Map<Channel, Grey>();
    const plane = (channel: Channel): Grey => {
      const made = planes.get(channel) ?? this.#plane(raster, channel);
      planes.set(channel, made);
      return made;
    };
    for (const { name, channel, quick } of effort.thorough ? thoroughPasses : plainPasses) {
      if (codes.length > 0 && !effort.thorough && sightings.length === 0) break;
      const sighting = this.#zxing.read(plane(channel), { quick });
      for (const found of sighting.found) add(codes, { ...found, rung: name });
      sightings.push(...sighting.unread);
    }
    const open = sightings.filter((corners) => !isOfRead(corners, codes));
    if (codes.length > 0 && open.length === 0 && !effort.thorough)
      return { codes, unread: [], sightings: [], enhancement: 0 };
    const started = this.#clock();
    const regions = this.#regions(plane("yb"), open, codes, effort);
    const unread = this.#climb(regions, plane, codes, effort, started);
    return {
      codes,
      unread: unread.map(({ box }) => box),
      sightings: open,
      enhancement: this.#clock() - started,
    };
  }

  #plane(raster: Raster, channel: Channel): Grey {
    const pixels = raster.width * raster.height;
    if (this.#planes[channel].length < pixels) this.#planes[channel] = new Uint8Array(pixels);
    const data = this.#planes[channel].subarray(0, pixels);
    fillGrey(raster, channel, this.#tables, data);
    return { width: raster.width, height: raster.height, data };
  }

  #regions(grey: Grey, open: readonly Corners[], codes: readonly LadderRead[], effort: LadderEffort): Place[] {
    const places: Place[] = open.map((corners) => ({
      box: boxAround(corners, 0.25, grey.width, grey.height),
      isSure: true,
    }));
    const read = codes.map((code) => code.corners);
    const isNew = (box: Box): boolean => (effort.newShare?.(box) ?? 1) >= NEW_PLACE;
    const seen = codeLikeRegions(grey, MOST_REGIONS * 2, read, isNew).map(({ box }): Place => ({ box, isSure: false }));
    const { hint } = effort;
    const isTracked = ({ box }: Place): boolean =>
      hint !== null && (mostlyWithin(hint, box) || mostlyWithin(box, hint));
    places.push(...seen.sort((a, b) => Number(isTracked(b)) - Number(isTracked(a))));
    const kept: Place[] = [];
    for (const place of places) {
      const { box } = place;
      if (box.right - box.left < 16 || box.bottom - box.top < 16) continue;
      if (!isNew(box)) continue;
      if (kept.some((other) => mostlyWithin(box, other.box))) continue;
      if (read.some((corners) => mostlyWithin(box, boxAround(corners, 0.3)))) continue;
      if (!effort.thorough && read.some((corners) => isAround(centreOf(corners), box))) continue;
      kept.push(place);
    }
    return kept.slice(0, MOST_REGIONS);
  }

  /** Each rung on every region before the next, dearer one; gives the regions in which nothing was read. */
  #climb(
    regions: readonly Place[],
    plane: (channel: Channel) => Grey,
    codes: LadderRead[],
    effort: LadderEffort,
    started: number,
  ): Place[] {
    let unread = [...regions];
    const lost = effort.thorough ? [] : regions.filter((place) => isHopeless(place, plane("yb"), effort));
    for (const rung of rungs) {
      if (rung.thoroughOnly && !effort.thorough) continue;
      for (const place of unread) {
        const { box, isSure } = place;
        if (lost.includes(place)) continue;
        // Beside a code that was read, what no decoder is sure of is mostly print: it gets the first rung, and only
        // where it is as large as that code, as the others of a family's page are.
        if (codes.length > 0 && !isSure && !(rung.further === true && isOfSize(box, codes))) continue;
        const left = effort.allowance - (this.#clock() - started);
        if (left <= 0) return unread;
        if (left < (rung.least ?? 0)) continue;
        const whole = crop(plane(rung.channel), box);
        const { view, back } = rung.anySize === true ? { view: whole, back: 1 } : manageable(whole, LARGEST_VIEW);
        const before = codes.length;
        for (const code of rung.read(view, this.#zxing, this.#light)) {
          const corners = mapCorners(code.corners, ([x, y]): Point => [x * back + box.left, y * back + box.top]);
          add(codes, { ...code, corners, rung: rung.name });
        }
        if (codes.length > before) unread = unread.filter((other) => other !== place);
      }
      if (!effort.thorough && codes.length > 0) return unread;
    }
    return unread;
  }
}

/**
 * Not worth a budget, whatever the rungs: what stood in the lane before, what is too long for a code, and what is
 * smeared so far that nothing brings it back; the hand will be still in a moment. Judged by the densest part.
 */
function isHopeless({ box, isSure }: Place, grey: Grey, effort: LadderEffort): boolean {
  if (isSure) return false;
  const { view, back } = manageable(crop(grey, box), LARGEST_VIEW);
  const core = densestPart(view);
  const wide = core.right - core.left;
  const high = core.bottom - core.top;
  if (wide > LONGEST_SHAPE * high || high > LONGEST_SHAPE * wide) return true;
  if ((effort.newShare?.(moved(core, back, box)) ?? 1) < NEW_CORE) return true;
  return smearDirection(crop(view, core)).anisotropy > SMEARED_AWAY;
}
/**
 * Part of a place with its margin, and of its densest part, that must be new. Of a code before a wall as white as its
 * paper the dark half is; of a poster half hidden by somebody, what is hidden.
 */
const NEW_PLACE = 0.15;
const NEW_CORE = 0.3;
/** Sides of what may be codes: two side by side, or one seen from aside. */
const LONGEST_SHAPE = 2.5;
/** At a smear of one module 0.15 to 0.3, of two 0.35 to 0.45, of four 0.5 to 0.9. */
const SMEARED_AWAY = 0.45;

/** A box of a view that was cut out at `origin` and is `by` times as large there. */
const moved = (part: Box, by: number, origin: Box): Box => ({
  left: origin.left + part.left * by,
  top: origin.top + part.top * by,
  right: origin.left + part.right * by,
  bottom: origin.top + part.bottom * by,
});

function add(codes: LadderRead[], code: LadderRead): void {
  if (code.bytes.length === 0) return;
  if (!codes.some((other) => samePlace(other.corners, code.corners))) codes.push(code);
}

/** A sighting of a code that was read in another pass, or one put together from finder patterns of codes that were read. */
function isOfRead(corners: Corners, codes: readonly LadderRead[]): boolean {
  if (codes.some((code) => samePlace(code.corners, corners))) return true;
  const finders = [corners[0], corners[1], corners[3]];
  return finders.every((finder) => codes.some((code) => isAround(finder, boxAround(code.corners, 0.1))));
}

function isOfSize(box: Box, codes: readonly LadderRead[]): boolean {
  const side = Math.sqrt((box.right - box.left) * (box.bottom - box.top));
  return codes.some(({ corners }) => side > 0.7 * sideOf(corners) && side < 2.5 * sideOf(corners));
}

const isAround = ([x, y]: Point, box: Box): boolean => x >= box.left && x < box.right && y >= box.top && y < box.bottom;

function mostlyWithin(box: Box, other: Box): boolean {
  const wide = Math.min(box.right, other.right) - Math.max(box.left, other.left);
  const high = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
  return wide > 0 && high > 0 && wide * high > 0.7 * (box.right - box.left) * (box.bottom - box.top);
}
