/** Pictures that somebody makes to hurt a reader: broken headers, lies about size, bombs, noise, and every byte value. */
import fc from "fast-check";
import sharp from "sharp";
import type { Raster } from "../../src/read/luma.ts";

/** Frames of any content, size and shape that the port allows. */
export const anyRaster = (longest: number): fc.Arbitrary<Raster> =>
  fc
    .record({
      width: fc.integer({ min: 1, max: longest / 2 }).map((half) => half * 2),
      height: fc.integer({ min: 1, max: longest }),
      format: fc.constantFrom("yuyv" as const, "grey" as const, "rgb" as const),
      kind: fc.constantFrom("noise", "stripes", "checks", "flat"),
      seed: fc.integer(),
    })
    .map(({ width, height, format, kind, seed }) => {
      const bytes = { yuyv: 2, grey: 1, rgb: 3 }[format];
      const data = new Uint8Array(width * height * bytes);
      let state = seed | 1;
      for (let i = 0; i < data.length; i++) {
        state = (Math.imul(state, 1664525) + 1013904223) | 0;
        const pixel = Math.floor(i / bytes);
        const [x, y] = [pixel % width, Math.floor(pixel / width)];
        if (kind === "noise") data[i] = state >>> 24;
        else if (kind === "stripes") data[i] = (x >> ((seed & 3) + 1)) % 2 === 0 ? 255 : 0;
        else if (kind === "checks") data[i] = ((x >> 2) + (y >> 2)) % 2 === 0 ? 250 : 3;
        else data[i] = seed & 255;
      }
      return { width, height, format, data };
    });

/** A real picture's bytes with some of them changed, cut off or doubled. */
export function brokenFiles(valid: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  return fc
    .record({
      base: fc.constantFrom(...valid),
      edits: fc.array(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), value: fc.nat(255) }), {
        maxLength: 24,
      }),
      keep: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.boolean(),
      /** Most lies are told near the start. */
      early: fc.boolean(),
    })
    .map(({ base, edits, keep, cut, early }) => {
      const bytes = Uint8Array.from(base);
      for (const { at, value } of edits)
        bytes[Math.floor(at * (early ? Math.min(64, bytes.length) : bytes.length))] = value;
      return cut ? bytes.subarray(0, Math.floor(keep * bytes.length)) : bytes;
    });
}

/** One small picture in each format. */
export async function validFiles(): Promise<Uint8Array[]> {
  const base = sharp({
    create: {
      width: 60,
      height: 40,
      channels: 3,
      background: "#808080",
      noise: { type: "gaussian", mean: 128, sigma: 60 },
    },
  });
  return Promise.all([base.clone().png().toBuffer(), base.clone().jpeg().toBuffer(), base.clone().webp().toBuffer()]);
}

/** A PNG that claims 60,000 × 60,000 pixels in its header (3.6 gigapixels) in a few bytes. */
export async function bomb(): Promise<Uint8Array> {
  const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: "#fff" } })
    .png()
    .toBuffer();
  const header = Buffer.from(png);
  header.writeUInt32BE(60_000, 16);
  header.writeUInt32BE(60_000, 20);
  header.writeUInt32BE(crc32(header.subarray(12, 29)), 29);
  return header;
}

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ -1) >>> 0;
}
