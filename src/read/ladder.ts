/**
 * From cheap to dear until something is read: two plain passes over the whole picture, then enlarged and sharpened
 * passes over the places where something code-like is, and at last a second, independent decoder. Each rung reads
 * what the ones before it can't; README.md has what each brings.
 */
import type { Corners, Point } from "../core/flow.ts";
import { type Box, crop, doubled, levelled, notWhite, sharpened } from "./enhance.ts";
import { JSQR_LIMIT, readWithJsqr } from "./jsqr.ts";
import { type Channel, fillGrey, type Grey, type LumaTables, lumaTables, type Raster } from "./luma.ts";
import { boxAround, centreOf, mapCorners, samePlace } from "./quad.ts";
import { codeLikeRegions } from "./region.ts";
import { refocused, smearDirection, smearKernel, stilled } from "./restore.ts";
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
  /** Milliseconds spent above the two plain passes. */
  readonly enhancement: number;
}

export interface LadderEffort {
  /** Milliseconds that the rungs above the plain passes may take. */
  readonly allowance: number;
  /** Whole effort: every rung on every region, and further codes searched after the first. */
  readonly thorough: boolean;
  /** Where a code was seen in the frame before. */
  readonly hint: Box | null;
}

export const wholeEffort: LadderEffort = { allowance: Number.POSITIVE_INFINITY, thorough: true, hint: null };

/** Regions tried per picture; a hostile scene offers more. */
const MOST_REGIONS = 3;
/** Pixels above which a region is not enlarged: its modules are large enough. */
const ENLARGE_LIMIT = 1000 * 1000;

interface Rung {
  readonly name: string;
  readonly channel: Channel;
  readonly thoroughOnly: boolean;
  /** Cheap enough for a region of any size. */
  readonly anySize?: boolean;
  /** Worth its cost even beside a code that is read already. */
  readonly further?: boolean;
  read(view: Grey, zxing: Zxing): readonly Decoded[];
}

/** Regions up to this many pixels are worked on at twice their size; above, modules are large enough as they are. */
const DOUBLE_LIMIT = 340 * 340;

/** Twice the size where that is affordable, with the factor back. */
function enlarged(view: Grey): { readonly view: Grey; readonly back: number } {
  return view.width * view.height <= DOUBLE_LIMIT ? { view: doubled(view), back: 0.5 } : { view, back: 1 };
}

function refocusedRead(view: Grey, zxing: Zxing, radius: number): readonly Decoded[] {
  const large = enlarged(view);
  return scaled(zxing.read(refocused(large.view, radius, 8), { denoise: true }).found, large.back);
}

/** Undoes a smear along the direction in which edges are weakest; `length` in pixels of the picture. */
function stilledRead(view: Grey, zxing: Zxing, length: number, least: number): readonly Decoded[] {
  const smear = smearDirection(view);
  if (smear.anisotropy < least) return [];
  const still = enlarged(stilled(view, smearKernel(length, smear.angle), 8));
  return scaled(zxing.read(still.view).found, still.back);
}

const rungs: readonly Rung[] = [
  {
    name: "double",
    channel: "yb",
    thoroughOnly: false,
    further: true,
    read: (view, zxing) => scaled(zxing.read(doubled(view)).found, 0.5),
  },
  { name: "still-4", channel: "yb", thoroughOnly: false, read: (view, zxing) => stilledRead(view, zxing, 4, 0.12) },
  {
    name: "focus-4",
    channel: "yb",
    thoroughOnly: false,
    further: true,
    read: (view, zxing) => refocusedRead(view, zxing, 4),
  },
  { name: "focus-3", channel: "yb", thoroughOnly: true, read: (view, zxing) => refocusedRead(view, zxing, 3) },
  {
    name: "sharp-denoise",
    channel: "yb",
    thoroughOnly: false,
    read: (view, zxing) => {
      const large = enlarged(view);
      return scaled(zxing.read(sharpened(large.view, 3, 3), { denoise: true }).found, large.back);
    },
  },
  {
    name: "sharp",
    channel: "y",
    thoroughOnly: true,
    read: (view, zxing) => {
      const large = enlarged(view);
      return scaled(zxing.read(sharpened(large.view, 2, 2)).found, large.back);
    },
  },
  { name: "still-7", channel: "yb", thoroughOnly: true, read: (view, zxing) => stilledRead(view, zxing, 7, 0.12) },
  { name: "focus-6", channel: "yb", thoroughOnly: true, read: (view, zxing) => refocusedRead(view, zxing, 6) },
  { name: "focus-4-luma", channel: "y", thoroughOnly: true, read: (view, zxing) => refocusedRead(view, zxing, 4) },
  { name: "still-4-luma", channel: "y", thoroughOnly: true, read: (view, zxing) => stilledRead(view, zxing, 4, 0) },
  {
    name: "levelled",
    channel: "yb",
    thoroughOnly: true,
    read: (view, zxing) => scaled(zxing.read(doubled(levelled(view, 16))).found, 0.5),
  },
  {
    name: "denoise",
    channel: "y",
    thoroughOnly: true,
    anySize: true,
    read: (view, zxing) => zxing.read(view, { denoise: true }).found,
  },
  // Designers fill the modules with pictures: whatever is not the paper's white is dark.
  {
    name: "not-white",
    channel: "min",
    thoroughOnly: true,
    anySize: true,
    read: (view, zxing) => zxing.read(notWhite(view)).found,
  },
  {
    name: "jsqr",
    channel: "yb",
    thoroughOnly: false,
    read: (view) => {
      const found = view.width * view.height > JSQR_LIMIT ? null : readWithJsqr(view);
      return found === null ? [] : [found];
    },
  },
];

export class Ladder {
  readonly #zxing: Zxing;
  readonly #tables: LumaTables = lumaTables();
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
    for (const channel of ["yb", "y", "min"] as const) {
      if (channel === "min" && !effort.thorough) continue;
      if (codes.length > 0 && !effort.thorough && sightings.length === 0) break;
      const sighting = this.#zxing.read(plane(channel));
      for (const found of sighting.found) add(codes, { ...found, rung: channel });
      sightings.push(...sighting.unread);
    }
    const open = sightings.filter((corners) => !codes.some((code) => samePlace(code.corners, corners)));
    if (codes.length > 0 && open.length === 0 && !effort.thorough)
      return { codes, unread: [], sightings: [], enhancement: 0 };
    const started = this.#clock();
    const regions = this.#regions(plane("yb"), open, codes, effort);
    const unread = this.#climb(regions, plane, codes, effort, started, open.length);
    return { codes, unread, sightings: open, enhancement: this.#clock() - started };
  }

  #plane(raster: Raster, channel: Channel): Grey {
    const pixels = raster.width * raster.height;
    if (this.#planes[channel].length < pixels) this.#planes[channel] = new Uint8Array(pixels);
    const data = this.#planes[channel].subarray(0, pixels);
    fillGrey(raster, channel, this.#tables, data);
    return { width: raster.width, height: raster.height, data };
  }

  #regions(grey: Grey, open: readonly Corners[], codes: readonly LadderRead[], effort: LadderEffort): Box[] {
    const boxes = open.map((corners) => boxAround(corners, 0.25, grey.width, grey.height));
    if (effort.hint !== null) boxes.push(effort.hint);
    boxes.push(...codeLikeRegions(grey, MOST_REGIONS * 2).map((region) => region.box));
    const kept: Box[] = [];
    for (const box of boxes) {
      if (box.right - box.left < 16 || box.bottom - box.top < 16) continue;
      if (kept.some((other) => mostlyWithin(box, other))) continue;
      if (codes.some((code) => mostlyWithin(box, boxAround(code.corners, 0.3, grey.width, grey.height)))) continue;
      if (!effort.thorough && codes.some((code) => isAround(centreOf(code.corners), box))) continue;
      kept.push(box);
    }
    return kept.slice(0, MOST_REGIONS);
  }

  /** Each rung on every region before the next, dearer one; gives the regions in which nothing was read. */
  #climb(
    regions: readonly Box[],
    plane: (channel: Channel) => Grey,
    codes: LadderRead[],
    effort: LadderEffort,
    started: number,
    sure: number,
  ): Box[] {
    let unread = [...regions];
    for (const rung of rungs) {
      if (rung.thoroughOnly && !effort.thorough) continue;
      // Once something is read and no decoder is sure of another code, print beside it gets the two best rungs only.
      if (codes.length > 0 && sure === 0 && rung.further !== true) continue;
      for (const box of unread) {
        if (this.#clock() - started >= effort.allowance) return unread;
        const view = crop(plane(rung.channel), box);
        if (view.width * view.height > ENLARGE_LIMIT && rung.anySize !== true) continue;
        const before = codes.length;
        for (const code of rung.read(view, this.#zxing)) {
          const corners = mapCorners(code.corners, ([x, y]): Point => [x + box.left, y + box.top]);
          add(codes, { ...code, corners, rung: rung.name });
        }
        if (codes.length > before) unread = unread.filter((other) => other !== box);
      }
      if (!effort.thorough && codes.length > 0) return unread;
    }
    return unread;
  }
}

function scaled(found: readonly Decoded[], by: number): Decoded[] {
  return found.map((code) => ({ ...code, corners: mapCorners(code.corners, ([x, y]): Point => [x * by, y * by]) }));
}

function add(codes: LadderRead[], code: LadderRead): void {
  if (code.bytes.length === 0) return;
  if (!codes.some((other) => samePlace(other.corners, code.corners))) codes.push(code);
}

const isAround = ([x, y]: Point, box: Box): boolean => x >= box.left && x < box.right && y >= box.top && y < box.bottom;

function mostlyWithin(box: Box, other: Box): boolean {
  const wide = Math.min(box.right, other.right) - Math.max(box.left, other.left);
  const high = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
  return wide > 0 && high > 0 && wide * high > 0.7 * (box.right - box.left) * (box.bottom - box.top);
}
