/**
 * Takes a known blur back out of a picture of two tones. Repeatedly blurs the present guess, compares it with what was
 * seen and corrects the guess, which is kept between black and white: it is that bound which brings back more than a
 * linear filter can. (Landweber's iteration with projection; van Cittert's where the blur has no zero.)
 */
import type { Blur } from "./blur.ts";
import type { Grey } from "./luma.ts";

/** A blur as a list of whole-pixel taps with weights that sum to one, symmetrical about the middle. */
export interface Kernel {
  readonly x: Int32Array;
  readonly y: Int32Array;
  readonly weight: Float32Array;
}

/** A straight smear of `length` pixels along `angle` (radians). */
export function smearKernel(length: number, angle: number): Kernel {
  const taps = new Map<string, { x: number; y: number; weight: number }>();
  const steps = Math.max(2, Math.ceil(length * 2)) + 1;
  const add = (x: number, y: number, weight: number): void => {
    if (weight < 1e-6) return;
    const key = `${x},${y}`;
    taps.set(key, { x, y, weight: weight + (taps.get(key)?.weight ?? 0) });
  };
  for (let step = 0; step < steps; step++) {
    const along = (step / (steps - 1) - 0.5) * length;
    const [x, y] = [along * Math.cos(angle), along * Math.sin(angle)];
    const [fx, fy] = [Math.floor(x), Math.floor(y)];
    const [px, py] = [x - fx, y - fy];
    add(fx, fy, ((1 - px) * (1 - py)) / steps);
    add(fx + 1, fy, (px * (1 - py)) / steps);
    add(fx, fy + 1, ((1 - px) * py) / steps);
    add(fx + 1, fy + 1, (px * py) / steps);
  }
  const list = [...taps.values()];
  return {
    x: Int32Array.from(list, (tap) => tap.x),
    y: Int32Array.from(list, (tap) => tap.y),
    weight: Float32Array.from(list, (tap) => tap.weight),
  };
}

type Spread = (from: Float32Array, to: Float32Array) => void;

/** Undoes a focus blur whose deviation is about that of two box blurs of `radius`. */
export function refocused(grey: Grey, radius: number, iterations: number, gain = 1.2): Grey {
  const { width, height } = grey;
  const spare = new Float32Array(width * height);
  const blur: Spread = (from, to) => {
    slide(from, spare, width, height, 1, width, radius);
    slide(spare, to, height, width, width, 1, radius);
    slide(to, spare, width, height, 1, width, radius);
    slide(spare, to, height, width, width, 1, radius);
  };
  return iterated(grey, blur, null, iterations, gain);
}

/** Undoes a smear. */
export function stilled(grey: Grey, kernel: Kernel, iterations: number, gain = 1.2): Grey {
  const { width, height } = grey;
  const blur: Spread = (from, to) => convolve(from, to, width, height, kernel);
  // A smear has zeros and turns signs over: the correction must pass through it once more to stay stable.
  return iterated(grey, blur, blur, iterations, gain);
}

const MOMENTUM = 0.5;

function iterated(grey: Grey, blur: Spread, back: Spread | null, iterations: number, gain: number): Grey {
  const size = grey.width * grey.height;
  const seen = Float32Array.from(grey.data.subarray(0, size));
  const [low, high] = ends(grey.data, size);
  const guess = Float32Array.from(seen);
  const blurred = new Float32Array(size);
  const correction = new Float32Array(size);
  const pace = new Float32Array(size);
  for (let round = 0; round < iterations; round++) {
    blur(guess, blurred);
    for (let i = 0; i < size; i++) correction[i] = (seen[i] as number) - (blurred[i] as number);
    if (back !== null) {
      back(correction, blurred);
      correction.set(blurred);
    }
    for (let i = 0; i < size; i++) {
      // With momentum half the rounds do.
      const step = MOMENTUM * (pace[i] as number) + gain * (correction[i] as number);
      pace[i] = step;
      const value = (guess[i] as number) + step;
      guess[i] = value < low ? low : Math.min(value, high);
    }
  }
  const scale = 255 / Math.max(1, high - low);
  return { width: grey.width, height: grey.height, data: Uint8Array.from(guess, (value) => (value - low) * scale) };
}

/** Black and white of a place, allowing for what blur took off their ends. */
function ends(data: Uint8Array, size: number): readonly [number, number] {
  const histogram = new Uint32Array(256);
  for (let i = 0; i < size; i++) {
    const level = data[i] as number;
    histogram[level] = (histogram[level] as number) + 1;
  }
  const at = (share: number): number => {
    let seen = 0;
    for (let level = 0; level < 256; level++) {
      seen += histogram[level] as number;
      if (seen >= size * share) return level;
    }
    return 255;
  };
  return [at(0.01), Math.max(at(0.01) + 8, at(0.99))];
}

function slide(
  from: Float32Array,
  to: Float32Array,
  length: number,
  lines: number,
  step: number,
  next: number,
  radius: number,
): void {
  const scale = 1 / (2 * radius + 1);
  for (let line = 0; line < lines; line++) {
    const start = line * next;
    const last = start + (length - 1) * step;
    const first = from[start] as number;
    const end = from[last] as number;
    let sum = first * (radius + 1);
    for (let i = 0; i < radius; i++) sum += from[Math.min(last, start + i * step)] as number;
    for (let i = 0, at = start; i < length; i++, at += step) {
      sum += i + radius < length ? (from[at + radius * step] as number) : end;
      to[at] = sum * scale;
      sum -= i >= radius ? (from[at - radius * step] as number) : first;
    }
  }
}

function convolve(from: Float32Array, to: Float32Array, width: number, height: number, kernel: Kernel): void {
  to.fill(0);
  for (let tap = 0; tap < kernel.weight.length; tap++) {
    const dx = kernel.x[tap] as number;
    const dy = kernel.y[tap] as number;
    const weight = kernel.weight[tap] as number;
    for (let y = 0; y < height; y++) {
      const row = Math.max(0, Math.min(height - 1, y + dy)) * width;
      const out = y * width;
      const [begin, stop] = [Math.max(0, -dx), Math.min(width, width - dx)];
      for (let x = 0; x < begin; x++) to[out + x] = (to[out + x] as number) + weight * (from[row] as number);
      for (let x = begin; x < stop; x++)
        to[out + x] = (to[out + x] as number) + weight * (from[row + x + dx] as number);
      for (let x = Math.max(0, stop); x < width; x++)
        to[out + x] = (to[out + x] as number) + weight * (from[row + width - 1] as number);
    }
  }
}

/** One direction of a blur, symmetrical about the middle: its weight, then that of the pixels `offsets` before and after. */
interface Taps {
  readonly middle: number;
  readonly offsets: readonly number[];
  readonly weights: readonly number[];
}

/**
 * Takes focus and smear of known size back out, in linear light. `momentum` below 1: the nearer, the more each round
 * brings back and the more rounds it needs.
 */
export function restored(grey: Grey, blur: Blur, light: Float32Array, rounds: number, momentum: number): Grey {
  const pad = Math.ceil(Math.max(2, blur.focus * 2.4, blur.smear / 2 + 1));
  const width = grey.width + 2 * pad;
  const height = grey.height + 2 * pad;
  const seen = new Float32Array(width * height);
  for (let y = 0, at = 0; y < height; y++) {
    const row = Math.max(0, Math.min(grey.height - 1, y - pad)) * grey.width;
    for (let x = 0; x < width; x++, at++)
      seen[at] = light[grey.data[row + Math.max(0, Math.min(grey.width - 1, x - pad))] as number] as number;
  }
  const steps: Taps[] = [];
  if (blur.focus > 0.25) steps.push(bell(blur.focus, 1), bell(blur.focus, width));
  if (blur.smear > 0.5) steps.push(smearTaps(blur, width));
  const [low, high] = ends(grey.data, grey.width * grey.height).map((level) => light[Math.min(255, level)]) as [
    number,
    number,
  ];
  const guess = seen.slice();
  const error = new Float32Array(seen.length);
  const pace = new Float32Array(seen.length);
  const [one, other] = [new Float32Array(seen.length), new Float32Array(seen.length)];
  /** Where the result of all steps lies; the frame around the picture keeps what `from` has there. */
  const blurred = (from: Float32Array): Float32Array => {
    let [now, next] = [from, one];
    for (const step of steps) {
      next.set(now);
      spread(now, next, width, height, pad, step);
      [now, next] = [next, next === one ? other : one];
    }
    return now;
  };
  for (let round = 0; round < rounds; round++) {
    const again = blurred(guess);
    for (let i = 0; i < error.length; i++) error[i] = (seen[i] as number) - (again[i] as number);
    // A smear has zeros and turns signs over: the correction must pass through the blur once more to stay stable.
    const back = blurred(error);
    for (let i = 0; i < guess.length; i++) {
      const step = momentum * (pace[i] as number) + (back[i] as number);
      pace[i] = step;
      const value = (guess[i] as number) + step;
      guess[i] = value < low ? low : Math.min(value, high);
    }
  }
  const data = new Uint8Array(grey.width * grey.height);
  const scale = 255 / (high - low);
  for (let y = 0, at = 0; y < grey.height; y++)
    for (let x = 0, from = (y + pad) * width + pad; x < grey.width; x++, at++, from++)
      data[at] = ((guess[from] as number) - low) * scale;
  return { width: grey.width, height: grey.height, data };
}

function bell(deviation: number, step: number): Taps {
  const reach = Math.ceil(deviation * 2.4);
  const weights = Array.from({ length: reach }, (_, i) => Math.exp(-((i + 1) ** 2) / (2 * deviation ** 2)));
  const sum = 1 + 2 * weights.reduce((a, b) => a + b, 0);
  return {
    middle: 1 / sum,
    weights: weights.map((weight) => weight / sum),
    offsets: weights.map((_, i) => (i + 1) * step),
  };
}

function smearTaps({ smear, angle }: Blur, width: number): Taps {
  const kernel = smearKernel(smear, angle);
  const byOffset = new Map<number, number>();
  kernel.weight.forEach((weight, tap) => {
    byOffset.set((kernel.y[tap] as number) * width + (kernel.x[tap] as number), weight);
  });
  const pairs = [...byOffset].filter(([offset]) => offset > 0);
  return {
    middle: byOffset.get(0) ?? 0,
    offsets: pairs.map(([offset]) => offset),
    weights: pairs.map(([, weight]) => weight),
  };
}

function spread(from: Float32Array, to: Float32Array, width: number, height: number, pad: number, taps: Taps): void {
  const { middle, offsets, weights } = taps;
  for (let y = pad; y < height - pad; y++) {
    const begin = y * width + pad;
    const end = (y + 1) * width - pad;
    for (let i = begin; i < end; i++) to[i] = middle * (from[i] as number);
    // Two pairs at a time: half the passes over the row.
    for (let tap = 0; tap < offsets.length; tap += 2) {
      const [near, far] = [offsets[tap] as number, offsets[tap + 1] ?? 0];
      const [nearWeight, farWeight] = [weights[tap] as number, weights[tap + 1] ?? 0];
      for (let i = begin; i < end; i++)
        to[i] =
          (to[i] as number) +
          nearWeight * ((from[i + near] as number) + (from[i - near] as number)) +
          farWeight * ((from[i + far] as number) + (from[i - far] as number));
    }
  }
}
