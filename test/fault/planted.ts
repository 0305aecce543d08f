/** What is planted in green passes, and the search for it: the same words on both sides of the process boundary. */
import { createHash } from "node:crypto";
import { pseudonym } from "../../src/protocol/seal.ts";
import { traces } from "../support/traces.ts";

/** Numbers, because a text would lie in the heap that is searched for it. */
const passBytes = [0x7e, 0x57, 0xc0, 0xde, 0x1f, 0x3a, 0x95, 0xb4] as const;
const subjectBytes = [112, 108, 97, 110, 116, 101, 100, 45, 55, 102, 51, 97] as const;
const passMark = (): string => Buffer.from(passBytes).toString("hex");
const subjectMark = (): string => Buffer.from(subjectBytes).toString("latin1");

export const dayKey = new Uint8Array(32).fill(9);
export const passIdOf = (n: number): string => passMark() + n.toString(16).padStart(16, "0");
export const subjectOf = (n: number): string => `${subjectMark()}-${n}`;

/** A code's text: prefix and at least a line of Base45. */
const codeText = /HP1:[0-9A-Z $%*+\-./:]{40}/;

/** Everything that one pass could be recognised by, whole or digested. */
function digests(issued: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [n, text] of issued.entries()) {
    found.add(pseudonym(passIdOf(n), dayKey));
    for (const secret of [passIdOf(n), Buffer.from(passIdOf(n), "hex"), subjectOf(n), text])
      for (const algorithm of ["md5", "sha1", "sha256"]) found.add(createHash(algorithm).update(secret).digest("hex"));
  }
  return found;
}

/** Looks for any of the planted passes; knows the codes that were issued. */
export class Search {
  readonly #digests: ReadonlySet<string>;

  constructor(issued: readonly string[]) {
    this.#digests = digests(issued);
  }

  /** What was found and in which form; empty for nothing. */
  in(bytes: Buffer): string[] {
    const found = [
      ...traces(passMark(), [bytes]).map((form) => `pass id, ${form}`),
      ...traces(subjectMark(), [bytes]).map((form) => `subject, ${form}`),
    ];
    if (bytes.includes(Buffer.from(passBytes))) found.push("pass id, raw");
    const text = bytes.toString("latin1");
    if (codeText.test(text)) found.push("code");
    for (const [run] of text.matchAll(/[0-9a-fA-F]{32,}/g)) {
      const lower = run.toLowerCase();
      for (const length of [32, 40, 64])
        for (let at = 0; at + length <= Math.min(lower.length, 512); at += 1)
          if (this.#digests.has(lower.slice(at, at + length))) found.push("digest");
    }
    return found;
  }
}
