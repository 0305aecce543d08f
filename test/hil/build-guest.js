// Bundles the guest's programs into out/hil/guest, so that the slow guest loads one file each. Native packages stay outside.
import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const guest = fileURLToPath(new URL("guest/", import.meta.url));
const programs = readdirSync(guest)
  .filter((name) => name.endsWith(".ts"))
  .map((name) => `${guest}${name}`);
/** Threads that the programs start; they lie beside them, as in the built package. */
const workers = [fileURLToPath(new URL("../../src/report/outbox/outbox.worker.ts", import.meta.url))];
await build({
  entryPoints: [...programs, ...workers].map((path) => ({ in: path, out: basename(path, ".ts") })),
  outdir: fileURLToPath(new URL("../../out/hil/guest", import.meta.url)),
  bundle: true,
  external: ["onoff", "i2c-bus", "serialport", "better-sqlite3", "sharp"],
  // CommonJS packages ask for Node's own modules in their own way.
  banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  platform: "node",
  format: "esm",
  target: "node20",
  logLevel: "warning",
});
