/**
 * Is anything there? Compares a coarse sampling of the picture with the empty lane, straight from the camera's buffer.
 * What light does is taken out first: automatic exposure scales the whole picture, mains flicker lifts and lowers
 * rows, the sun moves slowly. What is left must be a thing; a thing without fine structure (somebody walking by out
 * of focus) is looked at in every fourth picture only.
 */
import type { Monotonic } from "../core/units.ts";
import type { Box } from "./enhance.ts";
import type { Raster } from "./luma.ts";
import type { GateSettings } from "./settings.ts";

/** Changed cells with fine structure that a code in view has at the least: one of 40 pixels has 25 cells. */
const STRUCTURED_CELLS = 10;
/** Range of grey within a cell that counts as structure. */
const STRUCTURE = 24;
/** Of pictures with a change but no structure, each so-manieth is looked at all the same. */
const LOOK_EVERY = 4;
/** The empty lane follows the light in every so-manieth shut picture, by this part of the difference. */
const FOLLOW_EVERY = 8;
const FOLLOW_BY = 1 / 8;

export class PresenceGate {
  readonly #settings: GateSettings;
  readonly #now: Float32Array;
  readonly #before: Float32Array;
  readonly #empty: Float32Array;
  readonly #row: Float32Array;
  readonly #changed: Uint8Array;
  #isMarked = false;
  #known = false;
  #openUntil = Number.NEGATIVE_INFINITY;
  #stillSince = Number.NEGATIVE_INFINITY;
  #passedOver = 0;
  #shut = 0;

  constructor(settings: GateSettings) {
    this.#settings = settings;
    const cells = settings.columns * settings.rows;
    this.#now = new Float32Array(cells);
    this.#before = new Float32Array(cells);
    this.#empty = new Float32Array(cells);
    this.#row = new Float32Array(settings.columns);
    this.#changed = new Uint8Array(cells);
  }

  /** Whether an empty lane was seen that pictures can be compared with. */
  get isKnown(): boolean {
    return this.#known;
  }

  /** Whether something is, or was until just now, in the place, whether or not each of its pictures is looked at. */
  isOpen(at: Monotonic): boolean {
    return at <= this.#openUntil;
  }

  /** Whether the picture deserves a decoder. The first picture always does. */
  decide(raster: Raster, at: Monotonic): boolean {
    this.#sample(raster);
    this.#isMarked = false;
    if (!this.#known) return true;
    if (this.#differs(this.#empty)) this.#openUntil = at + this.#settings.hold;
    if (at > this.#openUntil) return false;
    if (this.#structured(raster) >= STRUCTURED_CELLS) {
      this.#passedOver = 0;
      return true;
    }
    this.#passedOver = (this.#passedOver + 1) % LOOK_EVERY;
    return this.#passedOver === 1;
  }

  /** To be told after each picture whether a code was in it: what is read is never taken for the empty lane. */
  learn(found: boolean, at: Monotonic): void {
    if (!this.#known) {
      if (!found) this.#adopt();
    } else if (found) this.#stillSince = at;
    else this.#adapt(at);
    this.#before.set(this.#now);
  }

  /** Part of a place of the last picture, 0 … 1, that differs from the empty lane; 1 while that is not known. */
  changedIn(box: Box, width: number, height: number): number {
    if (!this.#known) return 1;
    this.#markChanges();
    const { columns, rows } = this.#settings;
    let [changed, all] = [0, 0];
    const [top, left] = [Math.max(0, (box.top * rows) / height), Math.max(0, (box.left * columns) / width)];
    const [bottom, right] = [
      Math.min(rows, (box.bottom * rows) / height),
      Math.min(columns, (box.right * columns) / width),
    ];
    for (let row = Math.floor(top); row < bottom; row++) {
      for (let column = Math.floor(left); column < right; column++) {
        changed += this.#changed[row * columns + column] ?? 0;
        all++;
      }
    }
    return all === 0 ? 0 : changed / all;
  }

  /** Once per picture: places are asked about by the hundred. */
  #markChanges(): void {
    if (this.#isMarked) return;
    this.#isMarked = true;
    const { difference } = this.#settings;
    const gain = this.#gain(this.#empty);
    for (let cell = 0; cell < this.#changed.length; cell++)
      this.#changed[cell] = Number(
        Math.abs((this.#now[cell] as number) - gain * (this.#empty[cell] as number)) > difference,
      );
  }

  #adopt(): void {
    this.#empty.set(this.#now);
    this.#known = true;
  }

  #adapt(at: Monotonic): void {
    if (at > this.#openUntil) {
      this.#shut = (this.#shut + 1) % FOLLOW_EVERY;
      if (this.#shut === 0) this.#follow();
      this.#stillSince = at;
      return;
    }
    if (this.#differs(this.#before)) this.#stillSince = at;
    if (at - this.#stillSince > this.#settings.adoptAfter) this.#adopt();
  }

  /** Slow light: an empty lane follows the sun. */
  #follow(): void {
    for (let i = 0; i < this.#empty.length; i++) {
      const was = this.#empty[i] as number;
      this.#empty[i] = was + ((this.#now[i] as number) - was) * FOLLOW_BY;
    }
  }

  #sample(raster: Raster): void {
    const { columns, rows } = this.#settings;
    const bytes = raster.format === "yuyv" ? 2 : raster.format === "rgb" ? 3 : 1;
    // Of RGB the green channel is near enough to luma for a gate.
    const offset = raster.format === "rgb" ? 1 : 0;
    const [stepX, stepY] = [raster.width / columns, raster.height / rows];
    let cell = 0;
    for (let row = 0; row < rows; row++) {
      const line = (((row + 0.5) * stepY) | 0) * raster.width;
      for (let column = 0; column < columns; column++) {
        const at = (line + (((column + 0.5) * stepX) | 0)) * bytes + offset;
        this.#now[cell++] = raster.data[at] as number;
      }
    }
  }

  /** Whether enough cells differ. What light did is worked out only where cells differ as they are: mostly none do. */
  #differs(reference: Float32Array): boolean {
    const { difference, cells } = this.#settings;
    const now = this.#now;
    let count = 0;
    for (let i = 0; i < now.length; i++)
      if (Math.abs((now[i] as number) - (reference[i] as number)) > difference) count++;
    return count >= cells / 2 && this.#differing(reference, difference) >= cells;
  }

  /** Cells that differ from `reference` by more than `limit` once gain and each row's own shift are taken out. */
  #differing(reference: Float32Array, limit: number): number {
    const { columns, rows } = this.#settings;
    const now = this.#now;
    const gain = this.#gain(reference);
    let count = 0;
    for (let row = 0; row < rows; row++) {
      const start = row * columns;
      for (let column = 0; column < columns; column++)
        this.#row[column] = (now[start + column] as number) - gain * (reference[start + column] as number);
      const shift = middle(this.#row);
      for (let column = 0; column < columns; column++)
        if (Math.abs((this.#row[column] as number) - shift) > limit) count++;
    }
    return count;
  }

  /** Changed cells in which grey varies within a few pixels, across and down. */
  #structured(raster: Raster): number {
    const { columns, rows, difference } = this.#settings;
    const bytes = raster.format === "yuyv" ? 2 : raster.format === "rgb" ? 3 : 1;
    const offset = raster.format === "rgb" ? 1 : 0;
    const { width, height, data } = raster;
    const reach = Math.max(1, Math.floor(width / columns / 3));
    const gain = this.#gain(this.#empty);
    let count = 0;
    for (let row = 1; row < rows - 1; row++) {
      const y = Math.min(height - 1 - reach, ((row + 0.5) * height) / rows) | 0;
      for (let column = 1; column < columns - 1; column++) {
        const cell = row * columns + column;
        if (Math.abs((this.#now[cell] as number) - gain * (this.#empty[cell] as number)) <= difference) continue;
        const x = (((column + 0.5) * width) / columns) | 0;
        let [low, high] = [255, 0];
        for (let dy = -reach; dy <= reach; dy += reach)
          for (let dx = -reach; dx <= reach; dx += reach) {
            const level = data[((y + dy) * width + x + dx) * bytes + offset] ?? 0;
            low = Math.min(low, level);
            high = Math.max(high, level);
          }
        if (high - low > STRUCTURE) count++;
      }
    }
    return count;
  }

  /** Median ratio of a sparse sample: what exposure did to most of the picture. */
  #gain(reference: Float32Array): number {
    const ratios = new Float32Array(128);
    const step = Math.max(1, Math.floor(reference.length / 128));
    for (let i = 0; i < 128; i++) {
      const at = (i * step + (i % 7)) % reference.length;
      ratios[i] = ((this.#now[at] as number) + 2) / ((reference[at] as number) + 2);
    }
    return ratios.sort()[64] as number;
  }
}

/** Median to within a bin of four levels: rows are many and short. */
function middle(values: Float32Array): number {
  const bins = new Uint16Array(129);
  for (let i = 0; i < values.length; i++) {
    const bin = 64 + Math.round((values[i] as number) / 4);
    const kept = bin < 0 ? 0 : Math.min(bin, 128);
    bins[kept] = (bins[kept] as number) + 1;
  }
  let seen = 0;
  for (let bin = 0; bin < bins.length; bin++) {
    seen += bins[bin] as number;
    if (seen * 2 > values.length) return (bin - 64) * 4;
  }
  return 0;
}
