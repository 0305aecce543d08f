import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";

const root = resolve(import.meta.dirname, "../..");

export const bundleFolder = (name: string): string => join(root, "out", name);

/**
 * Bundles programs that run as processes or threads of their own, so that one starts in a tenth of a second; resolves with
 * their folder. Inside the tree, so that packages resolve. With `installed` packages only our own sources are bundled.
 */
export async function bundled(
  name: string,
  files: readonly string[],
  packages: "bundled" | "installed" = "bundled",
): Promise<string> {
  const out = bundleFolder(name);
  mkdirSync(out, { recursive: true });
  await build({
    entryPoints: files.map((file) => join(root, file)),
    outdir: out,
    entryNames: "[name]",
    bundle: true,
    platform: "node",
    format: "esm",
    ...(packages === "installed" ? { packages: "external" } : { external: ["better-sqlite3"] }),
    logLevel: "error",
    banner: { js: 'import { createRequire as __cr } from "node:module"; const require = __cr(import.meta.url);' },
  });
  return out;
}
