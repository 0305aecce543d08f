import { expect, it } from "vitest";
import { SimClock } from "../../device/clock/clock.sim.ts";
import type { Verdict } from "../../src/core/flow.ts";
import { minutes, monotonic } from "../../src/core/units.ts";
import { Journal } from "../../src/lane/journal.ts";
import { Reports } from "../../src/lane/reports.ts";
import { MemoryLogger } from "../support/quiet.ts";
import { credentialFor } from "./lane-bench.ts";

it("P15: a replayed pass, a green holder's, is forgotten after ten minutes although nobody else comes", () => {
  const clock = new SimClock();
  const log = { put: async () => ({ epoch: "e", seq: 1 }), onReceived: () => () => {} };
  const reports = new Reports(
    clock,
    new Journal(
      log,
      new MemoryLogger(),
      () => {},
      () => {},
    ),
  );
  const verdict: Verdict = {
    kind: "attend",
    reasons: [],
    advice: [],
    report: { category: "security", level: "yellow", routing: ["site"] },
  };
  reports.late({ credential: credentialFor({ text: "replayed-1" }), readAt: monotonic(0), temperature: null }, verdict);
  clock.advance(minutes(10) - 1);
  reports.tick();
  expect(reports.known).toBe(1);
  clock.advance(1);
  reports.tick();
  expect(reports.known).toBe(0);
});
