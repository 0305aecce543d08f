/** Who reads the corpus: ours with whole effort, and what it is compared with, each through its best documented use. */
import { createRequire } from "node:module";
import { scanGrayBuffer } from "@undecaf/zbar-wasm";
import type jsqr from "jsqr";
import { Ladder, wholeEffort } from "../../../src/read/ladder.ts";
import { fillGrey, type Grey, lumaTables, type Raster } from "../../../src/read/luma.ts";
import { textOf } from "../../../src/read/text.ts";
import { type Decoded, Zxing } from "../../../src/read/zxing.ts";
import { rgbOf } from "./camera-jpeg.ts";

const jsQR = createRequire(import.meta.url)("jsqr") as (typeof jsqr)["default"];

export const contestantNames = ["ours", "jsqr", "jsqr-dont", "zxing-1", "zbar"] as const;
export type Contestant = (typeof contestantNames)[number];

/** A frame for everybody: the camera's own buffer, and what jsQR takes, so that nobody is timed while it is converted. */
export interface Shot {
  readonly raster: Raster;
  readonly rgba: Uint8ClampedArray;
}
export interface Answer {
  readonly texts: readonly string[];
  /** Ours alone: what was decoded, for the colour. */
  readonly decoded: readonly Decoded[];
}
export type Read = (shot: Shot) => Promise<Answer> | Answer;

export interface Contest {
  readonly readers: Readonly<Record<Contestant, Read>>;
  readonly zxing: Zxing;
  readonly ladder: Ladder;
}

export function shotOf(raster: Raster): Shot {
  const rgb = raster.format === "grey" ? null : rgbOf(raster);
  const pixels = raster.width * raster.height;
  const rgba = new Uint8ClampedArray(pixels * 4).fill(255);
  for (let i = 0; i < pixels; i++)
    for (let channel = 0; channel < 3; channel++)
      rgba[i * 4 + channel] = (rgb === null ? raster.data[i] : rgb[i * 3 + channel]) as number;
  return { raster, rgba };
}

export async function contest(): Promise<Contest> {
  const zxing = await Zxing.load();
  const tables = lumaTables();
  const ladder = new Ladder(zxing, () => performance.now());
  const grey = (raster: Raster): Grey => {
    const data = new Uint8Array(raster.width * raster.height);
    fillGrey(raster, "y", tables, data);
    return { width: raster.width, height: raster.height, data };
  };
  const withJsqr =
    (inversionAttempts: "attemptBoth" | "dontInvert"): Read =>
    ({ raster, rgba }) => {
      // jsQR keeps the options of one call for the next that has none: always explicit.
      const found = jsQR(rgba, raster.width, raster.height, { inversionAttempts });
      return { texts: found === null ? [] : [found.data], decoded: [] };
    };
  const texts = (decoded: readonly Decoded[]): Answer => ({ texts: decoded.map(textOf), decoded });
  return {
    ladder,
    zxing,
    readers: {
      ours: ({ raster }) => texts(ladder.read(raster, wholeEffort).codes),
      jsqr: withJsqr("attemptBoth"),
      "jsqr-dont": withJsqr("dontInvert"),
      "zxing-1": ({ raster }) => texts(zxing.read(grey(raster)).found),
      zbar: async ({ raster }) => {
        const { data } = grey(raster);
        const found = await scanGrayBuffer(data.buffer as ArrayBuffer, raster.width, raster.height);
        return { texts: found.map((symbol) => symbol.decode()), decoded: [] };
      },
    },
  };
}
