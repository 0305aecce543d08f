// Bundles the browser pages into dist/ui and makes the fonts they share. Each page is a folder with an index.ts(x) and
// an index.html. `--watch` builds again at each change; open pages notice the new build.txt and load themselves again.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { copyFile, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { context } from "esbuild";
import { makeFonts } from "./build-fonts.js";

const source = import.meta.dirname;
const target = join(source, "../../dist/ui");
const watch = process.argv.includes("--watch");

const pages = [];
for (const page of await readdir(source)) {
  const entry = ["index.ts", "index.tsx"].map((name) => join(source, page, name)).find(existsSync);
  if (entry !== undefined) pages.push({ page, entry });
}

function stamp() {
  const hash = createHash("sha256");
  for (const { page } of pages)
    for (const name of ["index.js", "index.css", "index.html"]) {
      const file = join(target, page, name);
      if (existsSync(file)) hash.update(readFileSync(file));
    }
  writeFileSync(join(target, "build.txt"), `${hash.digest("hex").slice(0, 12)}\n`);
}

await makeFonts(join(target, "fonts"));
for (const { page, entry } of pages) {
  const html = join(source, page, "index.html");
  const finish = {
    name: "finish",
    setup(build) {
      build.onEnd(async () => {
        await copyFile(html, join(target, page, "index.html"));
        if (watch) stamp();
      });
    },
  };
  await mkdir(join(target, page), { recursive: true });
  const build = await context({
    entryPoints: [{ in: entry, out: "index" }],
    outdir: join(target, page),
    bundle: true,
    minify: !watch,
    sourcemap: watch,
    format: "esm",
    target: "chrome120",
    jsx: "automatic",
    jsxImportSource: "preact",
    loader: { ".woff2": "file", ".svg": "text" },
    external: ["/assets/*"],
    plugins: [finish],
  });
  await build.rebuild();
  if (watch) await build.watch();
  else await build.dispose();
}
stamp();
