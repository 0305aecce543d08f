// Makes dist/ui/fonts: one fonts.css for every page, from the packages of @fontsource, nothing from outside.
// Closed texts (locales, site profiles) get a small subset per weight that is there with the first paint; whatever else
// a configuration or an operator writes comes from the numbered slices, which a browser fetches one by one as needed.
// So no page shows an empty box on a machine without Chinese fonts, and the usual page loads about 40 kB per weight.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import subsetFont from "subset-font";

const root = join(import.meta.dirname, "../..");
const resolve = createRequire(import.meta.url).resolve;
const folderOf = (name) => dirname(resolve(`${name}/package.json`));
const han = folderOf("@fontsource/noto-sans-sc");
const latin = folderOf("@fontsource/atkinson-hyperlegible-next");
const mono = folderOf("@fontsource/atkinson-hyperlegible-mono");
const weights = [400, 500, 700];

// Latin comes first, but only for what Latin owns: “ ” … — keep their full-width shape inside Chinese text.
const latinRange = "U+0020-007E,U+00A0-017F,U+2013,U+2212";

/** Every character above Latin in the locales, the site profiles and this folder's own sources, sorted. */
export async function closedCharacters() {
  const found = new Set("，。、；：？！（）《》「」“”…—·–");
  const read = async (folder, ending) => {
    if (!existsSync(folder)) return;
    for (const name of await readdir(folder, { recursive: true })) {
      if (!ending.test(name)) continue;
      for (const character of await readFile(join(folder, name), "utf8")) found.add(character);
    }
  };
  await read(join(root, "config/locales"), /\.json$/);
  await read(join(root, "config/sites"), /\.json$/);
  await read(join(root, "src/ui"), /\.(tsx?|html)$/);
  return [...found].filter((character) => character.codePointAt(0) > 0x17f).sort();
}

const face = (family, weight, file, range) =>
  `@font-face{font-family:"${family}";font-style:normal;font-display:swap;font-weight:${weight};` +
  `src:url(${file})format("woff2");unicode-range:${range}}`;

const hex = (character) => `U+${character.codePointAt(0).toString(16)}`;

/** Fills `folder` with fonts.css, the font files and their licences. Does nothing where all is up to date. */
export async function makeFonts(folder) {
  const characters = await closedCharacters();
  const version = JSON.parse(readFileSync(join(han, "package.json"), "utf8")).version;
  const key = createHash("sha256")
    .update(`2 ${version} ${characters.join("")}`)
    .digest("hex");
  const mark = join(folder, "made-of.txt");
  if (existsSync(mark) && readFileSync(mark, "utf8").startsWith(key)) return;

  await mkdir(folder, { recursive: true });
  const css = [];
  const copy = async (from, name) => {
    await copyFile(join(from, "files", name), join(folder, name));
    return name;
  };
  for (const weight of weights) {
    const slices = await readFile(join(han, `${weight}.css`), "utf8");
    for (const [, name, range] of slices.matchAll(/url\(\.\/files\/([\w-]+\.woff2)\)[^}]*unicode-range:\s*([^;]+);/g)) {
      if (!name.includes("latin")) css.push(face("Noto Sans SC", weight, await copy(han, name), range));
    }
  }
  // The subset follows the slices: of two faces that have a character the later one is taken.
  for (const weight of weights) {
    const whole = await readFile(join(han, `files/noto-sans-sc-chinese-simplified-${weight}-normal.woff2`));
    const subset = await subsetFont(whole, characters.join(""), { targetFormat: "woff2" });
    const name = `closed-${weight}.woff2`;
    await writeFile(join(folder, name), subset);
    css.push(face("Noto Sans SC", weight, name, characters.map(hex).join(",")));
    const next = await copy(latin, `atkinson-hyperlegible-next-latin-${weight}-normal.woff2`);
    css.push(face("Atkinson Hyperlegible Next", weight, next, latinRange));
    if (weight !== 700) {
      const code = await copy(mono, `atkinson-hyperlegible-mono-latin-${weight}-normal.woff2`);
      css.push(face("Atkinson Hyperlegible Mono", weight, code, latinRange));
    }
  }
  for (const [name, from] of Object.entries({ "noto-sans-sc": han, "atkinson-next": latin, "atkinson-mono": mono }))
    await copyFile(join(from, "LICENSE"), join(folder, `LICENSE-${name}.txt`));
  await writeFile(join(folder, "fonts.css"), css.join("\n"));
  await writeFile(mark, `${key}\n`);
}
