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
export interface Answer {
  readonly texts: readonly string[];
  /** Ours alone: what was decoded, for the colour. */
  readonly decoded: readonly Decoded[];
}
export type Read = (raster: Raster) => Promise<Answer> | Answer;

export interface Contest {
  readonly readers: Readonly<Record<Contestant, Read>>;
  /** One ungated pass of ours, for the cost of an empty frame. */
  readonly onePass: (raster: Raster) => void;
  readonly ladder: Ladder;
}

export async function contest(): Promise<Contest> {
  const zxing = await Zxing.load();
  const tables = lumaTables();
  const ladder = new Ladder(zxing, () => performance.now());
  const grey = (raster: Raster, channel: "y" | "yb"): Grey => {
    const data = new Uint8Array(raster.width * raster.height);
    fillGrey(raster, channel, tables, data);
    return { width: raster.width, height: raster.height, data };
  };
  const withJsqr =
    (inversionAttempts: "attemptBoth" | "dontInvert"): Read =>
    (raster) => {
      const rgb = rgbOf(raster);
      const rgba = new Uint8ClampedArray(raster.width * raster.height * 4).fill(255);
      for (let i = 0; i < raster.width * raster.height; i++) rgba.set(rgb.subarray(i * 3, i * 3 + 3), i * 4);
      // jsQR keeps the options of one call for the next that has none: always explicit.
      const found = jsQR(rgba, raster.width, raster.height, { inversionAttempts });
      return { texts: found === null ? [] : [found.data], decoded: [] };
    };
  const texts = (decoded: readonly Decoded[]): Answer => ({ texts: decoded.map(textOf), decoded });
  return {
    ladder,
    onePass: (raster) => void zxing.read(grey(raster, "yb")),
    readers: {
      ours: (raster) => texts(ladder.read(raster, wholeEffort).codes),
      jsqr: withJsqr("attemptBoth"),
      "jsqr-dont": withJsqr("dontInvert"),
      "zxing-1": (raster) => texts(zxing.read(grey(raster, "y")).found),
      zbar: async (raster) => {
        const { data } = grey(raster, "y");
        const found = await scanGrayBuffer(data.buffer as ArrayBuffer, raster.width, raster.height);
        return { texts: found.map((symbol) => symbol.decode()), decoded: [] };
      },
    },
  };
}
