/** Bundles the programs that get killed, so that one starts in a tenth of a second. */
import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";

const root = resolve(import.meta.dirname, "../..");

/** Folder with `lane-child.js`, `writer-child.js`, `centre-child.js` and the outbox thread. Inside the tree, so that packages resolve. */
export async function builtChildren(): Promise<string> {
  const out = join(root, "out", `fault-${process.pid}`);
  if (existsSync(join(out, "lane-child.js"))) return out;
  mkdirSync(out, { recursive: true });
  await build({
    entryPoints: [
      "test/fault/lane-child.ts",
      "test/fault/writer-child.ts",
      "test/fault/centre-child.ts",
      "src/report/outbox/outbox.worker.ts",
    ].map((file) => join(root, file)),
    outdir: out,
    entryNames: "[name]",
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["better-sqlite3"],
    logLevel: "error",
    banner: { js: 'import { createRequire as __cr } from "node:module"; const require = __cr(import.meta.url);' },
  });
  return out;
}
