import { describe, expect, it } from "vitest";
import { SimClock } from "../../../device/clock/clock.sim.ts";
import { TurnstileSim } from "../../../device/gpio/turnstile.sim.ts";
import { recordEvents, turnstilePromises } from "./turnstile.conformance.ts";

describe("the simulated turnstile keeps the promises of its ports", () => {
  for (const [sentence, promise] of Object.entries(turnstilePromises)) {
    it(sentence, async () => {
      const clock = new SimClock();
      const sim = new TurnstileSim(clock);
      const events = recordEvents(sim);
      await sim.start();
      await promise(
        {
          release: sim,
          inputs: sim,
          freePassage: sim,
          body: sim.body,
          set: (line, active) => sim.set(line, active),
          pass: (duration) => clock.pass(duration),
        },
        events,
      );
      await sim.stop();
      await clock.pass(60_000);
      expect(clock.pending()).toBe(0);
    });
  }

  it("tells a broken relay by a fault", async () => {
    for (const fault of ["welded", "dead"] as const) {
      const clock = new SimClock();
      const sim = new TurnstileSim(clock);
      sim.breakRelay(fault);
      const failed = sim.pulse("entry").catch((error: unknown) => error);
      await clock.pass(1000);
      expect(await failed).toMatchObject({ kind: "fault", code: "GL-2302" });
    }
  });

  it("frees the way without current, and that is no passage", async () => {
    const clock = new SimClock();
    const sim = new TurnstileSim(clock);
    const events = recordEvents(sim);
    await sim.start();
    sim.body.power(false);
    await clock.pass(20_000);
    expect(sim.body.free()).toBe(true);
    expect(sim.body.levels().passClosed).toEqual({ entry: false, exit: false });
    expect(events).toEqual([]);
  });

  it("treats an open and a cut fire loop as fire, readable before it is started", () => {
    const sim = new TurnstileSim(new SimClock());
    for (const loop of ["open", "cut"] as const) {
      sim.fireLoop(loop);
      expect(sim.active("fire")).toBe(true);
      sim.fireLoop("closed");
      expect(sim.active("fire")).toBe(false);
    }
  });
});
