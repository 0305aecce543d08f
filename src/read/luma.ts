/**
 * Grey pictures for the decoders, straight from the camera's buffer. Yellow on white differs in blue alone, so the
 * first picture is (Y + B) / 2; Y by itself keeps its edges where chroma is noisy or the code is light on dark; the
 * least of the three channels is the strongest for coloured ink on paper.
 */
import type { Frame } from "../core/flow.ts";

export type Channel = "yb" | "y" | "min";
export type Raster = Pick<Frame, "width" | "height" | "format" | "data">;

/** A grey picture. `data` may be a view into a larger buffer. */
export interface Grey {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Chroma to channel differences, BT.601 full range. Made once per reader. */
export interface LumaTables {
  /** (Y + B) / 2 by U · 256 + Y. */
  readonly withBlue: Uint8Array;
  readonly blue: Int16Array;
  readonly red: Int16Array;
  readonly greenFromBlue: Int16Array;
  readonly greenFromRed: Int16Array;
}

export function lumaTables(): LumaTables {
  const table = (factor: number): Int16Array =>
    Int16Array.from({ length: 256 }, (_, c) => Math.round(factor * (c - 128)));
  const halfBlue = table(0.886);
  return {
    withBlue: Uint8Array.from({ length: 65_536 }, (_, uy) =>
      Math.max(0, Math.min(255, (uy & 255) + (halfBlue[uy >> 8] as number))),
    ),
    blue: table(1.772),
    red: table(1.402),
    greenFromBlue: table(-0.344),
    greenFromRed: table(-0.714),
  };
}

/** Fills `out` (width × height, starting at an even address) with the channel of a picture. */
export function fillGrey(raster: Raster, channel: Channel, tables: LumaTables, out: Uint8Array): void {
  if (raster.format === "grey") out.set(raster.data.subarray(0, raster.width * raster.height));
  else if (raster.format === "rgb") fromRgb(raster, channel, out);
  else if (channel === "y") lumaOfYuyv(raster.data, out, raster.width * raster.height);
  else if (channel === "yb") blueOfYuyv(raster.data, out, raster.width * raster.height, tables.withBlue);
  else leastOfYuyv(raster.data, out, raster.width * raster.height, tables);
}

function lumaOfYuyv(data: Uint8Array, out: Uint8Array, pixels: number): void {
  for (let i = 0, at = 0; i < pixels; i++, at += 2) out[i] = data[at] as number;
}

/** By words and one table: after the decoder this is what an empty frame costs, and byte by byte it is twice as much. */
function blueOfYuyv(data: Uint8Array, out: Uint8Array, pixels: number, withBlue: Uint8Array): void {
  const aligned = data.byteOffset % 4 === 0 ? data : data.slice();
  const from = new Uint32Array(aligned.buffer, aligned.byteOffset, pixels >> 1);
  const to = new Uint16Array(out.buffer, out.byteOffset, pixels >> 1);
  for (let pair = 0; pair < from.length; pair++) {
    const word = from[pair] as number;
    const first = withBlue[word & 0xffff] as number;
    to[pair] = first | ((withBlue[(word & 0xff00) | ((word >>> 16) & 255)] as number) << 8);
  }
}

function leastOfYuyv(data: Uint8Array, out: Uint8Array, pixels: number, tables: LumaTables): void {
  for (let i = 0, at = 0; i < pixels; i += 2, at += 4) {
    const u = data[at + 1] as number;
    const v = data[at + 3] as number;
    const green = (tables.greenFromBlue[u] as number) + (tables.greenFromRed[v] as number);
    const least = Math.min(tables.blue[u] as number, tables.red[v] as number, green);
    const a = (data[at] as number) + least;
    const b = (data[at + 2] as number) + least;
    out[i] = a < 0 ? 0 : Math.min(a, 255);
    out[i + 1] = b < 0 ? 0 : Math.min(b, 255);
  }
}

function fromRgb(raster: Raster, channel: Channel, out: Uint8Array): void {
  const { data } = raster;
  const pixels = raster.width * raster.height;
  for (let i = 0, at = 0; i < pixels; i++, at += 3) {
    const r = data[at] as number;
    const g = data[at + 1] as number;
    const b = data[at + 2] as number;
    const luma = (77 * r + 150 * g + 29 * b + 128) >> 8;
    out[i] = channel === "y" ? luma : channel === "yb" ? (luma + b) >> 1 : Math.min(r, g, b);
  }
}

/** Colour of a place as 0 … 255 RGB into `rgb`, nearest pixel. */
export function colourAt(raster: Raster, x: number, y: number, tables: LumaTables, rgb: Float64Array): void {
  const px = Math.max(0, Math.min(raster.width - 1, x | 0));
  const py = Math.max(0, Math.min(raster.height - 1, y | 0));
  const { data } = raster;
  const index = py * raster.width + px;
  if (raster.format === "yuyv") {
    const pair = (py * raster.width + (px & ~1)) * 2;
    const luma = data[index * 2] as number;
    const u = data[pair + 1] as number;
    const v = data[pair + 3] as number;
    rgb[0] = luma + (tables.red[v] as number);
    rgb[1] = luma + (tables.greenFromBlue[u] as number) + (tables.greenFromRed[v] as number);
    rgb[2] = luma + (tables.blue[u] as number);
  } else if (raster.format === "rgb") {
    rgb[0] = data[index * 3] as number;
    rgb[1] = data[index * 3 + 1] as number;
    rgb[2] = data[index * 3 + 2] as number;
  } else rgb.fill(data[index] as number);
}
