/**
 * Colour of the dark modules, sampled where the decoder says they are. Two methods that fail differently must agree:
 * the hue of dark over white (takes the lamp's colour out), and which light the ink absorbs (takes blur out, because
 * a mixture of ink and paper absorbs the same light, only less of it). A hint for the guard, nothing else.
 */
import type { Corners, ModuleColour } from "../core/flow.ts";
import { colourAt, type LumaTables, type Raster } from "./luma.ts";
import { acrossQuad, sideOf } from "./quad.ts";
import type { Decoded } from "./zxing.ts";

export interface ColourReading {
  readonly colour: ModuleColour;
  /** 0 … 1. */
  readonly confidence: number;
  /** The dark modules that were looked at. */
  readonly sampled: readonly SampledModule[];
}

export interface SampledModule {
  readonly column: number;
  readonly row: number;
  readonly size: number;
}
type Answer = Pick<ColourReading, "colour" | "confidence">;

type Hue = "green" | "yellow" | "red" | "black" | "other";
/** Red, green, blue in linear light. */
type Light = readonly [number, number, number];

const UNSURE: Answer = { colour: "unsure", confidence: 0 };
/** Modules smaller than this share their chroma with their neighbours. */
const SMALLEST_MODULE = 1.3;

/** What the modules of a decoded code look like in the picture that it was found in. */
export function moduleColour(
  raster: Raster,
  decoded: Pick<Decoded, "corners" | "modules" | "inverted">,
  tables: LumaTables,
): ColourReading {
  const nothing: ColourReading = { ...UNSURE, sampled: [] };
  if (raster.format === "grey" || decoded.modules === null) return nothing;
  const { size, dark } = decoded.modules;
  if (sideOf(decoded.corners) / size < SMALLEST_MODULE) return nothing;
  const samples = sampleModules(raster, decoded.corners, size, dark, tables);
  if (samples === null) return nothing;
  return { ...judge(samples.dark, samples.light), sampled: samples.places };
}

function judge(ones: Sampled, zeros: Sampled): Answer {
  // The decoder tells of inversion by its own search; the picture itself is the better witness.
  if (luminance(ones.median) > luminance(zeros.median)) return ofLightModules(ones, zeros);
  return ofDarkModules(ones.median, zeros.median, zeros.clipped);
}

function ofDarkModules(ink: Light, paper: Light, clipped: number): Answer {
  const ratio: Light = [ink[0] / paper[0], ink[1] / paper[1], ink[2] / paper[2]];
  const absorbed: Light = [1 - ratio[0], 1 - ratio[1], 1 - ratio[2]];
  const most = Math.max(...absorbed);
  if (most < 0.06) return UNSURE;
  const byHue = hueOfRatio(ratio);
  const byAbsorption = hueOfAbsorption(absorbed);
  if (byHue.hue !== byAbsorption.hue) return UNSURE;
  // Overexposed, red and green clip first and a red ink looks yellow.
  const doubt = clipped > 0.5 ? 0.7 : 1;
  return { colour: byHue.hue, confidence: Math.min(byHue.margin, byAbsorption.margin) * doubt };
}

interface Judgement {
  readonly hue: Hue;
  readonly margin: number;
}

/** Hue in degrees and saturation of a colour as HSV has it, on encoded values. */
function hsv(light: Light): { hue: number; saturation: number; value: number } {
  const [r, g, b] = light.map((channel) => Math.max(0, channel) ** (1 / 2.2)) as [number, number, number];
  const most = Math.max(r, g, b);
  const span = most - Math.min(r, g, b);
  if (span === 0) return { hue: 0, saturation: 0, value: most };
  const sixth = most === r ? ((g - b) / span + 6) % 6 : most === g ? (b - r) / span + 2 : (r - g) / span + 4;
  return { hue: sixth * 60, saturation: span / Math.max(most, 1e-6), value: most };
}

function hueOfRatio(ratio: Light): Judgement {
  const { hue, saturation, value } = hsv(ratio);
  // Blur lifts black towards grey, never towards a hue.
  const tinted = saturation * Math.min(1, value * 2.2);
  if (tinted < 0.2) return { hue: "black", margin: 1 - tinted / 0.2 };
  return named(hue, Math.min(1, (tinted - 0.2) / 0.2));
}

function hueOfAbsorption(absorbed: Light): Judgement {
  const most = Math.max(...absorbed);
  const [r, g, b] = absorbed.map((channel) => Math.max(0, channel / most)) as [number, number, number];
  const spread = 1 - Math.min(r, g, b);
  if (spread < 0.13) return { hue: "black", margin: 1 - spread / 0.13 };
  // What is not absorbed is the colour.
  return named(hsv([1 - r, 1 - g, 1 - b]).hue, Math.min(1, (spread - 0.13) / 0.15));
}

function named(hue: number, strength: number): Judgement {
  const ranges: readonly (readonly [Hue, number, number])[] = [
    ["red", -40, 22],
    ["yellow", 30, 74],
    ["green", 84, 178],
    ["other", 184, 318],
  ];
  for (const [name, from, to] of ranges) {
    const at = hue > 320 ? hue - 360 : hue;
    if (at >= from && at <= to)
      return { hue: name, margin: strength * Math.min(1, Math.min(at - from, to - at) / 10 + 0.3) };
  }
  return { hue: "other", margin: 0 };
}

/** Dark mode: the modules shine on a dark ground and there is no white to compare with. */
function ofLightModules(shining: Sampled, ground: Sampled): Answer {
  const lit: Light = [
    Math.max(0.001, shining.median[0] - ground.median[0] * 0.5),
    Math.max(0.001, shining.median[1] - ground.median[1] * 0.5),
    Math.max(0.001, shining.median[2] - ground.median[2] * 0.5),
  ];
  const { hue, saturation } = hsv(lit);
  // A lamp's tint alone reaches some 0.35 between red and blue.
  if (saturation < 0.3) return { colour: "black", confidence: 1 - saturation / 0.3 };
  if (saturation < 0.42) return UNSURE;
  const judged = named(hue, Math.min(1, (saturation - 0.42) / 0.2));
  return { colour: judged.hue, confidence: judged.margin };
}

interface Sampled {
  readonly median: Light;
  /** Share of samples with a channel at the sensor's end. */
  readonly clipped: number;
}

const luminance = (light: Light): number => 0.21 * light[0] + 0.72 * light[1] + 0.07 * light[2];

/** Medians over modules whose neighbours agree with them, so that 4:2:x chroma is their own. */
function sampleModules(
  raster: Raster,
  corners: Corners,
  size: number,
  dark: Uint8Array,
  tables: LumaTables,
): { dark: Sampled; light: Sampled; places: SampledModule[] } | null {
  const place = acrossQuad(corners);
  const ones: Light[] = [];
  const zeros: Light[] = [];
  const clipped = [0, 0];
  const places: SampledModule[] = [];
  const rgb = new Float64Array(3);
  for (const needed of [4, 3]) {
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        if (agreeing(dark, size, row, column) !== needed) continue;
        const own = dark[row * size + column] as number;
        const [x, y] = place((column + 0.5) / size, (row + 0.5) / size);
        if (x < 1 || y < 1 || x >= raster.width - 1 || y >= raster.height - 1) continue;
        colourAt(raster, x, y, tables, rgb);
        const [r, g, b] = rgb as unknown as [number, number, number];
        if (r > 251 || g > 251 || b > 251) clipped[own] = (clipped[own] as number) + 1;
        if (own === 1) places.push({ column, row, size });
        (own === 1 ? ones : zeros).push([linear(r), linear(g), linear(b)]);
      }
    }
    // Modules enclosed on all sides are best; where a code has few of them, three sides must do.
    if (ones.length >= 24 && zeros.length >= 24) break;
  }
  if (ones.length < 6 || zeros.length < 6) return null;
  return {
    places,
    dark: { median: medianLight(ones), clipped: (clipped[1] as number) / ones.length },
    light: { median: medianLight(zeros), clipped: (clipped[0] as number) / zeros.length },
  };
}

function agreeing(dark: Uint8Array, size: number, row: number, column: number): number {
  const own = dark[row * size + column];
  let count = 0;
  if (row > 0 && dark[(row - 1) * size + column] === own) count++;
  if (row < size - 1 && dark[(row + 1) * size + column] === own) count++;
  if (column > 0 && dark[row * size + column - 1] === own) count++;
  if (column < size - 1 && dark[row * size + column + 1] === own) count++;
  return count;
}

const linear = (encoded: number): number => Math.max(0.0005, (Math.min(255, Math.max(0, encoded)) / 255) ** 2.2);

function medianLight(lights: readonly Light[]): Light {
  const middle = (channel: 0 | 1 | 2): number => {
    const sorted = lights.map((light) => light[channel]).sort((a, b) => a - b);
    return sorted[sorted.length >> 1] as number;
  };
  return [middle(0), middle(1), middle(2)];
}
