import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { asPcm, fromPcm, render, trimmed } from "../../device/sounder/synthesis.ts";
import { SAMPLE_RATE, samplesOf, wavOf } from "../../device/sounder/wav.ts";
import { streetFacts } from "../../src/core/street.ts";
import { streetScreens } from "../../src/core/views.ts";

const folder = resolve(import.meta.dirname, "../../config/sounds");
const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
const readBack = (file: Buffer): Float32Array => fromPcm(samplesOf(file) ?? new Int16Array());
const soundOf = (name: string): Float32Array => readBack(readFileSync(join(folder, name)));
const msOf = (samples: Float32Array): number => (samples.length / SAMPLE_RATE) * 1000;

/** Lengths of sound and silence in a tone, to the nearest 10 ms, by its envelope. */
function rhythm(samples: Float32Array): number[] {
  const window = Math.round(SAMPLE_RATE / 200);
  const parts: number[] = [];
  let loud = true;
  let length = 0;
  for (let at = 0; at < samples.length; at += window) {
    const peak = samples.slice(at, at + window).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    if (peak > 0.01 === loud) length++;
    else {
      parts.push(length);
      loud = !loud;
      length = 1;
    }
  }
  parts.push(length);
  return parts.map((count) => Math.round((count * window * 1000) / SAMPLE_RATE / 10) * 10).filter((ms) => ms > 0);
}

describe("the tones", () => {
  it.each([
    ["step", [60]],
    ["go", [90, 40, 180]],
    ["staff", [140, 120, 140, 120, 140]],
    ["next", [120, 80, 120]],
    ["wait", [200]],
    ["rest", [400]],
    ["free", [150, 60, 150, 60, 600]],
    ["guard-call", [200, 150, 200, 150, 200]],
  ])("%s has the rhythm that tells it apart", (name, expected) => {
    const heard = rhythm(soundOf(manifest.tones[name]));
    const played = name === "guard-call" ? heard.slice(0, 5) : heard;
    expect(played).toHaveLength(expected.length);
    played.forEach((part, index) => {
      expect(Math.abs(part - (expected[index] ?? 0)), `${name}: ${heard}`).toBeLessThanOrEqual(20);
    });
  });

  it("exist for every screen that sounds, and repeat only the free exit", () => {
    for (const screen of streetScreens) {
      const { tone } = streetFacts[screen];
      if (tone !== null) expect(manifest.tones[tone], screen).toBeTruthy();
    }
    expect(manifest.repeatMs).toEqual({ free: 4000 });
  });
});

describe("the prompts", () => {
  it.each(["zh", "en"])("say every headline that is to be said, in %s, within 1.5 s and never too loud", (language) => {
    for (const screen of streetScreens.filter((one) => streetFacts[one].spoken)) {
      const samples = soundOf(manifest.prompts[language][screen]);
      expect(msOf(samples), screen).toBeLessThanOrEqual(1500);
      expect(msOf(samples), screen).toBeGreaterThan(300);
      const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
      expect(peak).toBeLessThanOrEqual(0.71);
    }
  });

  it("are one recording for everything that the street can't tell apart", () => {
    expect(manifest.prompts.zh["see-staff"]).toBe(manifest.prompts.zh["see-staff-call"]);
    expect(manifest.prompts.zh.go).toBe(manifest.prompts.zh["go-advice"]);
  });

  it("are all listed: no file lies there unused", () => {
    const listed = new Set<string>([
      ...Object.values<string>(manifest.tones),
      ...Object.values<string>(manifest.prompts.zh),
      ...Object.values<string>(manifest.prompts.en),
    ]);
    const there = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".wav"));
    expect(there.filter((name) => !listed.has(name.replaceAll("\\", "/")))).toEqual([]);
  });
});

describe("synthesis", () => {
  it("writes a WAV that reads back as the same samples", () => {
    const samples = render([{ on: 50, off: 20, hz: 440, level: 0.5 }]);
    const back = readBack(wavOf(asPcm(samples)));
    expect(back.length).toBe(samples.length);
    back.forEach((sample, i) => {
      expect(Math.abs(sample - (samples[i] ?? 0))).toBeLessThan(1e-4);
    });
  });

  it("begins and ends in silence, so that nothing clicks", () => {
    const samples = trimmed(render([{ on: 100, off: 400, hz: 300, level: 0.2 }]));
    expect(Math.abs(samples[0] ?? 1)).toBeLessThan(0.001);
    expect(Math.abs(samples.at(-1) ?? 1)).toBeLessThan(0.01);
    expect(msOf(samples)).toBeLessThan(130);
  });
});
