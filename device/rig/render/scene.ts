/** What is before the lens, in plain data. Lengths on a sheet are millimetres, places in the picture are pixels. */
import type { Frame, ModuleColour } from "../../../src/core/flow.ts";

/** A frame without its time stamp: whoever releases it stamps it. */
export type Picture = Omit<Frame, "at">;

/** 8-bit sRGB. */
export type Srgb = readonly [red: number, green: number, blue: number];

/** What a colour looks like on the pass's page; the first of each is the one the lane's own passes use. */
export const moduleColours: Readonly<Record<Exclude<ModuleColour, "unsure">, readonly Srgb[]>> = {
  green: [
    [7, 160, 80],
    [46, 125, 50],
    [7, 193, 96],
    [0, 150, 70],
  ],
  yellow: [
    [255, 204, 0],
    [255, 216, 0],
    [245, 190, 20],
    [240, 200, 0],
  ],
  red: [
    [220, 30, 40],
    [211, 47, 47],
    [200, 0, 20],
    [230, 50, 50],
  ],
  black: [
    [0, 0, 0],
    [20, 20, 22],
  ],
  other: [
    [20, 60, 200],
    [25, 118, 210],
  ],
};

/** One QR picture on a sheet. */
export interface CodePrint {
  readonly payload: string | Uint8Array;
  readonly ink: Srgb;
  readonly errorCorrection: "L" | "M" | "Q" | "H";
  /** Centre on the sheet, from the sheet's own centre. */
  readonly x: number;
  readonly y: number;
  /** Width of the modules' square, without the quiet zone. */
  readonly size: number;
  /** In modules; the standard asks for 4, phones show 2 to 4. */
  readonly quietZone: number;
}

/** Where a sheet is: its first code's centre in the picture, how large, how turned. */
export interface Pose {
  readonly x: number;
  readonly y: number;
  readonly pixelsPerMm: number;
  /** Degrees, clockwise as seen. */
  readonly rotation: number;
  /** Degrees about the sheet's horizontal and vertical axis. */
  readonly tiltX: number;
  readonly tiltY: number;
  /** Seen from behind or through a front camera that mirrors. */
  readonly mirrored: boolean;
}

/** A lamp mirrored in the glass: added light, strongest in the middle. */
export interface Glare {
  /** On the sheet, from its centre. */
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** In units of a white screen's light. */
  readonly strength: number;
}

/** Something opaque on the sheet: a thumb, a sticker, a stain. */
export interface Cover {
  readonly x: number;
  readonly y: number;
  readonly radiusX: number;
  readonly radiusY: number;
  readonly shade: Srgb;
}

/** A phone's screen or a page, held up. */
export interface Carrier {
  readonly medium: "phone" | "paper";
  readonly codes: readonly CodePrint[];
  readonly pose: Pose;
  /** A phone's own light, or for paper the light that falls on it; 1 is a white of full brightness. */
  readonly brightness: number;
  /** Light modules on a dark ground. */
  readonly dark: boolean;
  /** 0 none … 1 the glass is in pieces. */
  readonly cracked: number;
  /** 0 flat … 1 folded to a pocket's size and back. */
  readonly creased: number;
  /** 0 none … 1: how strongly the screen's pixel grid beats with the sensor's. */
  readonly moire: number;
  readonly glare: readonly Glare[];
  readonly covers: readonly Cover[];
  /** Fixes texts, cracks and folds of this very carrier. */
  readonly seed: number;
}

/** Somebody walking by behind, out of focus. In fractions of the picture. */
export interface Passer {
  readonly x: number;
  readonly height: number;
  readonly shade: Srgb;
}

/** The lane behind the carriers. */
export interface Backdrop {
  readonly seed: number;
  /** Light in the lane; 1 exposes a white wall to about 60 %. */
  readonly light: number;
  /** Sun patch: x in fractions of the width; null where there is none. */
  readonly sun: number | null;
  readonly people: readonly Passer[];
  /** 0 bare wall … 1 posters, grids, bar codes and text in sharp focus. */
  readonly clutter: number;
}

export interface Scene {
  readonly backdrop: Backdrop;
  readonly carriers: readonly Carrier[];
  /** Deviation of the focus blur in pixels. */
  readonly defocus: number;
  /** Way of the carriers during the exposure, pixels. */
  readonly motion: { readonly x: number; readonly y: number };
}

/** The camera: what it makes of light. */
export interface CameraModel {
  readonly width: number;
  readonly height: number;
  /** Focal length in pixels; a 60° webcam of 640 pixels has about 550. */
  readonly focal: number;
  /** Multiplies all light before the sensor clips. */
  readonly exposure: number;
  /** Gains left over by the automatic white balance, for red, green and blue; [1, 1, 1] is neutral. */
  readonly whiteBalance: readonly [number, number, number];
  /** Share of each channel that leaks into its neighbours, 0 … 0.25. */
  readonly crosstalk: number;
  /** Electrons at saturation: fewer, more shot noise. A cheap sensor in daylight has some 5,000; at high gain 300. */
  readonly fullWell: number;
  /** Deviation in units of saturation. */
  readonly readNoise: number;
  /** Loss of light in the corners, 0 … 0.6. */
  readonly vignetting: number;
}

export const plainCamera: CameraModel = {
  width: 640,
  height: 480,
  focal: 550,
  exposure: 0.75,
  whiteBalance: [1, 1, 1],
  crosstalk: 0.08,
  fullWell: 5000,
  readNoise: 0.004,
  vignetting: 0.2,
};

export const plainBackdrop: Backdrop = { seed: 1, light: 0.5, sun: null, people: [], clutter: 0.15 };

export const emptyScene: Scene = { backdrop: plainBackdrop, carriers: [], defocus: 0, motion: { x: 0, y: 0 } };

export const plainCarrier: Carrier = {
  medium: "phone",
  codes: [],
  pose: { x: 320, y: 240, pixelsPerMm: 4, rotation: 0, tiltX: 0, tiltY: 0, mirrored: false },
  brightness: 0.9,
  dark: false,
  cracked: 0,
  creased: 0,
  moire: 0,
  glare: [],
  covers: [],
  seed: 1,
};

export const plainCode: Omit<CodePrint, "payload"> = {
  ink: [0, 0, 0],
  errorCorrection: "M",
  x: 0,
  y: 0,
  size: 50,
  quietZone: 4,
};
