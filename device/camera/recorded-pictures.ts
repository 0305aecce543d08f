/**
 * Pictures out of files: photos, MJPEG and Y4M recordings, made into what a USB camera would hand over. A photo is
 * turned upright, kept at up to 1,600 pixels (a small code must stay readable) and padded with its own border's colour
 * where it is smaller than a camera's picture, because a code needs its quiet zone.
 */
import { open, readFile } from "node:fs/promises";
import { extname } from "node:path";
import sharp from "sharp";
import type { Frame } from "../../src/core/flow.ts";

export type Picture = Omit<Frame, "at">;

const LONGEST_SIDE = 1600;
const SMALLEST = { width: 640, height: 480 };
const MOST_PIXELS = 108_000_000;

/** A file that holds no picture, or a broken one; the text says what was found. */
export class RecordingError extends Error {
  readonly code = "GL-2011";
  constructor(file: string, why: string) {
    super(`GL-2011: ${file}: ${why}`);
    this.name = "RecordingError";
  }
}

const pictureFiles: ReadonlySet<string> = new Set([".png", ".jpg", ".jpeg", ".webp"]);
const recordingFiles: ReadonlySet<string> = new Set([".mjpeg", ".mjpg", ".y4m"]);

/** Whether files whose names end like this (`.png`) hold pictures. */
export const isPlayable = (extension: string): boolean =>
  pictureFiles.has(extension.toLowerCase()) || recordingFiles.has(extension.toLowerCase());

/** All pictures of one file in order. @throws RecordingError */
export async function* picturesOf(file: string): AsyncGenerator<Picture> {
  const kind = extname(file).toLowerCase();
  if (kind === ".y4m") yield* picturesOfY4m(file);
  else if (recordingFiles.has(kind)) {
    for (const jpeg of splitMjpeg(await readFile(file))) {
      // A frame that was cut off is dropped, as a camera's would be: what can be decoded of it is grey rubbish.
      const picture = await pictureOf(jpeg, file).catch(() => null);
      if (picture !== null) yield picture;
    }
  } else yield await pictureOf(await readFile(file), file);
}

/** One encoded picture as YUYV. @throws RecordingError where it is broken or cut off. */
export async function pictureOf(encoded: Uint8Array, file: string): Promise<Picture> {
  try {
    const { data, info } = await sharp(encoded, { limitInputPixels: MOST_PIXELS, failOn: "error" })
      .autoOrient()
      .resize({ width: LONGEST_SIDE, height: LONGEST_SIDE, fit: "inside", withoutEnlargement: true })
      .flatten({ background: "#ffffff" })
      .toColourspace("srgb")
      .removeAlpha()
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return toCameraPicture(data, info.width, info.height, info.channels);
  } catch (error) {
    throw new RecordingError(file, error instanceof Error ? (error.message.split("\n")[0] ?? "broken") : "broken");
  }
}

/** Packs RGB (or grey) into YUYV, BT.601 full range, centred in a picture of at least a camera's size. */
export function toCameraPicture(pixels: Uint8Array, width: number, height: number, channels: number): Picture {
  const wide = Math.max(SMALLEST.width, width + (width & 1));
  const high = Math.max(SMALLEST.height, height);
  const [left, top] = [(wide - width) >> 1, (high - height) >> 1];
  const border = borderColour(pixels, width, height, channels);
  const data = new Uint8Array(wide * high * 2);
  const clamp = (value: number): number => Math.max(0, Math.min(255, value + 0.5));
  const rgb = [0, 0, 0, 0, 0, 0];
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < wide; x += 2) {
      for (let i = 0; i < 2; i++) {
        const [px, py] = [x + i - left, y - top];
        const inside = px >= 0 && py >= 0 && px < width && py < height;
        const at = (py * width + px) * channels;
        for (let channel = 0; channel < 3; channel++)
          rgb[i * 3 + channel] = inside
            ? (pixels[at + (channels >= 3 ? channel : 0)] as number)
            : (border[channel] as number);
      }
      const [r0, g0, b0, r1, g1, b1] = rgb as [number, number, number, number, number, number];
      const y0 = 0.299 * r0 + 0.587 * g0 + 0.114 * b0;
      const y1 = 0.299 * r1 + 0.587 * g1 + 0.114 * b1;
      const mean = (y0 + y1) / 2;
      const out = (y * wide + x) * 2;
      data[out] = clamp(y0);
      data[out + 1] = clamp(128 + ((b0 + b1) / 2 - mean) * 0.564);
      data[out + 2] = clamp(y1);
      data[out + 3] = clamp(128 + ((r0 + r1) / 2 - mean) * 0.713);
    }
  }
  return { width: wide, height: high, format: "yuyv", data };
}

function borderColour(pixels: Uint8Array, width: number, height: number, channels: number): readonly number[] {
  const sum = [0, 0, 0];
  let count = 0;
  const add = (x: number, y: number): void => {
    count++;
    for (let channel = 0; channel < 3; channel++)
      sum[channel] =
        (sum[channel] as number) + (pixels[(y * width + x) * channels + (channels >= 3 ? channel : 0)] as number);
  };
  for (let x = 0; x < width; x++) {
    add(x, 0);
    add(x, height - 1);
  }
  for (let y = 0; y < height; y++) {
    add(0, y);
    add(width - 1, y);
  }
  return sum.map((total) => total / count);
}

/**
 * Single JPEGs out of a concatenation. Walks the marker segments (ITU T.81 annex B), because FF D8 and FF D9 also
 * occur inside embedded thumbnails; a picture that is cut off ends the walk at the next start.
 */
export function splitMjpeg(bytes: Uint8Array): Uint8Array[] {
  const pictures: Uint8Array[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff || bytes[at + 1] !== 0xd8 || bytes[at + 2] !== 0xff) {
      at++;
      continue;
    }
    const end = endOfJpeg(bytes, at);
    pictures.push(bytes.subarray(at, end));
    at = end;
  }
  return pictures;
}

function endOfJpeg(bytes: Uint8Array, start: number): number {
  let at = start + 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) return at;
    const marker = bytes[at + 1] as number;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0xd9) return at + 2;
    if (marker === 0xd8) return at;
    const length = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
    at += 2 + Math.max(2, length);
    if (marker !== 0xda) continue;
    // Entropy-coded data: FF is followed by 00 or a restart marker until the next real marker.
    while (at + 1 < bytes.length) {
      const next = bytes[at + 1] as number;
      if (bytes[at] === 0xff && next !== 0 && !(next >= 0xd0 && next <= 0xd7)) break;
      at++;
    }
  }
  return bytes[bytes.length - 2] === 0xff && bytes[bytes.length - 1] === 0xd9
    ? bytes.length
    : Math.min(at + 2, bytes.length);
}

interface Y4mHeader {
  readonly width: number;
  readonly height: number;
  /** Chroma samples per luma sample, across and down; null for grey. */
  readonly chroma: { readonly x: 1 | 2; readonly y: 1 | 2 } | null;
}

const MOST_Y4M_SIDE = 4096;

/** Reads the stream header of YUV4MPEG2 (8 bits; 4:2:0, 4:2:2, 4:4:4, mono). @throws RecordingError */
export function y4mHeader(line: string, file: string): Y4mHeader {
  const words = line.split(" ");
  const value = (letter: string): string =>
    words
      .slice(1)
      .find((word) => word.startsWith(letter))
      ?.slice(1) ?? "";
  const [width, height] = [Number(value("W")), Number(value("H"))];
  const sane = (side: number): boolean => Number.isInteger(side) && side >= 2 && side <= MOST_Y4M_SIDE;
  if (words[0] !== "YUV4MPEG2" || !sane(width) || !sane(height)) throw new RecordingError(file, "no YUV4MPEG2 header");
  const space = value("C") || "420";
  if (/p1\d/.test(space)) throw new RecordingError(file, `colour space ${space}: only 8 bits are read`);
  if (space.startsWith("mono")) return { width, height, chroma: null };
  if (space.startsWith("420")) return { width, height, chroma: { x: 2, y: 2 } };
  if (space.startsWith("422")) return { width, height, chroma: { x: 2, y: 1 } };
  if (space.startsWith("444")) return { width, height, chroma: { x: 1, y: 1 } };
  throw new RecordingError(file, `colour space ${space}: 420, 422, 444 and mono are read`);
}

async function* picturesOfY4m(file: string): AsyncGenerator<Picture> {
  const handle = await open(file, "r");
  try {
    let at = 0;
    const line = async (): Promise<string | null> => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(256), 0, 256, at);
      const end = buffer.subarray(0, bytesRead).indexOf(0x0a);
      if (end < 0) return null;
      at += end + 1;
      return buffer.toString("latin1", 0, end);
    };
    const header = y4mHeader((await line()) ?? "", file);
    const { width, height, chroma } = header;
    const chromaSize = chroma === null ? 0 : Math.ceil(width / chroma.x) * Math.ceil(height / chroma.y);
    const size = width * height + 2 * chromaSize;
    while ((await line())?.startsWith("FRAME") === true) {
      const planes = Buffer.alloc(size);
      const { bytesRead } = await handle.read(planes, 0, size, at);
      if (bytesRead < size) return;
      at += size;
      yield yuyvOfPlanes(planes, header, chromaSize);
    }
  } finally {
    await handle.close();
  }
}

function yuyvOfPlanes(planes: Uint8Array, header: Y4mHeader, chromaSize: number): Picture {
  const { height, chroma } = header;
  const width = header.width & ~1;
  const data = new Uint8Array(width * height * 2);
  const row = chroma === null ? 0 : Math.ceil(header.width / chroma.x);
  let out = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x += 2) {
      const at =
        chroma === null ? 0 : header.width * height + Math.floor(y / chroma.y) * row + Math.floor(x / chroma.x);
      data[out++] = planes[y * header.width + x] as number;
      data[out++] = chroma === null ? 128 : (planes[at] as number);
      data[out++] = planes[y * header.width + x + 1] as number;
      data[out++] = chroma === null ? 128 : (planes[at + chromaSize] as number);
    }
  }
  return { width, height, format: "yuyv", data };
}
