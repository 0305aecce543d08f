// What the control room takes in end to end (PUBLISH → durable commit → PUBACK and receipt), against the same store's own
// group commit of the same rows: alone, and behind the same broker and lanes. Interleaved rounds on the same disk.
// Usage: npm run bench:store -- [events] [rounds] [sqlite|postgres]   (PostgreSQL joins in where a server is installed)
import { fork } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { bundled } from "../support/bundle.ts";

// Compiled, as the product runs: what tsx adds to every function would be measured with it.
const out = await bundled(
  `store-${process.pid}`,
  [
    "test/bench/store-measure.ts",
    "test/bench/store-load.ts",
    "src/control-room/intake/check.worker.ts",
    "src/control-room/intake/store.worker.ts",
  ],
  "installed",
);
const measure = fork(join(out, "store-measure.js"), process.argv.slice(2), {
  execArgv: process.execArgv.filter((flag) => flag.startsWith("--cpu-prof")),
});
const [code] = (await once(measure, "exit")) as [number | null];
rmSync(out, { recursive: true, force: true });
process.exit(code ?? 1);
