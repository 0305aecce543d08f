/**
 * Reads a write-ahead log before SQLite does. SQLite silently ignores everything after the first frame whose check sum
 * is wrong: right for a commit cut short by a power failure, but the same for committed frames that were damaged, and
 * then numbers already given out would be given out again. Source: sqlite.org/fileformat2.html, section 4.
 */

export interface WalState {
  /** Whether frames of the current generation follow the last one that SQLite will believe. */
  readonly torn: boolean;
  /** Whether among those is a whole later transaction: they were committed once, so this is damage and no cut. */
  readonly damaged: boolean;
  readonly validFrames: number;
}

const headerBytes = 32;
const frameHeaderBytes = 24;

export function inspectWal(wal: Buffer): WalState {
  if (wal.length === 0) return { torn: false, damaged: false, validFrames: 0 };
  const header = readHeader(wal);
  if (header === null) return { torn: true, damaged: wal.length > headerBytes, validFrames: 0 };
  const frameBytes = frameHeaderBytes + header.pageSize;
  const current = (at: number): boolean =>
    at + 16 <= wal.length && wal.readUInt32BE(at + 8) === header.salt1 && wal.readUInt32BE(at + 12) === header.salt2;
  const commits = (at: number): boolean => wal.readUInt32BE(at + 4) !== 0;

  let sum: Sum = header.sum;
  let at = headerBytes;
  let validFrames = 0;
  while (current(at) && at + frameBytes <= wal.length) {
    sum = checksum(wal.subarray(at, at + 8), header.little, sum);
    sum = checksum(wal.subarray(at + frameHeaderBytes, at + frameBytes), header.little, sum);
    if (wal.readUInt32BE(at + 16) !== sum[0] || wal.readUInt32BE(at + 20) !== sum[1]) break;
    validFrames += 1;
    at += frameBytes;
  }
  const torn = current(at);
  let ended = 0;
  for (let next = at; next + frameBytes <= wal.length; next += frameBytes) {
    if (!current(next)) continue;
    if (ended > 0) return { torn: true, damaged: true, validFrames };
    if (commits(next)) ended += 1;
  }
  return { torn: torn || ended > 0, damaged: false, validFrames };
}

type Sum = readonly [number, number];

interface Header {
  readonly pageSize: number;
  readonly salt1: number;
  readonly salt2: number;
  readonly sum: Sum;
  readonly little: boolean;
}

function readHeader(wal: Buffer): Header | null {
  if (wal.length < headerBytes) return null;
  const magic = wal.readUInt32BE(0);
  if (magic !== 0x377f0682 && magic !== 0x377f0683) return null;
  const little = magic === 0x377f0682;
  const sum = checksum(wal.subarray(0, 24), little, [0, 0]);
  if (wal.readUInt32BE(24) !== sum[0] || wal.readUInt32BE(28) !== sum[1]) return null;
  const pageSize = wal.readUInt32BE(8);
  return { pageSize, salt1: wal.readUInt32BE(16), salt2: wal.readUInt32BE(20), sum, little };
}

function checksum(bytes: Buffer, little: boolean, from: Sum): Sum {
  let [s0, s1] = from;
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    s0 = (s0 + (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at)) + s1) >>> 0;
    s1 = (s1 + (little ? bytes.readUInt32LE(at + 4) : bytes.readUInt32BE(at + 4)) + s0) >>> 0;
  }
  return [s0, s1];
}
