import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const slow = [
  "test/fault/**",
  "test/hil/**",
  "test/pages/**",
  "test/bench/**",
  "test/fuzz/**",
  "test/soak/**",
  "test/rig/**",
];
/** Over a minute by itself, on the whole rig. */
const installation = "test/pages/installation.test.ts";
const native = "test/**/*.native.test.ts";

export default defineConfig({
  test: {
    pool: "threads",
    // On two cores both: what waits for a child or a timer leaves its core to the other.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        extends: true,
        test: { name: "unit", testTimeout: 30_000, include: ["test/**/*.test.ts"], exclude: [...slow, native] },
      },
      // The serial addon uses the main thread's loop and aborts in a worker, so its tests get processes.
      { extends: true, test: { name: "native", include: [native], pool: "forks", testTimeout: 60_000 } },
      {
        extends: true,
        test: {
          name: "faults",
          include: ["test/fault/**/*.test.ts"],
          // The serial bindings crash in a worker thread (they enter V8 without its lock).
          pool: "forks",
          // Hundreds of cuts and kills in one test; how long they take says nothing about the lane.
          testTimeout: process.env.FAULTS === "full" ? 7_200_000 : 600_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: "pages",
          include: ["test/pages/**/*.test.ts"],
          exclude: [installation],
          // One file after another in the same worker: each would load the whole product anew.
          isolate: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: { name: "rig", include: ["test/rig/**/*.test.ts"], testTimeout: 240_000, fileParallelism: false },
      },
      { extends: true, test: { name: "installation", include: [installation], hookTimeout: 120_000 } },
      { extends: true, test: { name: "fuzz", include: ["test/fuzz/**/*.test.ts"], testTimeout: 1_800_000 } },
    ],
  },
});
