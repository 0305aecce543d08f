/** The lane behind the carriers, in linear light: soft where it is far, sharp where clutter stands near. */
import { between, pick, type Random, seeded } from "./random.ts";
import type { Backdrop } from "./scene.ts";
import { linear } from "./sheet.ts";

const COARSE_WIDE = 64;
const COARSE_HIGH = 48;

/** Fills `light` (three numbers a pixel) with the backdrop. */
export function drawBackdrop(backdrop: Backdrop, width: number, height: number, light: Float32Array): void {
  const random = seeded(backdrop.seed);
  const coarse = new Float32Array(COARSE_WIDE * COARSE_HIGH * 3);
  drawWalls(coarse, backdrop, random);
  for (const person of backdrop.people)
    drawPerson(coarse, person.x, person.height, person.shade.map(linear), backdrop.light);
  enlarge(softened(coarse), width, height, light);
  drawClutter(backdrop, width, height, light, random);
}

function drawWalls(coarse: Float32Array, backdrop: Backdrop, random: Random): void {
  const tint = [between(random, 0.85, 1.1), 1, between(random, 0.8, 1.05)];
  const horizon = between(random, 0.55, 0.75);
  const panels = Array.from({ length: 7 }, () => ({
    left: random(),
    width: between(random, 0.05, 0.3),
    top: between(random, 0, 0.5),
    bottom: between(random, 0.5, 1),
    shade: between(random, 0.25, 1.5),
  }));
  for (let y = 0; y < COARSE_HIGH; y++) {
    for (let x = 0; x < COARSE_WIDE; x++) {
      const [fx, fy] = [x / COARSE_WIDE, y / COARSE_HIGH];
      let shade = fy > horizon ? 0.32 : 0.55 - 0.25 * fy;
      for (const panel of panels)
        if (fx > panel.left && fx < panel.left + panel.width && fy > panel.top && fy < panel.bottom)
          shade *= panel.shade;
      if (backdrop.sun !== null) {
        const away = Math.abs(fx - backdrop.sun - (fy - 0.5) * 0.3);
        if (away < 0.12) shade += 1.6 * (1 - away / 0.12);
      }
      const at = (y * COARSE_WIDE + x) * 3;
      for (let channel = 0; channel < 3; channel++)
        coarse[at + channel] = shade * backdrop.light * (tint[channel] ?? 1);
    }
  }
}

function drawPerson(coarse: Float32Array, centre: number, tall: number, shade: readonly number[], light: number): void {
  const skin = [0.5, 0.34, 0.26];
  for (let y = 0; y < COARSE_HIGH; y++) {
    for (let x = 0; x < COARSE_WIDE; x++) {
      const dx = (x / COARSE_WIDE - centre) / (tall * 0.42);
      const dy = y / COARSE_HIGH - (1 - tall);
      const head = (dx / 0.28) ** 2 + ((dy - 0.09 * tall) / (0.1 * tall)) ** 2 < 1;
      const body = dy > 0.2 * tall && Math.abs(dx) < 0.5 + 0.1 * Math.sin(dy * 9);
      if (!head && !body) continue;
      const at = (y * COARSE_WIDE + x) * 3;
      const colour = head ? skin : shade;
      for (let channel = 0; channel < 3; channel++) coarse[at + channel] = (colour[channel] ?? 0) * light * 1.1;
    }
  }
}

/** Nobody behind is in focus. */
function softened(coarse: Float32Array): Float32Array {
  const out = new Float32Array(coarse.length);
  const row = COARSE_WIDE * 3;
  for (let i = 0; i < coarse.length; i++) {
    let sum = 0;
    for (const step of [-row - 3, -row, -row + 3, -3, 0, 3, row - 3, row, row + 3])
      sum += coarse[i + step] ?? (coarse[i] as number);
    out[i] = sum / 9;
  }
  return out;
}

/** Bilinear: the far wall is out of focus anyway. */
function enlarge(coarse: Float32Array, width: number, height: number, light: Float32Array): void {
  const line = new Float32Array(COARSE_WIDE * 3);
  for (let y = 0; y < height; y++) {
    const fy = Math.max(0, ((y + 0.5) * COARSE_HIGH) / height - 0.5);
    const top = Math.min(COARSE_HIGH - 1, fy | 0);
    const bottom = Math.min(COARSE_HIGH - 1, top + 1);
    const part = fy - top;
    for (let i = 0; i < line.length; i++) {
      const above = coarse[top * line.length + i] as number;
      line[i] = above + ((coarse[bottom * line.length + i] as number) - above) * part;
    }
    let at = y * width * 3;
    const step = COARSE_WIDE / width;
    for (let x = 0; x < width; x++) {
      const fx = Math.min(COARSE_WIDE - 1.001, Math.max(0, (x + 0.5) * step - 0.5));
      const left = (fx | 0) * 3;
      const share = fx - (fx | 0);
      const r = line[left] as number;
      const g = line[left + 1] as number;
      const b = line[left + 2] as number;
      light[at++] = r + ((line[left + 3] as number) - r) * share;
      light[at++] = g + ((line[left + 4] as number) - g) * share;
      light[at++] = b + ((line[left + 5] as number) - b) * share;
    }
  }
}

type Fill = (x: number, y: number, width: number, height: number, shade: readonly number[]) => void;

/** Posters, grids, text, bar codes and finder-like squares: what a decoder may stumble over. */
function drawClutter(backdrop: Backdrop, width: number, height: number, light: Float32Array, random: Random): void {
  const fill: Fill = (x, y, w, h, shade) => {
    const [left, right] = [Math.max(0, Math.round(x)), Math.min(width, Math.round(x + w))];
    for (let row = Math.max(0, Math.round(y)); row < Math.min(height, Math.round(y + h)); row++)
      for (let column = left; column < right; column++)
        for (let channel = 0; channel < 3; channel++)
          light[(row * width + column) * 3 + channel] = (shade[channel] ?? 0) * backdrop.light;
  };
  const things = Math.round(backdrop.clutter * 26);
  for (let thing = 0; thing < things; thing++) {
    const [x, y] = [random() * width, random() * height];
    const size = between(random, 0.05, 0.2) * width;
    pick(random, [drawText, drawGrid, drawBars, drawSquares, drawTiles])(fill, x, y, size, random);
  }
}

const paper = [0.8, 0.8, 0.78];
const ink = [0.05, 0.05, 0.06];

function drawText(fill: Fill, x: number, y: number, size: number, random: Random): void {
  fill(x, y, size, size * 0.7, paper);
  for (let row = 0.08; row < 0.6; row += 0.11)
    for (let at = 0.05; at < 0.9; at += between(random, 0.03, 0.07))
      fill(x + at * size, y + row * size, size * 0.025, size * 0.06, ink);
}

function drawGrid(fill: Fill, x: number, y: number, size: number): void {
  fill(x, y, size, size, paper);
  for (let at = 0; at < 1; at += 0.125) {
    fill(x + at * size, y, 2, size, ink);
    fill(x, y + at * size, size, 2, ink);
  }
}

function drawBars(fill: Fill, x: number, y: number, size: number, random: Random): void {
  fill(x, y, size, size * 0.5, paper);
  for (let at = 0.06; at < 0.92; at += between(random, 0.02, 0.06))
    fill(x + at * size, y + size * 0.05, size * 0.014, size * 0.38, ink);
}

function drawSquares(fill: Fill, x: number, y: number, size: number): void {
  const unit = size / 9;
  fill(x, y, unit * 9, unit * 9, paper);
  fill(x + unit, y + unit, unit * 7, unit * 7, ink);
  fill(x + unit * 2, y + unit * 2, unit * 5, unit * 5, paper);
  fill(x + unit * 3, y + unit * 3, unit * 3, unit * 3, ink);
}

function drawTiles(fill: Fill, x: number, y: number, size: number, random: Random): void {
  const count = 4 + Math.floor(random() * 8);
  for (let row = 0; row < count; row++)
    for (let column = 0; column < count; column++)
      fill(
        x + (column * size) / count,
        y + (row * size) / count,
        size / count,
        size / count,
        random() < 0.5 ? paper : [random(), random(), random()],
      );
}
