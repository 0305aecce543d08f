import { brotliDecompressSync } from "node:zlib";

/** Tags of WOFF2's table directory, in the order of their index (W3C WOFF2, 4.1). Only `cmap` (0) is of interest. */
const CMAP = 0;
const TRANSFORMED = [10, 11];

/** The characters that a WOFF2 font has a glyph for, read from its cmap (formats 4 and 12). */
export function charactersOf(file: Buffer): Set<number> {
  const tables = file.readUInt16BE(12);
  const at = { offset: 48 };
  const base128 = (): number => {
    let value = 0;
    for (;;) {
      const byte = file.readUInt8(at.offset++);
      value = value * 128 + (byte & 0x7f);
      if ((byte & 0x80) === 0) return value;
    }
  };
  let start = 0;
  let cmap: [number, number] | null = null;
  for (let i = 0; i < tables; i++) {
    const flags = file.readUInt8(at.offset++);
    const index = flags & 0x3f;
    if (index === 0x3f) at.offset += 4;
    const length = base128();
    const version = flags >> 6;
    const transformed = TRANSFORMED.includes(index) ? version !== 3 : version !== 0;
    const stored = transformed ? base128() : length;
    if (index === CMAP) cmap = [start, length];
    start += stored;
  }
  if (cmap === null) throw new Error("the font has no cmap");
  const all = brotliDecompressSync(file.subarray(at.offset));
  return read(all.subarray(cmap[0], cmap[0] + cmap[1]));
}

function read(cmap: Buffer): Set<number> {
  const found = new Set<number>();
  for (let i = 0; i < cmap.readUInt16BE(2); i++) {
    const table = cmap.subarray(cmap.readUInt32BE(4 + i * 8 + 4));
    const format = table.readUInt16BE(0);
    if (format === 12) readGroups(table, found);
    else if (format === 4) readSegments(table, found);
  }
  return found;
}

function readGroups(table: Buffer, found: Set<number>): void {
  for (let group = 0; group < table.readUInt32BE(12); group++) {
    const at = 16 + group * 12;
    for (let code = table.readUInt32BE(at); code <= table.readUInt32BE(at + 4); code++) found.add(code);
  }
}

function readSegments(table: Buffer, found: Set<number>): void {
  const segments = table.readUInt16BE(6) / 2;
  for (let i = 0; i < segments; i++) {
    const end = table.readUInt16BE(14 + i * 2);
    const first = table.readUInt16BE(16 + segments * 2 + i * 2);
    if (first === 0xffff) continue;
    const delta = table.readInt16BE(16 + segments * 4 + i * 2);
    const rangeAt = 16 + segments * 6 + i * 2;
    const range = table.readUInt16BE(rangeAt);
    for (let code = first; code <= end; code++) {
      const glyph = range === 0 ? (code + delta) & 0xffff : table.readUInt16BE(rangeAt + range + (code - first) * 2);
      if (glyph !== 0) found.add(code);
    }
  }
}
