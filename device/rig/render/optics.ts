/** Blur in linear light, before the sensor: focus and motion, over the part of the picture where the carriers are. */

export interface Region {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

interface Tap {
  readonly x: number;
  readonly y: number;
  readonly weight: number;
}

/** Blurs `light` in place. `spare` is a buffer of the same length. */
export function blur(
  light: Float32Array,
  spare: Float32Array,
  width: number,
  region: Region,
  focus: number,
  motion: { readonly x: number; readonly y: number },
): void {
  if (focus > 0.15) {
    const along = bell(focus);
    convolve(
      light,
      spare,
      width,
      region,
      along.map((weight, i) => ({ x: i - (along.length >> 1), y: 0, weight })),
    );
    convolve(
      light,
      spare,
      width,
      region,
      along.map((weight, i) => ({ x: 0, y: i - (along.length >> 1), weight })),
    );
  }
  if (Math.hypot(motion.x, motion.y) > 0.3) convolve(light, spare, width, region, smear(motion.x, motion.y));
}

/** A normalised Gaussian of odd length. */
function bell(deviation: number): number[] {
  const reach = Math.ceil(deviation * 2.8);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * deviation ** 2)));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/** A straight even smear from −half to +half of the way, spread over whole pixels. */
function smear(wayX: number, wayY: number): Tap[] {
  const steps = Math.ceil(Math.hypot(wayX, wayY) * 2) + 1;
  const taps = new Map<string, Tap>();
  const add = (x: number, y: number, weight: number): void => {
    if (weight <= 0) return;
    const key = `${x},${y}`;
    taps.set(key, { x, y, weight: weight + (taps.get(key)?.weight ?? 0) });
  };
  for (let step = 0; step < steps; step++) {
    const x = (step / (steps - 1) - 0.5) * wayX;
    const y = (step / (steps - 1) - 0.5) * wayY;
    const [fx, fy] = [Math.floor(x), Math.floor(y)];
    const [px, py] = [x - fx, y - fy];
    add(fx, fy, ((1 - px) * (1 - py)) / steps);
    add(fx + 1, fy, (px * (1 - py)) / steps);
    add(fx, fy + 1, ((1 - px) * py) / steps);
    add(fx + 1, fy + 1, (px * py) / steps);
  }
  return [...taps.values()];
}

function convolve(light: Float32Array, spare: Float32Array, width: number, region: Region, taps: readonly Tap[]): void {
  const high = light.length / 3 / width;
  const from = region.left * 3;
  const length = (region.right - region.left) * 3;
  const offsets = new Int32Array(taps.length);
  const weights = Float64Array.from(taps, (tap) => tap.weight);
  for (let y = region.top; y < region.bottom; y++) {
    const out = y * width * 3 + from;
    taps.forEach((tap, index) => {
      const row = Math.min(high - 1, Math.max(0, y + tap.y));
      const shift = Math.min(width - region.right, Math.max(-region.left, tap.x));
      offsets[index] = row * width * 3 + from + shift * 3;
    });
    for (let i = 0; i < length; i++) {
      let sum = 0;
      for (let tap = 0; tap < weights.length; tap++)
        sum += (weights[tap] as number) * (light[(offsets[tap] as number) + i] as number);
      spare[out + i] = sum;
    }
  }
  for (let y = region.top; y < region.bottom; y++) {
    const at = y * width * 3 + from;
    light.set(spare.subarray(at, at + length), at);
  }
}
