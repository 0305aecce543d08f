/** Pictures made easier to read: cut out, enlarged, sharpened. All on grey bytes; each gives a new picture. */
import type { Grey } from "./luma.ts";

/** Whole pixels; right and bottom are outside. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export function crop(grey: Grey, box: Box): Grey {
  const width = box.right - box.left;
  const height = box.bottom - box.top;
  if (width === grey.width && height === grey.height) return grey;
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (y + box.top) * grey.width + box.left;
    data.set(grey.data.subarray(from, from + width), y * width);
  }
  return { width, height, data };
}

/** Twice as large, bilinear, each old pixel's centre staying where it was. */
export function doubled(grey: Grey): Grey {
  const { width, height, data } = grey;
  const wide = width * 2;
  const out = new Uint8Array(wide * height * 2);
  const line = new Uint16Array(width);
  for (let row = 0; row < height * 2; row++) {
    const near = row >> 1;
    const far = Math.max(0, Math.min(height - 1, near + ((row & 1) === 0 ? -1 : 1)));
    for (let x = 0; x < width; x++)
      line[x] = 3 * (data[near * width + x] as number) + (data[far * width + x] as number);
    let at = row * wide;
    for (let x = 0; x < width; x++) {
      const here = 3 * (line[x] as number) + 8;
      out[at++] = (here + (line[x > 0 ? x - 1 : 0] as number)) >> 4;
      out[at++] = (here + (line[x < width - 1 ? x + 1 : x] as number)) >> 4;
    }
  }
  return { width: wide, height: height * 2, data: out };
}

/** Half as large: the mean of each 2 × 2. */
export function halved(grey: Grey): Grey {
  const width = grey.width >> 1;
  const height = grey.height >> 1;
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    let at = y * 2 * grey.width;
    for (let x = 0; x < width; x++, at += 2)
      data[y * width + x] =
        ((grey.data[at] as number) +
          (grey.data[at + 1] as number) +
          (grey.data[at + grey.width] as number) +
          (grey.data[at + grey.width + 1] as number) +
          2) >>
        2;
  }
  return { width, height, data };
}

/** Mean over (2 r + 1)² by running sums, edges repeated. */
export function boxBlurred(grey: Grey, radius: number): Grey {
  const { width, height } = grey;
  const across = new Uint8Array(width * height);
  const out = new Uint8Array(width * height);
  slide(grey.data, across, width, height, 1, width, radius);
  slide(across, out, height, width, width, 1, radius);
  return { width, height, data: out };
}

/** Running mean along lines of `length` samples `step` apart; the next line starts `next` further. */
function slide(
  from: Uint8Array,
  to: Uint8Array,
  length: number,
  lines: number,
  step: number,
  next: number,
  radius: number,
): void {
  const scale = 65536 / (2 * radius + 1);
  for (let line = 0; line < lines; line++) {
    const start = line * next;
    const last = start + (length - 1) * step;
    const first = from[start] as number;
    let sum = first * (radius + 1);
    for (let i = 0; i < radius; i++) sum += from[Math.min(last, start + i * step)] as number;
    for (let i = 0; i < length; i++) {
      const at = start + i * step;
      sum += from[i + radius < length ? at + radius * step : last] as number;
      to[at] = (sum * scale + 32768) >> 16;
      sum -= i >= radius ? (from[at - radius * step] as number) : first;
    }
  }
}

/** Adds `strength` times what two box blurs take away. */
export function sharpened(grey: Grey, radius: number, strength: number): Grey {
  const soft = boxBlurred(boxBlurred(grey, radius), radius).data;
  const { data } = grey;
  const out = new Uint8Array(data.length);
  const gain = Math.round(strength * 256);
  for (let i = 0; i < out.length; i++) {
    const here = data[i] as number;
    const value = here + ((gain * (here - (soft[i] as number))) >> 8);
    out[i] = value < 0 ? 0 : Math.min(value, 255);
  }
  return { width: grey.width, height: grey.height, data: out };
}

/** Stretches each place to the full range of what lies within `radius`: glare and shade fall away. */
export function levelled(grey: Grey, radius: number): Grey {
  const mean = boxBlurred(grey, radius);
  const { data } = grey;
  const away = new Uint8Array(data.length);
  for (let i = 0; i < away.length; i++) away[i] = Math.abs((data[i] as number) - (mean.data[i] as number));
  const spread = boxBlurred({ ...grey, data: away }, radius).data;
  const out = new Uint8Array(data.length);
  for (let i = 0; i < out.length; i++) {
    const value = 128 + (((data[i] as number) - (mean.data[i] as number)) * 56) / ((spread[i] as number) + 4);
    out[i] = value < 0 ? 0 : Math.min(value, 255);
  }
  return { width: grey.width, height: grey.height, data: out };
}

/** Black wherever a place is darker than nine tenths of the picture's white, after a little smoothing. */
export function notWhite(grey: Grey): Grey {
  const soft = boxBlurred(grey, 1);
  const histogram = new Uint32Array(256);
  for (const level of soft.data) histogram[level] = (histogram[level] as number) + 1;
  let white = 255;
  for (let seen = 0; white > 0 && seen < soft.data.length / 100; white--) seen += histogram[white] as number;
  return { ...soft, data: soft.data.map((level) => (level > white * 0.9 ? 255 : 0)) };
}
