import { describe, expect, it } from "vitest";
import { celsius } from "../../../src/core/units.ts";
import { type SelftestPart, selftest } from "../../../src/service/selftest/selftest.ts";
import { Bench, driven } from "../../support/bench.ts";

const run = async (bench: Bench, part: SelftestPart, each?: () => void) => {
  await Promise.all([bench.camera.start(), bench.thermometer.start(), bench.scanner.start()]);
  return driven(bench.clock, selftest(part, bench), each);
};
const codesOf = (result: Awaited<ReturnType<typeof run>>) =>
  result.steps.map((step) => step.code).filter((code) => code !== null);
const picture = (light: number, grain = 0) => ({
  width: 64,
  height: 48,
  format: "grey" as const,
  data: Uint8Array.from({ length: 64 * 48 }, (_, i) => light + ((i * 7 + grain) % 5)),
});

describe("selftest camera", () => {
  it("tells rate, age and light of living pictures", async () => {
    const bench = new Bench();
    let grain = 0;
    const result = await run(bench, "camera", () => bench.camera.push(picture(120, grain++)));
    expect(result.passed).toBe(true);
    expect(result.steps.find((step) => step.id === "camera.rate")?.measured).toMatch(/^(19|20)\.\d a second$/);
    expect(result.steps.find((step) => step.id === "camera.decode")?.measured).toContain("38 ms");
  });
  it("fails without pictures and names the plug", async () => {
    const result = await run(new Bench(), "camera");
    expect(result).toMatchObject({ passed: false, steps: [{ code: "GL-2054", fix: expect.stringContaining("plug") }] });
  });
  it("tells a frozen picture and a covered lens", async () => {
    const bench = new Bench();
    const result = await run(bench, "camera", () => bench.camera.push(picture(3)));
    expect(codesOf(result)).toEqual(["GL-2057", "GL-2058"]);
    expect(result.passed).toBe(false);
  });
});

describe("selftest thermometer", () => {
  it("passes on a steady sensor and tells its noise", async () => {
    const result = await run(new Bench(), "thermometer");
    expect(result.passed).toBe(true);
    expect(result.steps.find((step) => step.id === "thermometer.noise")?.measured).toMatch(
      /^±0\.\d\d °C at 22\.\d\d °C$/,
    );
  });
  it.each([
    ["no-answer", "GL-2164", /plug/],
    ["checksum", "GL-2164", /cable/],
    ["error-flag", "GL-2164", /replace/],
    ["stuck", "GL-2166", /stuck/],
  ] as const)("with a sensor that gives %s says %s and what to do", async (fault, code, fix) => {
    const bench = new Bench();
    bench.thermometer.fail(fault);
    const result = await run(bench, "thermometer");
    expect(result.passed).toBe(false);
    expect(result.steps.find((step) => step.code === code)?.fix).toMatch(fix);
  });
  it("warns outside the ambient limits", async () => {
    const bench = new Bench();
    bench.thermometer.setAmbient(celsius(2));
    expect(codesOf(await run(bench, "thermometer"))).toContain("GL-2167");
  });
});

describe("selftest relay", () => {
  it.each(["normal", "emergency", "lockdown", "out-of-service"] as const)("moves nothing in mode %s", async (mode) => {
    const bench = new Bench();
    bench.setMode(mode);
    const result = await run(bench, "relay");
    expect(result.passed).toBe(false);
    expect(bench.pulses).toEqual([]);
  });
  it("moves nothing while somebody is in the way or the fire contact is active", async () => {
    const bench = new Bench();
    bench.setMode("maintenance");
    bench.clear = false;
    expect(codesOf(await run(bench, "relay"))).toEqual(["GL-2312"]);
    bench.clear = true;
    bench.active.add("fire");
    expect(codesOf(await run(bench, "relay"))).toEqual(["GL-2312"]);
    expect(bench.pulses).toEqual([]);
  });
  it("stops between the two directions when somebody steps in", async () => {
    const bench = new Bench();
    bench.setMode("maintenance");
    const result = await run(bench, "relay", () => {
      if (bench.pulses.length === 1) bench.clear = false;
    });
    expect(bench.pulses).toEqual(["entry"]);
    expect(result.passed).toBe(false);
  });
  it("pulses both directions in maintenance mode and tells their length", async () => {
    const bench = new Bench();
    bench.setMode("maintenance");
    const result = await run(bench, "relay");
    expect(result.passed).toBe(true);
    expect(bench.pulses).toEqual(["entry", "exit"]);
    expect(result.steps[0]?.measured).toBe("250 ms, read back");
  });
  it("tells a relay that doesn't read back", async () => {
    const bench = new Bench();
    bench.setMode("maintenance");
    bench.relayFault = "fault";
    expect(codesOf(await run(bench, "relay"))).toEqual(["GL-2302", "GL-2302"]);
  });
});

describe("selftest scanner and sound", () => {
  it("counts the bytes of a code and never repeats them", async () => {
    const bench = new Bench();
    let shown = false;
    const result = await run(bench, "scanner", () => {
      if (!shown) bench.scanner.show("SECRET-CODE-42");
      shown = true;
    });
    expect(result.steps).toMatchObject([{ status: "ok", measured: "14 bytes read" }]);
    expect(JSON.stringify(result)).not.toContain("SECRET");
  });
  it("fails after 20 s without a code", async () => {
    expect(await run(new Bench(), "scanner")).toMatchObject({ passed: false, steps: [{ code: "GL-2252" }] });
  });
  it("plays each tone and leaves the answer to the ears", async () => {
    const bench = new Bench();
    const result = await run(bench, "sound");
    expect(bench.voice.heard().flatMap((heard) => (heard.kind === "play" ? [heard.sound.tone] : []))).toEqual([
      "step",
      "go",
      "staff",
      "next",
      "wait",
      "rest",
    ]);
    expect(result.steps.every((step) => step.status === "skipped")).toBe(true);
  });
});
