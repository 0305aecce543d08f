import { defineConfig } from "vitest/config";

const slow = ["test/fault/**", "test/hil/**", "test/pages/**", "test/bench/**", "test/fuzz/**", "test/soak/**"];

export default defineConfig({
  test: {
    pool: "threads",
    projects: [
      { extends: true, test: { name: "unit", include: ["test/**/*.test.ts"], exclude: slow, testTimeout: 60_000 } },
      {
        extends: true,
        test: { name: "faults", include: ["test/fault/**/*.test.ts"], testTimeout: 600_000, hookTimeout: 120_000 },
      },
      {
        extends: true,
        test: { name: "pages", include: ["test/pages/**/*.test.ts"], testTimeout: 120_000, hookTimeout: 120_000 },
      },
      { extends: true, test: { name: "fuzz", include: ["test/fuzz/**/*.test.ts"], testTimeout: 1_800_000 } },
    ],
  },
});
