/** What can be said about a code-like place that nothing could read: the grounds of guidance. */
import type { Box } from "./enhance.ts";
import type { Grey } from "./luma.ts";

export interface Observation {
  /** In fractions of the picture's width and height. */
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Part of the whole picture that was not there in the empty lane. */
  readonly filled: number;
  /** Mean grey level. */
  readonly brightness: number;
  /** Share of pixels at the sensor's upper end. */
  readonly clipped: number;
  /** Grey levels between the darkest and the lightest tenth. */
  readonly contrast: number;
  /** Steepest steps between neighbours in units of the contrast: 1 is an edge within one pixel. Across and down. */
  readonly steepness: { readonly across: number; readonly down: number };
}

/** Measures the middle of the place `box` of a picture, of which `filled` is new. */
export function observe(grey: Grey, box: Box, filled: number): Observation {
  const levels = new Uint32Array(256);
  const across = new Uint32Array(256);
  const down = new Uint32Array(256);
  let count = 0;
  let sum = 0;
  const { data, width, height } = grey;
  // The middle half each way: what is around the code, and behind it, has its own light and edges.
  const [inX, inY] = [(box.right - box.left) >> 2, (box.bottom - box.top) >> 2];
  for (let y = box.top + inY; y < Math.min(box.bottom - inY, height - 2); y++) {
    for (let x = box.left + inX; x < Math.min(box.right - inX, width - 2); x++) {
      const at = y * width + x;
      const here = data[at] as number;
      levels[here] = (levels[here] as number) + 1;
      const right = Math.abs((data[at + 2] as number) - here);
      const below = Math.abs((data[at + 2 * width] as number) - here);
      across[right] = (across[right] as number) + 1;
      down[below] = (down[below] as number) + 1;
      sum += here;
      count++;
    }
  }
  const contrast = Math.max(1, percentile(levels, count, 0.9) - percentile(levels, count, 0.1));
  let clipped = 0;
  for (let level = 250; level < 256; level++) clipped += levels[level] as number;
  return {
    left: box.left / width,
    top: box.top / height,
    right: box.right / width,
    bottom: box.bottom / height,
    filled,
    brightness: count === 0 ? 0 : sum / count,
    clipped: count === 0 ? 0 : clipped / count,
    contrast,
    steepness: {
      across: percentile(across, count, 0.95) / contrast,
      down: percentile(down, count, 0.95) / contrast,
    },
  };
}

function percentile(histogram: Uint32Array, count: number, share: number): number {
  let seen = 0;
  for (let level = 0; level < histogram.length; level++) {
    seen += histogram[level] as number;
    if (seen >= count * share) return level;
  }
  return histogram.length - 1;
}
