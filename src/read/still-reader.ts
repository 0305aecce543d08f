/** Reads single pictures with whole effort and no memory of the one before; the same path as the lane's, without budget. */
import type { Point } from "../core/flow.ts";
import { describeCodes, type ReadCode } from "./frame-reader.ts";
import { Ladder, wholeEffort } from "./ladder.ts";
import type { Raster } from "./luma.ts";
import { type OpenedPicture, openPicture } from "./picture-file.ts";
import { mapCorners } from "./quad.ts";
import { Zxing } from "./zxing.ts";

const MIDDLE = { x: 0.5, y: 0.5 };

export interface StillReading {
  /** Corners in pixels of the upright picture; nearest to its middle first. */
  readonly codes: readonly ReadCode[];
  readonly picture: OpenedPicture;
}

export class StillReader {
  readonly #ladder: Ladder;

  private constructor(ladder: Ladder) {
    this.#ladder = ladder;
  }

  /** @throws ZxingError where the decoder can't be started. */
  static async load(): Promise<StillReader> {
    return new StillReader(new Ladder(await Zxing.load(), () => performance.now()));
  }

  readRaster(raster: Raster): ReadCode[] {
    return describeCodes(raster, this.#ladder.read(raster, wholeEffort).codes, this.#ladder, MIDDLE);
  }

  /** @throws PictureError for a file that is no picture. */
  async readFile(file: string | Uint8Array): Promise<StillReading> {
    const reading = this.#readOpened(await openPicture(file));
    if (reading.codes.length > 0 || !reading.picture.hasAlpha) return reading;
    // White modules on nothing are light on dark only where the ground is dark.
    const onBlack = this.#readOpened(await openPicture(file, "black"));
    return onBlack.codes.length > 0 ? onBlack : reading;
  }

  #readOpened(picture: OpenedPicture): StillReading {
    const codes = this.readRaster(picture.raster).map((code) => ({
      ...code,
      corners: mapCorners(code.corners, ([x, y]): Point => [x * picture.scale, y * picture.scale]),
    }));
    return { codes, picture };
  }
}
