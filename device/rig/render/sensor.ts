/** Light to bytes: colour filters, white balance, noise, clipping, gamma, and 4:2:2 chroma as a USB camera packs it. */
import { gaussian, type Random, seeded } from "./random.ts";
import type { CameraModel, Picture } from "./scene.ts";

const GAMMA_STEPS = 4096;
const NOISE_LENGTH = 1 << 15;

/** Look-up tables of a sensor; the same for every camera, made once by whoever draws. */
export interface SensorTables {
  /** Linear 0 … 1 to encoded 0 … 255. */
  readonly gamma: Float32Array;
  /** Normal deviates; a row of the picture starts at a random place of it. */
  readonly noise: Float32Array;
}

export function sensorTables(): SensorTables {
  const gamma = new Float32Array(GAMMA_STEPS + 1);
  for (let i = 0; i <= GAMMA_STEPS; i++) {
    const c = i / GAMMA_STEPS;
    gamma[i] = 255 * (c <= 0.0031308 ? c * 12.92 : 1.055 * c ** (1 / 2.4) - 0.055);
  }
  const random = seeded(0x5e45);
  const noise = new Float32Array(NOISE_LENGTH);
  for (let i = 0; i < NOISE_LENGTH; i++) noise[i] = gaussian(random);
  return { gamma, noise };
}

/** Exposes `light` (linear, three numbers a pixel) and packs YUYV, BT.601 full range as UVC cameras deliver it. */
export function expose(light: Float32Array, camera: CameraModel, tables: SensorTables, random: Random): Picture {
  const { width, height, crosstalk, exposure } = camera;
  const data = new Uint8Array(width * height * 2);
  const { gamma, noise } = tables;
  const [gr, gg, gb] = camera.whiteBalance.map((gain) => gain * exposure) as [number, number, number];
  const own = 1 - crosstalk;
  const side = crosstalk / 2;
  const shot = 1 / camera.fullWell;
  const read = camera.readNoise ** 2;
  const falloff = camera.vignetting / (width * width + height * height) / 0.25;
  // Deviation of the noise by light, on the grid of the gamma table: a square root per channel and pixel would dominate.
  const spread = new Float32Array(GAMMA_STEPS * 2 + 1);
  for (let i = 0; i < spread.length; i++) spread[i] = GAMMA_STEPS * Math.sqrt(read + (i / GAMMA_STEPS) * shot);
  const encode = (value: number, deviate: number): number => {
    const step = value * GAMMA_STEPS;
    const noisy = step + deviate * (spread[step > 2 * GAMMA_STEPS ? 2 * GAMMA_STEPS : step | 0] as number);
    return gamma[noisy <= 0 ? 0 : noisy >= GAMMA_STEPS ? GAMMA_STEPS : (noisy + 0.5) | 0] as number;
  };
  let at = 0;
  let out = 0;
  for (let y = 0; y < height; y++) {
    let n = (random() * (NOISE_LENGTH - width * 3)) | 0;
    const dy = y - height / 2;
    for (let x = 0; x < width; x += 2) {
      const dx = x - width / 2;
      const shade = 1 - falloff * (dx * dx + dy * dy);
      const kr = gr * shade;
      const kg = gg * shade;
      const kb = gb * shade;
      const r0 = light[at] as number;
      const g0 = light[at + 1] as number;
      const b0 = light[at + 2] as number;
      const r1 = light[at + 3] as number;
      const g1 = light[at + 4] as number;
      const b1 = light[at + 5] as number;
      at += 6;
      const red0 = encode(kr * (own * r0 + crosstalk * g0), noise[n] as number);
      const green0 = encode(kg * (own * g0 + side * (r0 + b0)), noise[n + 1] as number);
      const blue0 = encode(kb * (own * b0 + crosstalk * g0), noise[n + 2] as number);
      const red1 = encode(kr * (own * r1 + crosstalk * g1), noise[n + 3] as number);
      const green1 = encode(kg * (own * g1 + side * (r1 + b1)), noise[n + 4] as number);
      const blue1 = encode(kb * (own * b1 + crosstalk * g1), noise[n + 5] as number);
      n += 6;
      const y0 = 0.299 * red0 + 0.587 * green0 + 0.114 * blue0;
      const y1 = 0.299 * red1 + 0.587 * green1 + 0.114 * blue1;
      const mean = (y0 + y1) / 2;
      data[out++] = y0 + 0.5;
      data[out++] = clamp(128.5 + ((blue0 + blue1) / 2 - mean) * 0.564);
      data[out++] = y1 + 0.5;
      data[out++] = clamp(128.5 + ((red0 + red1) / 2 - mean) * 0.713);
    }
  }
  return { width, height, format: "yuyv", data };
}

const clamp = (value: number): number => Math.max(0, Math.min(255, value));
