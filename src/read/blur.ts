/**
 * What blurred a place that looks like a code, told from the place itself. A code looks alike in any two directions at
 * right angles, and focus blurs all directions alike; so whatever sets the grey along one direction apart from the grey
 * across it is a smear, and what is left across it is focus. Works on the autocovariance in linear light.
 */
import type { Grey } from "./luma.ts";

export interface Blur {
  /** Direction of the smear, radians. */
  readonly angle: number;
  /** Length of the smear, pixels; 0 where nothing moved. */
  readonly smear: number;
  /** Deviation of the focus blur, pixels. */
  readonly focus: number;
}

export interface SmearDirection {
  readonly angle: number;
  /** How much weaker edges are in that direction: 0 alike, 1 none at all. */
  readonly anisotropy: number;
}

/** Longest smear that is told; a longer one leaves nothing to bring back at the module sizes that are read. */
const LONGEST = 12;
/** Lags at which the covariances are compared, and those that the one across must be known at to predict the one along. */
const LAGS = 9;
const LAGS_ACROSS = LAGS + LONGEST;
/** Pixels looked at: rows are left out of a larger place. */
const SAMPLES = 24_000;

/** sRGB's transfer curve undone, 0 … 1 by byte: optics blur light, not its code. */
export function linearLight(): Float32Array {
  return Float32Array.from({ length: 256 }, (_, byte) => {
    const level = byte / 255;
    return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4;
  });
}

/** `grey` should hold little else than the code. */
export function blurOf(grey: Grey, light: Float32Array): Blur {
  const { angle } = smearDirection(grey);
  const [x, y] = [Math.cos(angle), Math.sin(angle)];
  const linear = Float32Array.from(grey.data.subarray(0, grey.width * grey.height), (byte) => light[byte] as number);
  const along = covariance(linear, grey, x, y, LAGS);
  const across = covariance(linear, grey, -y, x, LAGS_ACROSS);
  return { angle, smear: smearLength(along, across), focus: focusBlur(across) };
}

/** The direction in which edges are weakest, from the structure tensor: a smear takes away the edges across its way. */
export function smearDirection({ width, height, data }: Grey): SmearDirection {
  let [xx, yy, xy] = [0, 0, 0];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const gx = (data[at + 1] as number) - (data[at - 1] as number);
      const gy = (data[at + width] as number) - (data[at - width] as number);
      xx += gx * gx;
      yy += gy * gy;
      xy += gx * gy;
    }
  }
  const spread = Math.hypot(xx - yy, 2 * xy);
  const strongest = 0.5 * Math.atan2(2 * xy, xx - yy);
  return { angle: strongest + Math.PI / 2, anisotropy: xx + yy === 0 ? 0 : spread / (xx + yy) };
}

/** Covariance of the picture with itself, moved by 0 … `lags` pixels in the direction (x, y). Noise is left out of lag 0. */
function covariance(light: Float32Array, size: Omit<Grey, "data">, x: number, y: number, lags: number): Float64Array {
  const { width, height } = size;
  const mean = light.reduce((sum, level) => sum + level, 0) / light.length;
  const step = Math.max(1, Math.round(light.length / SAMPLES));
  const result = new Float64Array(lags + 1);
  for (let lag = 1; lag <= lags; lag++) {
    const [left, top] = [Math.floor(lag * x), Math.floor(lag * y)];
    const [fx, fy] = [lag * x - left, lag * y - top];
    const [w00, w10, w01, w11] = [(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy];
    const [from, to] = [Math.max(0, -left), Math.min(width, width - left - 1)];
    let [sum, count] = [0, 0];
    for (let row = Math.max(0, -top); row < Math.min(height, height - top - 1); row += step) {
      for (let column = from, at = row * width + from; column < to; column++, at++) {
        const other = at + top * width + left;
        const moved =
          w00 * (light[other] as number) +
          w10 * (light[other + 1] as number) +
          w01 * (light[other + width] as number) +
          w11 * (light[other + width + 1] as number);
        sum += ((light[at] as number) - mean) * (moved - mean);
        count++;
      }
    }
    result[lag] = sum / Math.max(1, count);
  }
  const [, first = 0, second = 0] = result;
  result[0] = Math.max(first, (4 * first - second) / 3);
  return result;
}

/** Length for which the covariance across, smeared once there and once back, is most like the one along. */
function smearLength(along: Float64Array, across: Float64Array): number {
  let best = { length: 0, error: Number.POSITIVE_INFINITY };
  for (let length = 0; length <= LONGEST; length += 0.25) {
    const error = misfit(LAGS, 0, along, (lag) => smeared(across, lag, length));
    if (error < best.error) best = { length, error };
  }
  return best.length < 1 ? 0 : best.length;
}

/** Mean around a lag weighted by a triangle: an even smear's covariance with itself. */
function smeared(covariances: Float64Array, lag: number, length: number): number {
  if (length === 0) return covariances[lag] as number;
  const steps = 4 * Math.ceil(length);
  let [sum, weights] = [0, 0];
  for (let step = 1 - steps; step < steps; step++) {
    const weight = steps - Math.abs(step);
    const place = Math.abs(lag + (step * length) / steps);
    const below = Math.min(Math.floor(place), covariances.length - 2);
    const [here, next] = [covariances[below] as number, covariances[below + 1] as number];
    sum += weight * (here + (place - below) * (next - here));
    weights += weight;
  }
  return sum / weights;
}

/** Deviation of the blur for which modules of some size, black or white by chance, have the covariance seen. */
function focusBlur(covariances: Float64Array): number {
  let best = { focus: 0, error: Number.POSITIVE_INFINITY };
  for (let module = 1.2; module < 8; module *= 1.07) {
    const lags = Math.max(5, Math.ceil(1.6 * module));
    for (let focus = 0.2; focus < 1.1 * module; focus += 0.1) {
      const spread = focus * Math.SQRT2;
      const error =
        misfit(
          lags,
          1,
          covariances,
          (lag) => rampBlurred(lag + module, spread) - 2 * rampBlurred(lag, spread) + rampBlurred(lag - module, spread),
        ) / lags;
      if (error < best.error) best = { focus, error };
    }
  }
  return best.focus;
}

/** Squared error per lag of the best a · model + b; infinite where the best a is not positive. */
function misfit(last: number, first: number, seen: Float64Array, model: (lag: number) => number): number {
  let [m, s, mm, ms, ss] = [0, 0, 0, 0, 0];
  for (let lag = first; lag <= last; lag++) {
    const value = model(lag);
    const level = seen[lag] as number;
    m += value;
    s += level;
    mm += value * value;
    ms += value * level;
    ss += level * level;
  }
  const count = last - first + 1;
  const both = ms - (m * s) / count;
  const own = mm - (m * m) / count;
  return both <= 0 || own <= 0 ? Number.POSITIVE_INFINITY : (ss - (s * s) / count - (both * both) / own) / count;
}

/** max(0, x) blurred by a bell of deviation `spread`: its second difference is a module's covariance blurred. */
function rampBlurred(x: number, spread: number): number {
  const z = x / spread;
  return x * normalShare(z) + spread * Math.exp((-z * z) / 2) * 0.398942;
}

/** Share of a normal distribution below z, to 10⁻⁵ (Abramowitz and Stegun 26.2.16). */
function normalShare(z: number): number {
  const t = 1 / (1 + 0.33267 * Math.abs(z));
  const above = 0.398942 * Math.exp((-z * z) / 2) * t * (0.4361836 + t * (-0.1201676 + t * 0.937298));
  return z > 0 ? 1 - above : above;
}
