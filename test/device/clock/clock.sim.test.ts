import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SimClock } from "../../../device/clock/clock.sim.ts";
import { instant, millis } from "../../../src/core/units.ts";

describe("the simulated clock", () => {
  it("runs timers in the order of their due times, whatever the order and the steps in which time moves", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1000), { maxLength: 30 }),
        fc.array(fc.nat(300), { maxLength: 20 }),
        (delays, steps) => {
          const clock = new SimClock();
          const ran: { due: number; order: number; at: number }[] = [];
          delays.forEach((due, order) => {
            clock.after(millis(due), () => ran.push({ due, order, at: clock.monotonic() }));
          });
          for (const step of [...steps, 1000]) clock.advance(step);
          expect(ran.map((timer) => timer.at)).toEqual(ran.map((timer) => timer.due));
          const wanted = delays
            .map((due, order) => ({ due, order }))
            .sort((a, b) => a.due - b.due || a.order - b.order);
          expect(ran.map((timer) => timer.order)).toEqual(wanted.map((timer) => timer.order));
        },
      ),
    );
  });

  it("repeats a period until cancelled and then holds no timer", () => {
    const clock = new SimClock();
    const ticks: number[] = [];
    const cancel = clock.every(millis(100), () => ticks.push(clock.monotonic()));
    clock.advance(350);
    cancel();
    clock.advance(1000);
    expect(ticks).toEqual([100, 200, 300]);
    expect(clock.pending()).toBe(0);
  });

  it("keeps its monotonic time when wall time is set back", () => {
    const clock = new SimClock(instant(2_000_000));
    clock.advance(500);
    clock.setWall(instant(1_000));
    clock.advance(500);
    expect(clock.monotonic()).toBe(1000);
    expect(clock.wall().at).toBe(1500);
  });

  it("lets awaiting code set its next timer before time moves past it", async () => {
    const clock = new SimClock();
    const at: number[] = [];
    const wait = (ms: number): Promise<void> => new Promise((resolve) => clock.after(millis(ms), resolve));
    const done = (async () => {
      for (let i = 0; i < 3; i++) {
        await wait(100);
        at.push(clock.monotonic());
      }
    })();
    await clock.pass(1000);
    await done;
    expect(at).toEqual([100, 200, 300]);
  });
});
