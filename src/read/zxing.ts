/**
 * zxing-cpp through zxing-wasm's raw grey entry. The package's public call never frees the result vector (hundreds of
 * megabytes over 10^5 frames) and converts RGBA to grey a second time; this one keeps one input buffer and deletes
 * each vector. The entry is exported but not documented, hence the exact version in package.json and the self-test.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { create } from "qrcode";
import {
  defaultReaderOptions,
  encodeFormats,
  prepareZXingModule,
  purgeZXingModule,
  type ZXingReaderOptions,
  type ZXingReadResult,
} from "zxing-wasm/reader";
import type { Corners } from "../core/flow.ts";
import type { Grey } from "./luma.ts";

/** What a decoder found, in pixels of the picture that it was given. */
export interface Decoded {
  readonly bytes: Uint8Array;
  /** The decoder's own reading of the bytes, for contents that name their character set. */
  readonly text: string;
  readonly hasCharacterSet: boolean;
  readonly corners: Corners;
  readonly mirrored: boolean;
  readonly inverted: boolean;
  /** Modules row by row, 1 dark as printed on light; null where the decoder does not tell. */
  readonly modules: { readonly size: number; readonly dark: Uint8Array } | null;
}

export interface Effort {
  readonly denoise?: boolean;
  /** Neither light modules on dark nor a smaller copy against moiré: half the cost of a picture without a code. */
  readonly quick?: boolean;
}

export interface Sighting {
  readonly found: readonly Decoded[];
  /** Corners of what looked like a code and could not be read. */
  readonly unread: readonly Corners[];
}

/**
 * Where the search of one picture ends. It counts what looked like a code and was none, too, and on a page of codes
 * three finder patterns of different codes often do: with twelve, a tilted page of six gave two. 255 is the most there is.
 */
const MOST_SYMBOLS = 255;

/**
 * Modules of the smallest QR code. Below are Micro QR codes, which the decoder counts among them: no pass is one, and the
 * smallest has no error correction, so that clutter now and then reads as a few digits.
 */
const SMALLEST_CODE = 21;

/** What of the emscripten module is used; the package's types leave its memory out. */
interface RawModule {
  readonly HEAPU8: Uint8Array;
  _malloc(size: number): number;
  _free(pointer: number): void;
  readBarcodesFromPixmap(pointer: number, width: number, height: number, options: ZXingReaderOptions): RawVector;
}
interface RawVector {
  size(): number;
  get(index: number): ZXingReadResult | undefined;
  delete(): void;
}

/** zxing-cpp's adaptive threshold, by its number: the raw entry takes no names. */
const LOCAL_AVERAGE = 0;

const SELF_TEST = "GREENLANE SELF TEST 健康";

export class ZxingError extends Error {
  readonly code = "GL-2040";
  constructor(message: string) {
    super(`GL-2040: ${message}`);
    this.name = "ZxingError";
  }
}

export class Zxing {
  readonly #module: RawModule;
  #input = 0;
  #capacity = 0;

  private constructor(module: RawModule) {
    this.#module = module;
  }

  /** Loads the wasm from the package (never from a network) and reads a code of its own. @throws ZxingError */
  static async load(): Promise<Zxing> {
    const file = createRequire(import.meta.url).resolve("zxing-wasm/reader/zxing_reader.wasm");
    const bytes = await readFile(file);
    const wasmBinary = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    purgeZXingModule();
    const module: unknown = await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true });
    const zxing = new Zxing(module as RawModule);
    zxing.#selfTest();
    return zxing;
  }

  /** Reads one grey picture. Corners are in its own pixels. */
  read(grey: Grey, effort: Effort = {}): Sighting {
    const size = grey.width * grey.height;
    this.#reserve(size);
    this.#module.HEAPU8.set(grey.data.subarray(0, size), this.#input);
    const vector = this.#module.readBarcodesFromPixmap(this.#input, grey.width, grey.height, optionsFor(effort));
    const found: Decoded[] = [];
    const unread: Corners[] = [];
    try {
      for (let index = 0; index < vector.size(); index++) {
        const result = vector.get(index);
        if (result === undefined) continue;
        const { position } = result;
        const corners: Corners = [
          [position.topLeft.x, position.topLeft.y],
          [position.topRight.x, position.topRight.y],
          [position.bottomRight.x, position.bottomRight.y],
          [position.bottomLeft.x, position.bottomLeft.y],
        ];
        if (!result.isValid) {
          unread.push(corners);
          continue;
        }
        const { symbol } = result;
        if (symbol.width > 0 && symbol.width < SMALLEST_CODE) continue;
        found.push({
          bytes: Uint8Array.from(result.bytes),
          text: result.text,
          hasCharacterSet: result.hasECI,
          corners,
          mirrored: result.isMirrored,
          inverted: result.isInverted,
          modules:
            symbol.width > 0 && symbol.width === symbol.height
              ? { size: symbol.width, dark: Uint8Array.from(symbol.data, (value) => (value < 128 ? 1 : 0)) }
              : null,
        });
      }
    } finally {
      vector.delete();
    }
    return { found, unread };
  }

  #reserve(size: number): void {
    if (size <= this.#capacity) return;
    if (this.#input !== 0) this.#module._free(this.#input);
    this.#input = this.#module._malloc(size);
    if (this.#input === 0) throw new ZxingError(`no memory for a picture of ${size} pixels; use a smaller one`);
    this.#capacity = size;
  }

  #selfTest(): void {
    const { modules } = create(SELF_TEST, { errorCorrectionLevel: "M" });
    const scale = 4;
    const side = (modules.size + 8) * scale;
    const data = new Uint8Array(side * side).fill(255);
    for (let y = 0; y < modules.size * scale; y++)
      for (let x = 0; x < modules.size * scale; x++)
        if (modules.get(Math.floor(y / scale), Math.floor(x / scale))) data[(y + 4 * scale) * side + x + 4 * scale] = 0;
    const [code] = this.read({ width: side, height: side, data }).found;
    const text = code === undefined ? "nothing" : new TextDecoder().decode(code.bytes);
    if (text !== SELF_TEST || code?.modules?.size !== modules.size)
      throw new ZxingError("the decoder does not read its own test code; run npm ci to restore zxing-wasm");
  }
}

function optionsFor(effort: Effort): ZXingReaderOptions {
  return {
    ...defaultReaderOptions,
    formats: encodeFormats(["QRCode"]),
    tryHarder: true,
    tryRotate: true,
    tryInvert: effort.quick !== true,
    tryDownscale: effort.quick !== true,
    tryDenoise: effort.denoise === true,
    isPure: false,
    binarizer: LOCAL_AVERAGE,
    maxNumberOfSymbols: MOST_SYMBOLS,
    returnErrors: true,
    eanAddOnSymbol: 0,
    textMode: 0,
    characterSet: 0,
    tryCode39ExtendedMode: false,
  };
}
