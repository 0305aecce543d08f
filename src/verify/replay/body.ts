/** What a datagram says: the site's tag key with its age, and tags that were just used, each with its remaining life. */
import { type Millis, millis } from "../../core/units.ts";
import { BODY_SIZE } from "./datagram.ts";
import type { Tag } from "./replay-memory.ts";

export interface KeyNews {
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** Time since it was made. */
  readonly age: Millis;
}
export interface TagNews {
  readonly tag: Tag;
  readonly life: Millis;
}
export interface Body {
  readonly key: KeyNews;
  readonly tags: readonly TagNews[];
}

const KEY_SIZE = 32;
const TAGS_AT = KEY_SIZE + 4 + 1;
/** A tag and its life in tenths of a second. */
const TAG_SIZE = 6;
export const MOST_TAGS = Math.min(25, Math.floor((BODY_SIZE - TAGS_AT) / TAG_SIZE));
const LONGEST_LIFE = 120_000;

export function writeBody({ key, tags }: Body): Buffer {
  const bytes = Buffer.alloc(BODY_SIZE);
  bytes.set(key.key, 0);
  bytes.writeUInt32BE(Math.min(0xffff_ffff, Math.round(key.age)), KEY_SIZE);
  bytes.writeUInt8(tags.length, KEY_SIZE + 4);
  tags.forEach(({ tag, life }, index) => {
    bytes.writeUInt32BE(tag, TAGS_AT + index * TAG_SIZE);
    bytes.writeUInt16BE(Math.min(LONGEST_LIFE, life) / 100, TAGS_AT + index * TAG_SIZE + 4);
  });
  return bytes;
}

/** Null where the numbers are out of range; the seal was right, so the peer runs something else. */
export function readBody(bytes: Buffer): Body | null {
  const count = bytes.readUInt8(KEY_SIZE + 4);
  if (bytes.length !== BODY_SIZE || count > MOST_TAGS) return null;
  const tags: TagNews[] = [];
  for (let index = 0; index < count; index++) {
    const at = TAGS_AT + index * TAG_SIZE;
    const life = bytes.readUInt16BE(at + 4) * 100;
    if (life > LONGEST_LIFE) return null;
    tags.push({ tag: bytes.readUInt32BE(at), life: millis(life) });
  }
  return {
    key: { key: Uint8Array.from(bytes.subarray(0, KEY_SIZE)), age: millis(bytes.readUInt32BE(KEY_SIZE)) },
    tags,
  };
}
