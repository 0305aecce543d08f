import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/** One line of the guards' book: who, and the hash of their PIN as `hashPin` made it. */
export interface GuardEntry {
  readonly id: string;
  readonly pin: string;
  readonly supervisor: boolean;
}

export interface Guard {
  readonly id: string;
  readonly supervisor: boolean;
}

/** Thrown where a stored hash is not what `hashPin` writes. */
export class PinError extends Error {
  readonly code = "GL-5003";
}

const KEY_BYTES = 32;
const COST = 14;

interface Parsed {
  readonly cost: number;
  readonly salt: Buffer;
  readonly key: Buffer;
}

function derive(pin: string, salt: Buffer, cost: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // 128 · N · r bytes are needed, 16 MiB at the usual cost; the limit leaves room for one step more.
    scrypt(pin, salt, KEY_BYTES, { N: 2 ** cost, r: 8, p: 1, maxmem: 64 << 20 }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

function parse(stored: string): Parsed {
  const [, cost, salt, key] = /^scrypt:(1[0-5]):([\w-]{22}):([\w-]{43})$/.exec(stored) ?? [];
  if (cost === undefined || salt === undefined || key === undefined)
    throw new PinError("GL-5003: a guard's PIN hash is unreadable; give the post a new PIN with `greenlane staff add`");
  return { cost: Number(cost), salt: Buffer.from(salt, "base64url"), key: Buffer.from(key, "base64url") };
}

/** Whether a text can be a PIN: 6 digits (SCREENS, guard-04). */
export const isPin = (text: unknown): text is string => typeof text === "string" && /^\d{6}$/.test(text);

/**
 * Makes the text to keep for a PIN: `scrypt:cost:salt:key` (RFC 7914, N = 2^14, r = 8, p = 1). Entries of one site
 * that share a salt cost one derivation at sign-in instead of one each; six digits gain nothing from a salt per person.
 */
export async function hashPin(pin: string, saltOf?: string): Promise<string> {
  const salt = saltOf === undefined ? randomBytes(16) : parse(saltOf).salt;
  const key = await derive(pin, salt, COST);
  return `scrypt:${COST}:${salt.toString("base64url")}:${key.toString("base64url")}`;
}

/**
 * Finds the guard of a PIN; null for a wrong one. Every entry is compared, one derivation at a time, so that neither
 * the time nor the thread pool tells whose PIN was nearly right.
 * @throws PinError for an unreadable hash.
 */
export async function findGuard(entries: readonly GuardEntry[], pin: string): Promise<Guard | null> {
  const derived = new Map<string, Buffer>();
  let found: Guard | null = null;
  for (const entry of entries) {
    const { cost, salt, key } = parse(entry.pin);
    const name = `${cost}:${salt.toString("base64url")}`;
    const own = derived.get(name) ?? (await derive(pin, salt, cost));
    derived.set(name, own);
    if (timingSafeEqual(own, key)) found ??= { id: entry.id, supervisor: entry.supervisor };
  }
  return found;
}
