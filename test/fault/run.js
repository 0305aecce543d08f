#!/usr/bin/env node
// `npm run test:faults [-- --quick] [--seed N] [file…]`: says the seed, then lets vitest run the project `faults`.
import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";

const words = process.argv.slice(2);
const at = words.indexOf("--seed");
const seed = at >= 0 ? words[at + 1] : (process.env.SEED ?? String(randomInt(2 ** 31)));
const rest = words.filter((word, index) => word !== "--quick" && (at < 0 || (index !== at && index !== at + 1)));
const quick = words.includes("--quick");
process.stdout.write(`faults: ${quick ? "quick" : "full"} run, seed ${seed}\n`);

const vitest = new URL("../../node_modules/vitest/vitest.mjs", import.meta.url).pathname;
const { status } = spawnSync(process.execPath, [vitest, "run", "--project", "faults", ...rest], {
  stdio: "inherit",
  env: { ...process.env, SEED: seed, FAULTS: quick ? "quick" : "full" },
});
process.exit(status ?? 1);
