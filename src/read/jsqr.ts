/** jsQR behind the same words as the first decoder: slow, but an implementation of its own that fails elsewhere. */
import { createRequire } from "node:module";
import type jsqr from "jsqr";
import type { Corners } from "../core/flow.ts";
import type { Grey } from "./luma.ts";
import type { Decoded } from "./zxing.ts";

// CommonJS whose types promise an ES default; required, it is the function itself.
const jsQR = createRequire(import.meta.url)("jsqr") as (typeof jsqr)["default"];

/** Pixels above which it is not asked: a textured megapixel takes it a second. */
export const JSQR_LIMIT = 700 * 700;

/** Reads at most one code. */
export function readWithJsqr(grey: Grey): Decoded | null {
  const rgba = new Uint8ClampedArray(grey.width * grey.height * 4);
  for (let i = 0; i < grey.width * grey.height; i++) {
    const value = grey.data[i] as number;
    rgba[i * 4] = value;
    rgba[i * 4 + 1] = value;
    rgba[i * 4 + 2] = value;
    rgba[i * 4 + 3] = 255;
  }
  // Always explicit: a call without it takes over the options of the last call that had them.
  const found = jsQR(rgba, grey.width, grey.height, { inversionAttempts: "attemptBoth" });
  if (found === null || found.binaryData.length === 0) return null;
  const { topLeftCorner: a, topRightCorner: b, bottomRightCorner: c, bottomLeftCorner: d } = found.location;
  const corners: Corners = [
    [a.x, a.y],
    [b.x, b.y],
    [c.x, c.y],
    [d.x, d.y],
  ];
  return {
    bytes: Uint8Array.from(found.binaryData),
    text: found.data,
    hasCharacterSet: false,
    corners,
    mirrored: false,
    inverted: false,
    modules: null,
  };
}
