import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PatientClock } from "../../../device/rig/patient-clock.ts";
import { millis } from "../../../src/core/units.ts";

describe("a clock that waits for its machine", () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
  afterEach(() => void vi.useRealTimers());

  function started(): PatientClock {
    const clock = new PatientClock(() => Date.now(), 5_000_000);
    clock.start();
    return clock;
  }
  const stall = (ms: number): void => void vi.setSystemTime(Date.now() + ms);

  it("a machine that keeps up makes it real time, on the wall too", () => {
    const clock = started();
    const began = clock.monotonic();
    vi.advanceTimersByTime(3000);
    expect(clock.monotonic() - began).toBe(3000);
    expect(clock.wall().at).toBe(5_003_000);
    expect(clock.held).toBe(0);
    clock.stop();
  });

  it("a stalled thread uses up forty milliseconds, however long it lasts", () => {
    fc.assert(
      fc.property(fc.integer({ min: 41, max: 60_000 }), (ms) => {
        const clock = started();
        const began = clock.monotonic();
        stall(ms);
        expect(clock.monotonic() - began).toBe(40);
        expect(clock.held).toBe(ms - 40);
        clock.stop();
      }),
    );
  });

  it("a long decode holds every timer, and a hung one doesn't for ever", () => {
    const clock = started();
    let work: number | null = 7;
    clock.waitFor(() => work);
    const fired: string[] = [];
    clock.after(millis(1050), () => fired.push("after"));
    const end = clock.every(millis(500), () => fired.push("every"));
    vi.advanceTimersByTime(5000);
    expect(fired).toEqual([]);
    work = null;
    vi.advanceTimersByTime(700);
    expect(fired).toEqual(["every", "every", "after"]);
    end();
    work = 8;
    clock.after(millis(500), () => fired.push("deadline"));
    vi.advanceTimersByTime(12_000);
    expect(fired.at(-1)).toBe("deadline");
    clock.stop();
  });

  it("after its stop nothing fires, and nothing keeps the process", () => {
    const clock = started();
    let fired = 0;
    clock.after(millis(5000), () => fired++);
    clock.every(millis(700), () => fired++);
    clock.stop();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(60_000);
    expect(fired).toBe(0);
  });

  it("a timer that is cancelled while time is held never fires", () => {
    const clock = started();
    clock.waitFor(() => 1);
    let fired = false;
    const cancel = clock.after(millis(600), () => {
      fired = true;
    });
    vi.advanceTimersByTime(1000);
    cancel();
    vi.advanceTimersByTime(60_000);
    expect(fired).toBe(false);
    clock.stop();
  });
});
