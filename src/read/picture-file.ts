/** A picture file to a raster that the ladder can read: turned upright, transparency on a ground, hostile files refused. */
import sharp from "sharp";
import type { Raster } from "./luma.ts";

/** Pixels that a file may unpack to; 12,000 × 9,000, above any phone's camera. */
const MOST_PIXELS = 108_000_000;
/** Longest side that is read; a code that fills a hundredth of a larger picture is beyond showing a lane. */
const LONGEST_SIDE = 4096;

/** Why a file gives no picture, in words for the person who named it. */
export class PictureError extends Error {
  readonly code = "GL-2042";
  constructor(message: string) {
    super(`GL-2042: ${message}`);
    this.name = "PictureError";
  }
}

/** What is put behind transparent places. */
export type Ground = "white" | "black";

export interface OpenedPicture {
  readonly hasAlpha: boolean;
  readonly raster: Raster;
  /** Pixels of the upright file per pixel of the raster. */
  readonly scale: number;
  readonly width: number;
  readonly height: number;
}

/** Opens PNG, JPEG, WebP (and what else libvips was built with); of an animation its first picture. @throws PictureError */
export async function openPicture(file: string | Uint8Array, ground: Ground = "white"): Promise<OpenedPicture> {
  try {
    const input = sharp(file, { limitInputPixels: MOST_PIXELS, failOn: "error", sequentialRead: true });
    const { autoOrient, hasAlpha } = await input.metadata();
    const { width, height } = autoOrient;
    const scale = Math.max(1, Math.max(width, height) / LONGEST_SIDE);
    let upright = input.autoOrient();
    if (scale > 1) upright = upright.resize({ width: LONGEST_SIDE, height: LONGEST_SIDE, fit: "inside" });
    const { data, info } = await upright
      .flatten({ background: ground })
      .toColourspace("srgb")
      .removeAlpha()
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    const { width: wide, height: high, channels } = info;
    const format = channels === 1 ? "grey" : "rgb";
    return { raster: { width: wide, height: high, format, data }, scale, width, height, hasAlpha };
  } catch (error) {
    const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : "unknown";
    const [name, found] = typeof file === "string" ? [`${file}: `, why.replace(`: ${file}`, "")] : ["", why];
    if (why.includes("pixel limit"))
      throw new PictureError(`${name}a picture of more than ${MOST_PIXELS / 1e6} megapixels; give a smaller one`);
    throw new PictureError(`${name}not a picture that can be read (${found}); give a whole PNG, JPEG or WebP file`);
  }
}
