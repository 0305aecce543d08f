/**
 * Where in a picture something code-like is, read or not: places with edges in every direction, many of them and close
 * together. Works on a quarter of the pixels, so that blur and noise matter less than for a decoder.
 */
import type { Corners, Point } from "../core/flow.ts";
import type { Box } from "./enhance.ts";
import { halved } from "./enhance.ts";
import type { Grey } from "./luma.ts";
import { enlarged, isWithin } from "./quad.ts";

export interface Region {
  readonly box: Box;
  /** Mean edge strength per cell, grey levels: how much there is to see. */
  readonly strength: number;
}

const CELL = 8;

/**
 * Up to `most` regions, strongest first, boxes in pixels of `grey`; what lies on codes that were `read` counts for none,
 * nor does what was there before: clutter behind a person would grow together with what they hold.
 */
export function codeLikeRegions(
  grey: Grey,
  most: number,
  read: readonly Corners[],
  isNew: (box: Box) => boolean = () => true,
): Region[] {
  let small = halved(grey);
  let scale = 2;
  while (small.width > 480) {
    small = halved(small);
    scale *= 2;
  }
  const columns = Math.floor(small.width / CELL);
  const rows = Math.floor(small.height / CELL);
  if (columns < 2 || rows < 2) return [];
  const { energy, marked } = markCells(small, columns, rows);
  for (const corners of read) clearQuad(marked, columns, rows, enlarged(corners, 1.25), CELL * scale);
  const side = CELL * scale;
  for (let cell = 0; cell < marked.length; cell++) {
    const [left, top] = [((cell % columns) - 1) * side, (Math.floor(cell / columns) - 1) * side];
    if (marked[cell] === 1 && !isNew({ left, top, right: left + 3 * side, bottom: top + 3 * side })) marked[cell] = 0;
  }
  const regions: Region[] = [];
  for (const cluster of clusters(marked, columns, rows)) {
    const wide = cluster.right - cluster.left;
    const high = cluster.bottom - cluster.top;
    const filled = cluster.cells.length / (wide * high);
    if (cluster.cells.length < 4 || filled < 0.35 || wide > 3.2 * high || high > 3.2 * wide) continue;
    const strength = cluster.cells.reduce((sum, cell) => sum + (energy[cell] as number), 0) / cluster.cells.length;
    const margin = Math.max(1, Math.round(0.12 * Math.max(wide, high)));
    regions.push({
      strength,
      box: {
        left: Math.max(0, (cluster.left - margin) * side),
        top: Math.max(0, (cluster.top - margin) * side),
        right: Math.min(grey.width, (cluster.right + margin) * side),
        bottom: Math.min(grey.height, (cluster.bottom + margin) * side),
      },
    });
  }
  const weight = (region: Region): number =>
    region.strength * Math.sqrt((region.box.right - region.box.left) * (region.box.bottom - region.box.top));
  return regions.sort((a, b) => weight(b) - weight(a)).slice(0, most);
}

/** A cell counts where it has edges across and down in like measure, well above the picture's own noise. */
function markCells(grey: Grey, columns: number, rows: number): { energy: Float32Array; marked: Uint8Array } {
  const { width, data } = grey;
  const energy = new Float32Array(columns * rows);
  const marked = new Uint8Array(columns * rows);
  const all: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let across = 0;
      let down = 0;
      for (let y = 0; y < CELL - 1; y++) {
        let at = (row * CELL + y) * width + column * CELL;
        for (let x = 0; x < CELL - 1; x++, at++) {
          const here = data[at] as number;
          across += Math.abs((data[at + 1] as number) - here);
          down += Math.abs((data[at + width] as number) - here);
        }
      }
      const cell = row * columns + column;
      const count = (CELL - 1) * (CELL - 1);
      energy[cell] = Math.min(across, down) / count;
      all.push(energy[cell] as number);
      if (Math.max(across, down) > 4 * Math.min(across, down)) energy[cell] = (energy[cell] as number) / 2;
    }
  }
  all.sort((a, b) => a - b);
  const noise = all[Math.floor(all.length * 0.2)] as number;
  const threshold = Math.max(1.2, noise * 2.2);
  for (let cell = 0; cell < energy.length; cell++) marked[cell] = (energy[cell] as number) > threshold ? 1 : 0;
  return { energy, marked };
}

/**
 * The rectangle of the picture that holds most edges for its size: a code without the bezel, print and wall around it
 * (Kadane's search over rows of cells). Boxes as in `codeLikeRegions`; a picture of less than two cells is given whole.
 */
export function densestPart(grey: Grey): Box {
  const small = halved(grey);
  const side = CELL * 2;
  const columns = Math.floor(small.width / CELL);
  const rows = Math.floor(small.height / CELL);
  if (columns < 2 || rows < 2) return { left: 0, top: 0, right: grey.width, bottom: grey.height };
  const { energy } = markCells(small, columns, rows);
  const common = 0.5 * (Float32Array.from(energy).sort()[Math.floor(energy.length * 0.85)] as number);
  const sums = new Float32Array(columns);
  let most = { sum: 0, box: { left: 0, top: 0, right: columns, bottom: rows } };
  for (let top = 0; top < rows; top++) {
    sums.fill(0);
    for (let row = top; row < rows; row++) {
      let [sum, left] = [0, 0];
      for (let column = 0; column < columns; column++) {
        const gain = Math.min(energy[row * columns + column] as number, 2.5 * common) - common;
        sums[column] = (sums[column] as number) + gain;
        if (sum <= 0) [sum, left] = [0, column];
        sum += sums[column] as number;
        if (sum > most.sum) most = { sum, box: { left, top, right: column + 1, bottom: row + 1 } };
      }
    }
  }
  const { left, top, right, bottom } = most.box;
  return { left: left * side, top: top * side, right: right * side, bottom: bottom * side };
}

function clearQuad(marked: Uint8Array, columns: number, rows: number, corners: Corners, side: number): void {
  for (let cell = 0; cell < columns * rows; cell++) {
    const centre: Point = [((cell % columns) + 0.5) * side, (Math.floor(cell / columns) + 0.5) * side];
    if (isWithin(centre, corners)) marked[cell] = 0;
  }
}

interface Cluster extends Box {
  readonly cells: readonly number[];
}

function clusters(marked: Uint8Array, columns: number, rows: number): Cluster[] {
  const seen = new Uint8Array(marked.length);
  const found: Cluster[] = [];
  for (let start = 0; start < marked.length; start++) {
    if (marked[start] === 0 || seen[start] === 1) continue;
    const cells = [start];
    seen[start] = 1;
    let [left, right, top, bottom] = [columns, 0, rows, 0];
    for (let index = 0; index < cells.length; index++) {
      const cell = cells[index] as number;
      const column = cell % columns;
      const row = (cell - column) / columns;
      left = Math.min(left, column);
      right = Math.max(right, column + 1);
      top = Math.min(top, row);
      bottom = Math.max(bottom, row + 1);
      for (let dy = -1; dy <= 1; dy++)
        for (let dx = -1; dx <= 1; dx++) {
          const next = cell + dy * columns + dx;
          if (column + dx < 0 || column + dx >= columns || row + dy < 0 || row + dy >= rows) continue;
          if (marked[next] === 0 || seen[next] === 1) continue;
          seen[next] = 1;
          cells.push(next);
        }
    }
    found.push({ left, right, top, bottom, cells });
  }
  return found;
}
