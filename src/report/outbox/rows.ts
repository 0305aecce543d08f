/** How an event lies in the database: one key for all epochs, and a check sum, because SQLite's pages have none. */
import { crc32 } from "node:zlib";

const seqBits = 2 ** 40;

/** Epoch number and sequence in one key, so that older epochs sort first. Exact up to epoch 8,191. */
export const keyOf = (epochNumber: number, seq: number): number => epochNumber * seqBits + seq;
export const epochOf = (key: number): number => Math.floor(key / seqBits);
export const seqOf = (key: number): number => key % seqBits;

export interface Row {
  readonly key: number;
  readonly body: Buffer;
  readonly crc: number;
}

export const crcOf = (key: number, body: Uint8Array): number => crc32(body, crc32(String(key)));
/** The body, or null where a bit of it or of its key is not what was written. */
export const bodyOf = (row: Row): string | null =>
  crcOf(row.key, row.body) === row.crc ? row.body.toString("utf8") : null;

/** For a fresh file only. 1 KiB pages: an event fills about one, so a commit writes few bytes (messaging measurements). */
export const schema = `
  CREATE TABLE IF NOT EXISTS epoch(number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, head INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS alert(key INTEGER PRIMARY KEY, body BLOB NOT NULL, crc INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS system(key INTEGER PRIMARY KEY, body BLOB NOT NULL, crc INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS reserve(number INTEGER PRIMARY KEY, room BLOB NOT NULL);
`;
