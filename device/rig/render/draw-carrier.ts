/** Draws one carrier into the light before the lens: perspective, antialiasing, folds, grids and glare. */
import { inverse, type Matrix, project, sheetToPicture } from "./geometry.ts";
import type { Region } from "./optics.ts";
import type { CameraModel, Carrier } from "./scene.ts";
import { CELLS_PER_MM, CODE_GROUND, type PlacedCode, type Sheet } from "./sheet.ts";

/** Where a code of a carrier is seen: the map from sheet millimetres to pixels. */
export function carrierMap(carrier: Carrier, camera: CameraModel): Matrix {
  return sheetToPicture(carrier.pose, carrier.codes[0] ?? { x: 0, y: 0 }, camera.focal);
}

function bounds(map: Matrix, sheet: Sheet, width: number, height: number): Region {
  const corners = [
    project(map, -sheet.halfWidth, -sheet.halfHeight),
    project(map, sheet.halfWidth, -sheet.halfHeight),
    project(map, sheet.halfWidth, sheet.halfHeight),
    project(map, -sheet.halfWidth, sheet.halfHeight),
  ];
  const xs = corners.map((corner) => corner[0]);
  const ys = corners.map((corner) => corner[1]);
  const clamp = (value: number, high: number): number => Math.min(high, Math.max(0, value));
  return {
    left: clamp(Math.floor(Math.min(...xs)), width),
    top: clamp(Math.floor(Math.min(...ys)), height),
    right: clamp(Math.ceil(Math.max(...xs)) + 1, width),
    bottom: clamp(Math.ceil(Math.max(...ys)) + 1, height),
  };
}

/** Samples per pixel and side: enough that a module's edge is never stair-stepped. */
function samplesFor(carrier: Carrier, sheet: Sheet): number {
  const finest = Math.max(0, ...sheet.codes.map((code) => code.modulesPerMm));
  const pixelsPerModule = finest === 0 ? 8 : carrier.pose.pixelsPerMm / finest;
  return pixelsPerModule < 2.5 ? 4 : pixelsPerModule < 6 ? 3 : 2;
}

/**
 * Draws onto `light` (linear, three numbers a pixel) and gives the part of the picture it touched. Everything that
 * runs per sample is in this file: a call across modules costs more than the sample.
 */
export function drawCarrier(carrier: Carrier, sheet: Sheet, camera: CameraModel, light: Float32Array): Region {
  const map = carrierMap(carrier, camera);
  const region = bounds(map, sheet, camera.width, camera.height);
  const surface = surfaceOf(carrier);
  const back = Float64Array.from(inverse(map));
  const inks = inkMap(sheet, back, surface, region);
  const wide = region.right - region.left + 2;
  const count = samplesFor(carrier, sheet);
  const { palette } = sheet;
  const sum = new Float64Array(4);
  const place = new Float64Array(2);
  for (let y = region.top; y < region.bottom; y++) {
    let cell = (y - region.top + 1) * wide;
    let at = (y * camera.width + region.left) * 3 - 3;
    for (let x = region.left; x < region.right; x++) {
      at += 3;
      cell++;
      const ink = inks[cell] as number;
      const inside = isInterior(inks, cell, wide, ink);
      if (inside && ink < 0) continue;
      if (inside) {
        sum[0] = palette[ink * 3] as number;
        sum[1] = palette[ink * 3 + 1] as number;
        sum[2] = palette[ink * 3 + 2] as number;
        sum[3] = 1;
      } else superSample(sheet, back, surface, x, y, count, sum);
      const cover = sum[3] as number;
      if (cover === 0) continue;
      let lit = 1;
      let added = 0;
      if (surface !== null) {
        locate(back, surface, x + 0.5, y + 0.5, place);
        lit = surface.light(place[0] as number, place[1] as number, x, y);
        added = surface.glare(place[0] as number, place[1] as number) * cover;
      }
      const rest = 1 - cover;
      light[at] = (light[at] as number) * rest + (sum[0] as number) * lit + added;
      light[at + 1] = (light[at + 1] as number) * rest + (sum[1] as number) * lit + added;
      light[at + 2] = (light[at + 2] as number) * rest + (sum[2] as number) * lit + added;
    }
  }
  return region;
}

/** Sheet millimetres under a place of the picture. */
function locate(back: Float64Array, surface: Surface | null, x: number, y: number, place: Float64Array): void {
  const w = 1 / ((back[6] as number) * x + (back[7] as number) * y + (back[8] as number));
  const u = ((back[0] as number) * x + (back[1] as number) * y + (back[2] as number)) * w;
  const v = ((back[3] as number) * x + (back[4] as number) * y + (back[5] as number)) * w;
  const bent = surface === null ? 0 : surface.bend(u, v);
  place[0] = u + bent;
  place[1] = v + bent * 0.4;
}

/** Ink at a place of the sheet, millimetres from its centre; −1 outside. */
function inkAt(sheet: Sheet, x: number, y: number): number {
  const across = x + sheet.halfWidth;
  const down = y + sheet.halfHeight;
  if (across < 0 || down < 0) return -1;
  const column = (across * CELLS_PER_MM) | 0;
  const row = (down * CELLS_PER_MM) | 0;
  if (column >= sheet.cellsWide || row >= sheet.cellsHigh) return -1;
  const ink = sheet.cells[row * sheet.cellsWide + column] as number;
  if (ink !== CODE_GROUND) return ink;
  for (let i = 0; i < sheet.codes.length; i++) {
    const code = sheet.codes[i] as PlacedCode;
    const u = (x - code.left) * code.modulesPerMm;
    const v = (y - code.top) * code.modulesPerMm;
    const size = code.modules.size;
    if (u >= 0 && v >= 0 && u < size && v < size)
      return (code.modules.dark[(v | 0) * size + (u | 0)] as number) === 1 ? code.ink : CODE_GROUND;
  }
  return CODE_GROUND;
}

/** Ink at each pixel's centre, with a margin of one. */
function inkMap(sheet: Sheet, back: Float64Array, surface: Surface | null, region: Region): Int16Array {
  const wide = region.right - region.left + 2;
  const inks = new Int16Array(wide * (region.bottom - region.top + 2));
  const place = new Float64Array(2);
  let cell = 0;
  for (let y = region.top - 0.5; y < region.bottom + 1; y++)
    for (let x = 0; x < wide; x++) {
      locate(back, surface, region.left - 0.5 + x, y, place);
      inks[cell++] = inkAt(sheet, place[0] as number, place[1] as number);
    }
  return inks;
}

/** Where all neighbours carry the same ink, one sample is as good as many: nothing on a sheet is finer than a pixel. */
function isInterior(inks: Int16Array, cell: number, wide: number, ink: number): boolean {
  return (
    inks[cell - 1] === ink &&
    inks[cell + 1] === ink &&
    inks[cell - wide] === ink &&
    inks[cell + wide] === ink &&
    inks[cell - wide - 1] === ink &&
    inks[cell - wide + 1] === ink &&
    inks[cell + wide - 1] === ink &&
    inks[cell + wide + 1] === ink
  );
}

/** Mean light of a pixel over `count` × `count` samples into `sum`; its last number is the share that the sheet covers. */
function superSample(
  sheet: Sheet,
  back: Float64Array,
  surface: Surface | null,
  x: number,
  y: number,
  count: number,
  sum: Float64Array,
): void {
  const { palette } = sheet;
  let r = 0;
  let g = 0;
  let b = 0;
  let hits = 0;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      locate(back, surface, x + (j + 0.5) / count, y + (i + 0.5) / count, sum);
      const ink = inkAt(sheet, sum[0] as number, sum[1] as number) * 3;
      if (ink < 0) continue;
      hits++;
      r += palette[ink] as number;
      g += palette[ink + 1] as number;
      b += palette[ink + 2] as number;
    }
  }
  const share = 1 / (count * count);
  sum[0] = r * share;
  sum[1] = g * share;
  sum[2] = b * share;
  sum[3] = hits * share;
}

interface Surface {
  /** Displacement in millimetres: paper is not flat. */
  bend(u: number, v: number): number;
  /** Factor on the light of a place: folds and the beat of pixel grids. */
  light(u: number, v: number, x: number, y: number): number;
  glare(u: number, v: number): number;
}

function surfaceOf(carrier: Carrier): Surface | null {
  const { creased, moire, glare, seed } = carrier;
  if (creased === 0 && moire === 0 && glare.length === 0) return null;
  const phase = seed % 7;
  const folds = [-31, -4 + (seed % 9), 22];
  // The phone's pixel pitch is a fraction of a camera pixel, so its grid is seen as a slow beat across the picture.
  const [beatX, beatY] = [0.55 + 0.06 * (seed % 5), 0.38 + 0.05 * (seed % 7)];
  return {
    bend: (u, v) => creased * (1.1 * Math.sin(v * 0.07 + phase) + 0.7 * Math.sin(u * 0.09 + v * 0.05 + phase * 2)),
    light: (u, v, x, y) => {
      let lit = 1;
      if (creased > 0) {
        lit += creased * 0.25 * Math.sin(v * 0.07 + phase + 1);
        for (const fold of folds) {
          const away = v - fold - 0.12 * u;
          if (away > -6 && away < 6) lit += creased * (away > 0 ? -0.3 : 0.25) * (1 - Math.abs(away) / 6);
        }
      }
      if (moire > 0) lit *= 1 + moire * 0.22 * (Math.cos(x * beatX + y * 0.11) + Math.cos(y * beatY - x * 0.07));
      return Math.max(0.1, lit);
    },
    glare: (u, v) => {
      let added = 0;
      for (const lamp of glare) {
        const d = ((u - lamp.x) ** 2 + (v - lamp.y) ** 2) / lamp.radius ** 2;
        added += lamp.strength / (1 + d * d * d);
      }
      return added;
    },
  };
}
