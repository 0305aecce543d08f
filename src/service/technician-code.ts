/**
 * The technician's code. A new lane has none; it shows a one-time code of 50 bits, and whoever holds that sets the
 * code. Both are kept as scrypt hashes (RFC 7914, N = 2^15, r = 8, p = 1), never in the clear.
 */
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import { readPrivate, writePrivate } from "./private-file.ts";

interface Stored {
  readonly oneTime: string | null;
  readonly code: string | null;
}

/** Crockford's alphabet: no I, L, O, U, so that a code can be read over the telephone. */
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const ONE_TIME_LENGTH = 10;
const COST = 15;

export type CodeAnswer = "one-time" | "code" | "wrong";

export class TechnicianCode {
  readonly #path: string;
  readonly #cost: number;

  /** `cost` is the binary logarithm of scrypt's N for new hashes. */
  constructor(directory: string, cost = COST) {
    this.#path = join(directory, "technician.json");
    this.#cost = cost;
  }

  /** Whether nobody has set a code yet. */
  isNew(): boolean {
    return (this.#read().code ?? null) === null;
  }

  /**
   * Makes the one-time code of a new lane, to be shown on its own screen or printed. A lane that has a code gives
   * none: null. Asking again makes a new one and ends the old one.
   */
  async issueOneTime(): Promise<string | null> {
    if (!this.isNew()) return null;
    const code = [...randomBytes(ONE_TIME_LENGTH)].map((byte) => alphabet[byte & 31]).join("");
    this.#write({ oneTime: await hash(normal(code), this.#cost), code: null });
    return `${code.slice(0, 5)}-${code.slice(5)}`;
  }

  /** What a text is. One derivation per stored hash, compared in constant time. */
  async check(text: string): Promise<CodeAnswer> {
    const { oneTime, code } = this.#read();
    if (code !== null && (await matches(text, code))) return "code";
    if (code === null && oneTime !== null && (await matches(normal(text), oneTime))) return "one-time";
    return "wrong";
  }

  /** Sets the code and ends the one-time code. @throws RangeError where the code is too easy to guess. */
  async set(code: string): Promise<void> {
    const weak = weakness(code);
    if (weak !== null) throw new RangeError(`GL-5010: ${weak}`);
    this.#write({ oneTime: null, code: await hash(code, this.#cost) });
  }

  #read(): Stored {
    return readPrivate<Stored>(this.#path) ?? { oneTime: null, code: null };
  }
  #write(stored: Stored): void {
    writePrivate(this.#path, stored);
  }
}

/** Why a code is too weak, or null. */
export function weakness(code: string): string | null {
  if (code.length < 8 || code.length > 64) return "the code needs 8 to 64 characters";
  if (new Set(code).size < 4) return "the code needs at least 4 different characters";
  if ("0123456789012345678".includes(code) || "9876543210987654321".includes(code))
    return "the code must not be a run of digits";
  return null;
}

const normal = (text: string): string =>
  text.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1").slice(0, 64);

function derive(text: string, salt: Buffer, cost: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(text, salt, 32, { N: 2 ** cost, r: 8, p: 1, maxmem: 96 << 20 }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

async function hash(text: string, cost: number): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(text, salt, cost);
  return `scrypt:${cost}:${salt.toString("base64url")}:${key.toString("base64url")}`;
}

async function matches(text: string, stored: string): Promise<boolean> {
  const [, cost, salt, key] = /^scrypt:(1[0-6]):([\w-]{22}):([\w-]{43})$/.exec(stored) ?? [];
  if (cost === undefined || salt === undefined || key === undefined) return false;
  const wanted = Buffer.from(key, "base64url");
  return timingSafeEqual(await derive(text.slice(0, 64), Buffer.from(salt, "base64url"), Number(cost)), wanted);
}
