import { expect, it } from "vitest";
import { LaneBench } from "./lane-bench.ts";

it("a lane that is told of a lockdown before it has started comes up locked, and is free when the lockdown is over", async () => {
  const bench = new LaneBench();
  // Reports start before the lane (wire.ts): the desired configuration speaks first.
  await bench.lane.order({ kind: "lockdown", cid: "desired-1", who: "op", forMs: 60_000 });
  await bench.ready();
  expect(bench.street?.screen).toBe("lockdown");
  bench.stands("entry").forehead(36.6).shows("green-1");
  await bench.wait(8000);
  expect(bench.pulses).toEqual([]);
  bench.stands("entry", false).forehead(null);
  await bench.wait(52_000);
  expect(bench.lane.mode).toBe("normal");
});
