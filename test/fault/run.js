#!/usr/bin/env node
// `npm run test:faults [-- --quick] [--seed N] [file…]`: says the seed, then lets vitest run the project `faults`. The
// full run goes on with hostile codes (fault 22) and with a fleet that comes back after its broker (fault 16).
import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";

const words = process.argv.slice(2);
const at = words.indexOf("--seed");
const seed = at >= 0 ? words[at + 1] : (process.env.SEED ?? String(randomInt(2 ** 31)));
const rest = words.filter((word, index) => word !== "--quick" && (at < 0 || (index !== at && index !== at + 1)));
const quick = words.includes("--quick");
process.stdout.write(`faults: ${quick ? "quick" : "full"} run, seed ${seed}\n`);

const vitest = new URL("../../node_modules/vitest/vitest.mjs", import.meta.url).pathname;
const env = { ...process.env, SEED: seed, FAULTS: quick ? "quick" : "full" };
/** @param {readonly string[]} words */
const succeeds = (words) => spawnSync(process.execPath, words, { stdio: "inherit", env }).status === 0;

const runs = [[vitest, "run", "--project", "faults", "--maxWorkers", "1", ...rest]];
if (!quick && rest.length === 0) {
  const fleet = new URL("../bench/fleet-bench.ts", import.meta.url).pathname;
  runs.push([vitest, "run", "--project", "fuzz"], ["--import", "tsx", fleet, "4000", "10000", "mosquitto"]);
}
// All of them, so that one that fails doesn't hide what the others say.
process.exit(runs.map(succeeds).every(Boolean) ? 0 : 1);
