// Bundles the guest's programs into out/hil/guest, so that the slow guest loads one file each. Packages stay outside.
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const guest = fileURLToPath(new URL("guest/", import.meta.url));
await build({
  entryPoints: readdirSync(guest)
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${guest}${name}`),
  outdir: fileURLToPath(new URL("../../out/hil/guest", import.meta.url)),
  bundle: true,
  packages: "external",
  platform: "node",
  format: "esm",
  target: "node20",
  logLevel: "warning",
});
