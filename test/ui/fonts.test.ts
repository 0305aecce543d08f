import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { charactersOf } from "./woff2.ts";

const root = resolve(import.meta.dirname, "../..");
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "greenlane-fonts-"));
  const { makeFonts } = (await import(join(root, "src/ui/build-fonts.js"))) as {
    makeFonts(folder: string): Promise<void>;
  };
  await makeFonts(folder);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Characters that the Latin faces own; all else must be in the Chinese subset. */
const latin = (code: number): boolean =>
  (code >= 0x20 && code <= 0x7e) ||
  (code >= 0xa0 && code <= 0x17f) ||
  code === 0x2013 ||
  code === 0x2212 ||
  code < 0x20;

const texts = [
  ...["zh-CN.json", "en.json"].map((name) => join(root, "config/locales", name)),
  ...readdirSync(join(root, "config/sites")).map((name) => join(root, "config/sites", name)),
];

describe("the subset of the Chinese font", () => {
  it.each([400, 500, 700])("has every character of the locales and the site profiles, at weight %i", (weight) => {
    const known = charactersOf(readFileSync(join(folder, `closed-${weight}.woff2`)));
    const missing = new Set<string>();
    for (const file of texts.filter((name) => name.endsWith(".json"))) {
      for (const character of readFileSync(file, "utf8")) {
        const code = character.codePointAt(0) ?? 0;
        if (!latin(code) && !known.has(code)) missing.add(character);
      }
    }
    expect([...missing]).toEqual([]);
  });

  it("stays small enough for the first paint: below 120 kB a weight", () => {
    for (const weight of [400, 500, 700])
      expect(readFileSync(join(folder, `closed-${weight}.woff2`)).length).toBeLessThan(120_000);
  });

  it("does not pretend: a character that nobody wrote is not in it", () => {
    expect(charactersOf(readFileSync(join(folder, "closed-400.woff2"))).has("龘".codePointAt(0) ?? 0)).toBe(false);
  });
});

describe("the fonts that are served", () => {
  it("come with a slice for whatever a site's configuration may say, and load nothing from outside", () => {
    const css = readFileSync(join(folder, "fonts.css"), "utf8");
    const files = [...css.matchAll(/url\(([^)]+)\)/g)].map((match) => match[1] ?? "");
    expect(files.length).toBeGreaterThan(300);
    expect(files.filter((name) => !existsSync(join(folder, name)))).toEqual([]);
    expect(css).not.toContain("://");
  });

  it("are served with their licences", () => {
    for (const name of ["noto-sans-sc", "atkinson-next", "atkinson-mono"])
      expect(readFileSync(join(folder, `LICENSE-${name}.txt`), "utf8")).toContain("SIL OPEN FONT LICENSE");
  });
});
