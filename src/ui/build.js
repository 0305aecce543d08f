// Bundles the browser pages into dist/ui. Each page is a folder with an index.ts and an index.html.
import { existsSync } from "node:fs";
import { cp, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { context } from "esbuild";

const source = import.meta.dirname;
const target = join(source, "../../dist/ui");
const watch = process.argv.includes("--watch");

await mkdir(target, { recursive: true });
for (const page of await readdir(source)) {
  const entry = ["index.ts", "index.tsx"].map((name) => join(source, page, name)).find(existsSync);
  if (entry === undefined) continue;
  const build = await context({
    entryPoints: [entry],
    outdir: join(target, page),
    bundle: true,
    minify: !watch,
    sourcemap: watch,
    format: "esm",
    target: "chrome120",
    jsx: "automatic",
    jsxImportSource: "preact",
    loader: { ".woff2": "file", ".svg": "text" },
  });
  await build.rebuild();
  await cp(join(source, page, "index.html"), join(target, page, "index.html"));
  if (watch) await build.watch();
  else await build.dispose();
}
