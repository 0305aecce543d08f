/**
 * What is done to a place that looks like a code before a decoder looks again, from cheap to dear; README.md has what
 * each brings.
 */
import type { Point } from "../core/flow.ts";
import { blurOf, smearDirection } from "./blur.ts";
import { crop, doubled, halved, levelled, notWhite, sharpened } from "./enhance.ts";
import { JSQR_LIMIT, readWithJsqr } from "./jsqr.ts";
import type { Channel, Grey } from "./luma.ts";
import { mapCorners } from "./quad.ts";
import { densestPart } from "./region.ts";
import { refocused, restored, smearKernel, stilled } from "./restore.ts";
import type { Decoded, Zxing } from "./zxing.ts";

export interface Rung {
  readonly name: string;
  readonly channel: Channel;
  readonly thoroughOnly: boolean;
  /** Cheap enough for a region of any size. */
  readonly anySize?: boolean;
  /** Milliseconds that must be left: a dear rung would overdraw the budget for a third of a second. */
  readonly least?: number;
  /** Worth its cost even beside a code that is read already. */
  readonly further?: boolean;
  read(view: Grey, zxing: Zxing, light: Float32Array): readonly Decoded[];
}

/** Regions up to this many pixels are worked on at twice their size; above, modules are large enough as they are. */
const DOUBLE_LIMIT = 340 * 340;

/** Blur is measured and taken out of a place of up to this many pixels, of a larger one at half its size. */
const RESTORE_LIMIT = 300 * 300;

/** Halved until it has `most` pixels at the most, with the factor back. */
export function manageable(whole: Grey, most: number): { readonly view: Grey; readonly back: number } {
  let [view, back] = [whole, 1];
  for (; view.width * view.height > most; back *= 2) view = halved(view);
  return { view, back };
}

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

/** Measures what blurred the densest part of the view and takes that out; rounds and momentum as in `restored`. */
function restoredRead(whole: Grey, zxing: Zxing, light: Float32Array, rounds: number, momentum: number): Decoded[] {
  const core = densestPart(whole);
  const box = {
    left: Math.max(0, core.left - QUIET),
    top: Math.max(0, core.top - QUIET),
    right: Math.min(whole.width, core.right + QUIET),
    bottom: Math.min(whole.height, core.bottom + QUIET),
  };
  const { view, back } = manageable(crop(whole, box), RESTORE_LIMIT);
  const inner = {
    left: (core.left - box.left) / back,
    top: (core.top - box.top) / back,
    right: (core.right - box.left) / back,
    bottom: (core.bottom - box.top) / back,
  };
  const blur = blurOf(crop(view, inner), light);
  if (blur.smear === 0 && blur.focus < LEAST_FOCUS) return [];
  const sharp = enlarged(restored(view, { ...blur, focus: FOCUS_TAKEN * blur.focus }, light, rounds, momentum));
  return scaled(zxing.read(sharp.view).found, back * sharp.back).map((code) => ({
    ...code,
    corners: mapCorners(code.corners, ([x, y]): Point => [x + box.left, y + box.top]),
  }));
}
/** Pixels around the densest part that belong to the code or its quiet zone; divisible by how often a view is halved. */
const QUIET = 24;
/** Pixels of deviation that no decoder minds. */
const LEAST_FOCUS = 0.4;
/** A guess that is too large rings, and the decoder bears the rest. */
const FOCUS_TAKEN = 0.85;

export const rungs: readonly Rung[] = [
  {
    name: "double",
    channel: "yb",
    thoroughOnly: false,
    further: true,
    read: (view, zxing) => scaled(zxing.read(doubled(view)).found, 0.5),
  },
  {
    name: "restored",
    channel: "yb",
    thoroughOnly: false,
    read: (view, zxing, light) => restoredRead(view, zxing, light, 16, 0.85),
  },
  {
    name: "restored-more",
    channel: "yb",
    thoroughOnly: false,
    least: 80,
    read: (view, zxing, light) => restoredRead(view, zxing, light, 40, 0.95),
  },
  { name: "still-4", channel: "yb", thoroughOnly: true, read: (view, zxing) => stilledRead(view, zxing, 4, 0.12) },
  {
    name: "focus-4",
    channel: "yb",
    thoroughOnly: false,
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

function scaled(found: readonly Decoded[], by: number): Decoded[] {
  return found.map((code) => ({ ...code, corners: mapCorners(code.corners, ([x, y]): Point => [x * by, y * by]) }));
}
