import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { Instant } from "../../core/units.ts";

/** What must end: opened only for an operator's page, never logged. */
export interface Person {
  /** JWE to the district's key. */
  readonly subject: string | null;
  readonly temperature: number | null;
}

const dayMs = 86_400_000;
/** Number of the UTC day. */
export const dayOf = (at: Instant): number => Math.floor(at / dayMs);

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** Keys by day of erasure, one file each (`<day>.key`, mode 0600). Destroying a file erases everything sealed for it. */
export class KeyRing {
  readonly folder: string;
  readonly #keys = new Map<number, Buffer>();
  /** Random bytes drawn for many nonces at once: a draw for each costs as much as the sealing. */
  #nonces = Buffer.alloc(0);

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Sealed for `day`, bound to `place` so that it can't be moved to another event. */
  seal(person: Person, day: number, place: string): Uint8Array {
    return this.sealText(JSON.stringify([person.subject, person.temperature]), day, place);
  }

  /** Null where the key is gone or the bytes are not what was sealed there. */
  open(sealed: Uint8Array, day: number, place: string): Person | null {
    const text = this.openText(sealed, day, place);
    if (text === null) return null;
    const [subject, temperature] = JSON.parse(text) as [string | null, number | null];
    return { subject, temperature };
  }

  sealText(text: string, day: number, place: string): Uint8Array {
    const nonce = this.#nonce();
    const cipher = createCipheriv("aes-256-gcm", this.#keyFor(day), nonce);
    cipher.setAAD(Buffer.from(place, "utf8"));
    const body = cipher.update(text, "utf8");
    return Buffer.concat([nonce, body, cipher.final(), cipher.getAuthTag()]);
  }

  openText(sealed: Uint8Array, day: number, place: string): string | null {
    const key = this.#known(day);
    if (key === null || sealed.length < nonceBytes + tagBytes) return null;
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, nonceBytes));
    decipher.setAAD(Buffer.from(place, "utf8"));
    decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
    try {
      const text = decipher.update(bytes.subarray(nonceBytes, bytes.length - tagBytes), undefined, "utf8");
      return text + decipher.final("utf8");
    } catch {
      return null;
    }
  }

  /** Destroys the keys of `day` and all days before it; resolves with how many there were. */
  destroyUpTo(day: number): number {
    const due = this.days().filter((known) => known <= day);
    for (const known of due) {
      const path = this.#path(known);
      overwrite(path);
      rmSync(path, { force: true });
    }
    // Another process on the same folder may have removed the file first: the copy in memory must go as well.
    this.forgetUpTo(day);
    if (due.length > 0) syncFolder(this.folder);
    return due.length;
  }

  /** Drops from memory the keys of `day` and before, which somebody else has destroyed. */
  forgetUpTo(day: number): void {
    for (const [known, key] of this.#keys) {
      if (known > day) continue;
      key.fill(0);
      this.#keys.delete(known);
    }
  }

  #nonce(): Buffer {
    if (this.#nonces.length === 0) this.#nonces = randomBytes(nonceBytes * 256);
    const nonce = this.#nonces.subarray(0, nonceBytes);
    this.#nonces = this.#nonces.subarray(nonceBytes);
    return nonce;
  }

  days(): number[] {
    return readdirSync(this.folder)
      .flatMap((name) => /^(\d{1,7})\.key$/.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  }

  #path(day: number): string {
    return join(this.folder, `${day}.key`);
  }

  #known(day: number): Buffer | null {
    const cached = this.#keys.get(day);
    if (cached !== undefined) return cached;
    try {
      const key = readFileSync(this.#path(day));
      if (key.length !== keyBytes) return null;
      this.#keys.set(day, key);
      return key;
    } catch {
      return null;
    }
  }

  #keyFor(day: number): Buffer {
    const known = this.#known(day);
    if (known !== null) return known;
    // Written aside and linked into place: of two collectors that make the day's key at once, one wins and both use it.
    const aside = join(this.folder, `.${day}.${randomBytes(6).toString("hex")}`);
    const file = openSync(aside, "wx", 0o600);
    writeSync(file, randomBytes(keyBytes));
    fsyncSync(file);
    closeSync(file);
    try {
      linkSync(aside, this.#path(day));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    } finally {
      rmSync(aside, { force: true });
    }
    syncFolder(this.folder);
    const made = this.#known(day);
    if (made === null)
      throw Object.assign(new Error(`GL-6004: can't keep keys in ${this.folder}; check its owner and the disk`), {
        code: "GL-6004",
      });
    return made;
  }
}

function overwrite(path: string): void {
  const file = openSync(path, "r+");
  writeSync(file, randomBytes(keyBytes), 0, keyBytes, 0);
  fsyncSync(file);
  closeSync(file);
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  fsyncSync(handle);
  closeSync(handle);
}
