import { describe, expect, it } from "vitest";
import { millis, monotonic } from "../../src/core/units.ts";
import { adviceFor, GuidanceAdviser } from "../../src/read/guidance.ts";
import type { Observation } from "../../src/read/observe.ts";

/** A code at a readable size, sharp and well lit. */
const plain: Observation = {
  left: 0.3,
  top: 0.2,
  right: 0.7,
  bottom: 0.8,
  filled: 0.3,
  brightness: 140,
  clipped: 0,
  contrast: 110,
  steepness: { across: 0.9, down: 0.8 },
};
const shown = (change: Partial<Observation>, drift = 0) =>
  Array.from({ length: 6 }, (_, index) => ({
    at: monotonic(index * 33),
    what: { ...plain, left: plain.left + index * drift, right: plain.right + index * drift, ...change },
  }));
// As `bench:reading` measures them: of what is only too far away, edges are steeper than 0.7 of the contrast both ways.
const smeared = { across: 0.9, down: 0.19 };
const unfocused = { across: 0.13, down: 0.19 };

describe("guidance", () => {
  it.each([
    ["small and sharp", { top: 0.35, bottom: 0.65 }, 0, "closer"],
    ["so near that it fills the picture", { filled: 0.95 }, 0, "further"],
    ["cut off at two edges", { left: 0, top: 0 }, 0, "further"],
    ["smeared", { steepness: smeared }, 0, "hold-still"],
    ["out of focus", { steepness: unfocused }, 0, "hold-still"],
    ["small and smeared", { top: 0.35, bottom: 0.65, steepness: smeared }, 0, "hold-still"],
    ["on its way through the picture", {}, 0.02, "hold-still"],
    ["under a lamp's reflection", { clipped: 0.2, brightness: 200 }, 0, "tilt"],
    ["on a dimmed screen", { brightness: 25 }, 0, "brighter"],
    ["on a dimmed screen that fills the picture", { brightness: 25, top: 0, bottom: 1 }, 0, "brighter"],
    ["faint in poor light", { brightness: 80, contrast: 15 }, 0, "brighter"],
    ["faint and out of focus in good light", { contrast: 15, steepness: unfocused }, 0, "hold-still"],
  ] as const)("says to somebody whose code is %s: …", (_, change, drift, advice) => {
    expect(adviceFor(shown(change, drift))).toBe(advice);
  });

  it("says nothing before 700 ms, keeps what it said for a while, and starts anew once a code was read", () => {
    const adviser = new GuidanceAdviser(millis(700));
    const small = { ...plain, top: 0.35, bottom: 0.65 };
    const said = (from: number, to: number, what: Observation) => {
      const advice = [];
      for (let at = from; at <= to; at += 100) advice.push(adviser.unread(monotonic(at), what));
      return advice;
    };
    expect(said(0, 600, small)).toEqual(Array(7).fill(null));
    expect(said(700, 1500, { ...small, steepness: smeared })[0]).toBe("closer");
    expect(said(1600, 1600, { ...small, steepness: smeared })).toEqual(["hold-still"]);
    adviser.read();
    expect(said(1700, 2300, small)).toEqual(Array(7).fill(null));
  });
});
