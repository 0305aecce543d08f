/**
 * The datagrams between two lanes of a site: 256 bytes, sealed with AES-256-GCM. The key is derived for the pair, the
 * direction and the boots of both ends, so that nothing from before a restart or from another pair is ever accepted;
 * the counter is the nonce and only grows.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";

export const DATAGRAM_SIZE = 256;
/** Cleartext head: magic and version, sender's boot, the receiver's boot as the sender knows it, counter. */
const HEAD = 4 + 8 + 8 + 8;
const SEAL = 16;
export const BODY_SIZE = DATAGRAM_SIZE - HEAD - SEAL;
const MAGIC = Buffer.from([0x47, 0x4c, 0x52, 0x01]);
export const BOOT_SIZE = 8;
export const NO_BOOT = Buffer.alloc(BOOT_SIZE);

export interface Ends {
  readonly from: string;
  readonly to: string;
}

export interface Head {
  readonly fromBoot: Buffer;
  readonly toBoot: Buffer;
  readonly counter: bigint;
}

/** Key of one pair, direction and pair of boots (RFC 5869). */
export function sessionKey(
  siteKey: Uint8Array,
  { from, to }: Ends,
  { fromBoot, toBoot }: Omit<Head, "counter">,
): Buffer {
  const info = Buffer.from(`greenlane replay link v1\n${from}\n${to}`, "utf8");
  return Buffer.from(hkdfSync("sha256", siteKey, Buffer.concat([fromBoot, toBoot]), info, 32));
}

function headBytes({ fromBoot, toBoot, counter }: Head): Buffer {
  const head = Buffer.alloc(HEAD);
  MAGIC.copy(head);
  fromBoot.copy(head, 4);
  toBoot.copy(head, 12);
  head.writeBigUInt64BE(counter, 20);
  return head;
}

const nonce = (counter: bigint): Buffer => {
  const bytes = Buffer.alloc(12);
  bytes.writeBigUInt64BE(counter, 4);
  return bytes;
};

/** @param body exactly `BODY_SIZE` bytes. */
export function seal(key: Uint8Array, head: Head, body: Uint8Array): Buffer {
  const clear = headBytes(head);
  const cipher = createCipheriv("aes-256-gcm", key, nonce(head.counter));
  cipher.setAAD(clear);
  return Buffer.concat([clear, cipher.update(body), cipher.final(), cipher.getAuthTag()]);
}

/** The head of something that has the size and beginning of a datagram; says nothing about who sent it. */
export function readHead(datagram: Buffer): Head | null {
  if (datagram.length !== DATAGRAM_SIZE || !datagram.subarray(0, 4).equals(MAGIC)) return null;
  return {
    fromBoot: datagram.subarray(4, 12),
    toBoot: datagram.subarray(12, 20),
    counter: datagram.readBigUInt64BE(20),
  };
}

/** The body, or null where the seal does not fit. */
export function unseal(key: Uint8Array, head: Head, datagram: Buffer): Buffer | null {
  const decipher = createDecipheriv("aes-256-gcm", key, nonce(head.counter));
  decipher.setAAD(datagram.subarray(0, HEAD));
  decipher.setAuthTag(datagram.subarray(DATAGRAM_SIZE - SEAL));
  try {
    return Buffer.concat([decipher.update(datagram.subarray(HEAD, DATAGRAM_SIZE - SEAL)), decipher.final()]);
  } catch {
    return null;
  }
}
