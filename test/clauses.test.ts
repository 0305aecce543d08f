import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");
const clauses = [...Array.from({ length: 22 }, (_, number) => `P${number}`), "P-replay"];

/** Titles of all tests, as written: `it("P5: …")`, `test(…)` and the tables of `it.each`. */
const titles = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts") && !name.startsWith("clauses"))
  .flatMap((name) => {
    const text = readFileSync(join(root, "test", name), "utf8");
    return [...text.matchAll(/\b(?:it|test)(?:\.each[^"'`]*?\]\s*\)|)\(\s*(["'`])((?:\\.|(?!\1)[^\\])*)\1/gs)].map(
      (match) => match[2] ?? "",
    );
  });

/** Clauses that the README of the rules lists after "Comes with:", each with the part that brings it. */
const promised = /^Comes with:(.*)$/m.exec(readFileSync(join(root, "src/core/verdict/README.md"), "utf8"))?.[1] ?? "";

const naming = (clause: string): RegExp =>
  new RegExp(`^${clause}(?![0-9-])|^(?:P[0-9]+,? (?:and )?)+${clause}(?![0-9-])`);

describe("the clauses of the notices", () => {
  it("finds the titles at all", () => {
    expect(titles.length).toBeGreaterThan(100);
  });

  it.each(clauses)("%s is named by a test, or listed as coming with another part", (clause) => {
    const named = titles.some((title) => naming(clause).test(title));
    const listed = new RegExp(`\\b${clause}\\b(?!-)`).test(promised);
    expect(named || listed).toBe(true);
    // A promise that is kept must go from the list, or the list would rot.
    expect(named && listed).toBe(false);
  });
});
