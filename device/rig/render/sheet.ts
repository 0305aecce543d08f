/** A phone or a page as a surface: which ink lies where. Codes keep their modules; all else is a coarse bitmap. */
import { create } from "qrcode";
import { between, type Random, seeded } from "./random.ts";
import type { Carrier, CodePrint, Srgb } from "./scene.ts";

export interface Modules {
  readonly size: number;
  readonly dark: Uint8Array;
}

export interface Sheet {
  /** Half of the width and height, millimetres. */
  readonly halfWidth: number;
  readonly halfHeight: number;
  readonly cells: Uint8Array;
  readonly cellsWide: number;
  readonly cellsHigh: number;
  readonly codes: readonly PlacedCode[];
  /** Linear light per ink, three numbers each. */
  readonly palette: Float32Array;
}

export interface PlacedCode {
  readonly left: number;
  readonly top: number;
  readonly modulesPerMm: number;
  readonly modules: Modules;
  readonly quietZone: number;
  readonly ink: number;
}

export const CELLS_PER_MM = 3;
const GROUND = 0;
const TEXT = 1;
const PANEL = 2;
const FRAME = 3;
const CRACK_LIGHT = 4;
const CRACK_DARK = 5;
const COVER = 6;
export const CODE_GROUND = 7;

/** The modules of a payload. @throws Error where it is longer than version 40 holds at that level. */
export function modulesOf(code: Pick<CodePrint, "payload" | "errorCorrection">): Modules {
  const segments = typeof code.payload === "string" ? code.payload : [{ data: code.payload, mode: "byte" as const }];
  const { modules } = create(segments, { errorCorrectionLevel: code.errorCorrection });
  return { size: modules.size, dark: Uint8Array.from(modules.data, (bit) => (bit ? 1 : 0)) };
}

/** sRGB to linear light, IEC 61966-2-1. */
export function linear(channel: number): number {
  const c = channel / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
}

/** Builds the surface of a carrier. `modules` gives (and may remember) the matrix of a code. */
export function sheetOf(carrier: Carrier, modules: (code: CodePrint) => Modules): Sheet {
  const random = seeded(carrier.seed);
  const page = carrier.medium === "paper";
  const reachX = Math.max(0, ...carrier.codes.map((code) => Math.abs(code.x) + code.size * 0.62));
  const reachY = Math.max(0, ...carrier.codes.map((code) => Math.abs(code.y) + code.size * 0.62));
  const halfWidth = Math.max(page ? 52 : 34, reachX);
  const halfHeight = Math.max(page ? 74 : 70, reachY + (page ? 12 : 16));
  const cellsWide = Math.ceil(halfWidth * 2 * CELLS_PER_MM);
  const cellsHigh = Math.ceil(halfHeight * 2 * CELLS_PER_MM);
  const cells = new Uint8Array(cellsWide * cellsHigh);
  const sheet = { cells, cellsWide, cellsHigh, halfWidth, halfHeight };
  if (page) drawPage(sheet, random);
  else drawScreen(sheet, random);
  const codes = carrier.codes.map((code, index): PlacedCode => {
    const matrix = modules(code);
    const quiet = (code.size / matrix.size) * code.quietZone;
    rectangle(
      sheet,
      code.x - code.size / 2 - quiet,
      code.y - code.size / 2 - quiet,
      code.size + 2 * quiet,
      code.size + 2 * quiet,
      CODE_GROUND,
    );
    return {
      left: code.x - code.size / 2,
      top: code.y - code.size / 2,
      modulesPerMm: matrix.size / code.size,
      modules: matrix,
      quietZone: code.quietZone,
      ink: CODE_GROUND + 1 + index,
    };
  });
  drawCracks(sheet, carrier.cracked, random);
  for (const cover of carrier.covers) {
    ellipse(sheet, cover.x, cover.y, cover.radiusX, cover.radiusY);
  }
  return { ...sheet, codes, palette: paletteOf(carrier) };
}

type Canvas = Pick<Sheet, "cells" | "cellsWide" | "cellsHigh" | "halfWidth" | "halfHeight">;

function rectangle(sheet: Canvas, x: number, y: number, width: number, height: number, ink: number): void {
  const left = Math.max(0, Math.round((x + sheet.halfWidth) * CELLS_PER_MM));
  const right = Math.min(sheet.cellsWide, Math.round((x + width + sheet.halfWidth) * CELLS_PER_MM));
  const top = Math.max(0, Math.round((y + sheet.halfHeight) * CELLS_PER_MM));
  const bottom = Math.min(sheet.cellsHigh, Math.round((y + height + sheet.halfHeight) * CELLS_PER_MM));
  for (let row = top; row < bottom; row++)
    sheet.cells.fill(ink, row * sheet.cellsWide + left, row * sheet.cellsWide + Math.max(left, right));
}

function ellipse(sheet: Canvas, x: number, y: number, radiusX: number, radiusY: number): void {
  for (let row = 0; row < sheet.cellsHigh; row++) {
    const dy = (row / CELLS_PER_MM - sheet.halfHeight - y) / radiusY;
    if (dy * dy >= 1) continue;
    const reach = radiusX * Math.sqrt(1 - dy * dy);
    rectangle(sheet, x - reach, row / CELLS_PER_MM - sheet.halfHeight, 2 * reach, 1 / CELLS_PER_MM, COVER);
  }
}

function textLines(
  sheet: Canvas,
  x: number,
  y: number,
  width: number,
  lines: number,
  height: number,
  random: Random,
): void {
  for (let line = 0; line < lines; line++) {
    let at = x;
    const end = x + width * between(random, 0.5, 1);
    while (at < end) {
      const glyph = height * between(random, 0.4, 0.95);
      const top = y + line * height * 1.8;
      rectangle(sheet, at, top + height * between(random, 0, 0.5), glyph, height * 0.22, TEXT);
      rectangle(sheet, at + glyph * random() * 0.7, top, height * 0.18, height * between(random, 0.5, 1), TEXT);
      at += glyph + height * 0.3;
    }
  }
}

function drawScreen(sheet: Canvas, random: Random): void {
  const { halfWidth: w, halfHeight: h } = sheet;
  rectangle(sheet, -w, -h, 2 * w, 2 * h, FRAME);
  rectangle(sheet, -w + 3, -h + 5, 2 * w - 6, 2 * h - 10, GROUND);
  rectangle(sheet, -w + 3, -h + 5, 2 * w - 6, 14, PANEL);
  textLines(sheet, -w + 8, -h + 24, 2 * w - 20, 2, 2.6, random);
  textLines(sheet, -w + 8, h - 24, 2 * w - 16, 3, 2.2, random);
}

function drawPage(sheet: Canvas, random: Random): void {
  const { halfWidth: w, halfHeight: h } = sheet;
  textLines(sheet, -w + 10, -h + 8, 2 * w - 24, 1, 5, random);
  textLines(sheet, -w + 10, h - 22, 2 * w - 20, 4, 2, random);
}

/** Cracks run in jagged lines from one point of impact; some catch light, some are dark. */
function drawCracks(sheet: Canvas, amount: number, random: Random): void {
  const lines = Math.round(amount * 14);
  const [startX, startY] = [
    between(random, -0.7, 0.7) * sheet.halfWidth,
    between(random, -0.4, 0.4) * sheet.halfHeight,
  ];
  for (let line = 0; line < lines; line++) {
    let [x, y] = [startX, startY];
    let heading = (line / lines) * 2 * Math.PI + between(random, -0.2, 0.2);
    const ink = random() < 0.5 ? CRACK_LIGHT : CRACK_DARK;
    const width = between(random, 0.35, 0.8);
    for (let step = 0; step < 120; step++) {
      x += Math.cos(heading) * 0.5;
      y += Math.sin(heading) * 0.5;
      heading += between(random, -0.25, 0.25);
      rectangle(sheet, x, y, width, width, ink);
    }
  }
}

function paletteOf(carrier: Carrier): Float32Array {
  const light = carrier.brightness;
  const white: Srgb = carrier.medium === "paper" ? [238, 236, 228] : [255, 255, 255];
  const night: Srgb = [24, 24, 26];
  const ground = carrier.dark ? night : white;
  const inks: Srgb[] = [
    ground,
    carrier.dark ? [200, 200, 200] : [60, 60, 64],
    carrier.medium === "paper" ? ground : [38, 110, 200],
    [12, 12, 13],
    [255, 255, 255],
    [20, 20, 20],
    carrier.covers[0]?.shade ?? [190, 140, 115],
    ground,
    ...carrier.codes.map(
      (code): Srgb => (carrier.dark && code.ink[0] + code.ink[1] + code.ink[2] < 90 ? [235, 235, 235] : code.ink),
    ),
  ];
  const palette = new Float32Array(inks.length * 3);
  // Black on a screen still reflects a little of the lane; black toner reflects 3 to 4 %.
  const floor = carrier.medium === "paper" ? 0.03 * light : 0.006;
  inks.forEach((ink, index) => {
    for (let channel = 0; channel < 3; channel++)
      palette[index * 3 + channel] = floor + linear(ink[channel] ?? 0) * light * (1 - floor);
  });
  return palette;
}
