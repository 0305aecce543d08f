import { execFile } from "node:child_process";
import {
  chmodSync,
  type FSWatcher,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  watch,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SimClock } from "../../../device/clock/clock.sim.ts";
import { ChildSounder, playerCommand } from "../../../device/sounder/child-sounder.ts";
import { SoundSet } from "../../../device/sounder/sound-set.ts";
import { SounderSim } from "../../../device/sounder/sounder.sim.ts";
import { SAMPLE_RATE, samplesOf, wavOf } from "../../../device/sounder/wav.ts";
import type { Tone } from "../../../src/ports/voice.ts";
import { Happenings } from "../../support/happenings.ts";
import { silentLog } from "../silent-log.ts";

const sounds = join(import.meta.dirname, "../../../config/sounds");
const zh = { languages: ["zh"], measureAt: "forehead" } as const;
const standard = new SoundSet(sounds, zh);
let folder: string;
let watcher: FSWatcher;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sounder-"));
  // Plays for as long as it is let: writes what it got, says so, and waits.
  writeFileSync(
    join(folder, "player"),
    `#!/bin/sh\nexec 9>${folder}/$$.lives; flock 9\ncat >${folder}/$$.tmp && mv ${folder}/$$.tmp ${folder}/$$.heard\nexec sleep 60\n`,
  );
  chmodSync(join(folder, "player"), 0o755);
  watcher = watch(folder, happened.tell);
});
afterEach(() => {
  watcher.close();
  rmSync(folder, { recursive: true, force: true });
});

const heard = (): string[] => readdirSync(folder).filter((name) => name.endsWith(".heard"));
const happened = new Happenings();
const { until } = happened;
/** A player holds a lock for as long as it lives. */
const ended = async (name: string): Promise<void> => {
  await promisify(execFile)("flock", [join(folder, name.replace(/heard$/, "lives")), "true"]);
};
const sounder = (volume = 1): ChildSounder =>
  new ChildSounder({ player: "aplay", device: null, sounds: standard, volume: () => volume }, silentLog, [
    join(folder, "player"),
  ]);

describe("the sounder", () => {
  it("ends an old sound when a new one comes, and is silent when told", async () => {
    const voice = sounder();
    voice.play({ tone: "go", prompt: null, turn: 1 });
    await until(() => heard().length === 1);
    const [first = ""] = heard();
    voice.play({ tone: "staff", prompt: null, turn: 2 });
    await until(() => heard().length === 2);
    await ended(first);
    voice.silence();
    await Promise.all(heard().map(ended));
  });

  it("always plays what is nobody's, and goes on with the turn that it was at", async () => {
    const voice = sounder();
    voice.play({ tone: "go", prompt: null, turn: 5 });
    await until(() => heard().length === 1);
    voice.play({ tone: "guard-again", prompt: null, turn: null });
    await until(() => heard().length === 2);
    voice.play({ tone: "staff", prompt: null, turn: 6 });
    await until(() => heard().length === 3);
    const fake = new SounderSim(new SimClock());
    for (const turn of [5, null, 4, 5]) fake.play({ tone: "go", prompt: null, turn });
    expect(fake.heard().map((one) => one.kind === "play" && one.sound.turn)).toEqual([5, null, 5]);
  });

  it("drops a sound that belongs to an earlier turn", async () => {
    const voice = sounder();
    voice.play({ tone: "go", prompt: null, turn: 5 });
    voice.play({ tone: "staff", prompt: null, turn: 4 });
    await until(() => heard().length === 1);
    const samples = samplesOf(readFileSync(join(folder, heard()[0] ?? "")));
    expect(samples).toEqual(standard.tone("go"));
    voice.silence();
  });

  it("plays a call for the guard whatever screen came before, and lets the screens go on", async () => {
    const voice = sounder();
    voice.play({ tone: "go", prompt: null, turn: 5 });
    await until(() => heard().length === 1);
    voice.play({ tone: "guard-again", prompt: null, turn: null });
    await until(() => heard().length === 2);
    const played = heard().map((name) => samplesOf(readFileSync(join(folder, name))));
    expect(played).toContainEqual(standard.tone("guard-again"));
    voice.play({ tone: "wait", prompt: null, turn: 4 });
    voice.play({ tone: "staff", prompt: null, turn: 6 });
    await until(() => heard().length === 3);
    voice.silence();
  });

  it("speaks the prompt after the tone, at the volume of the hour, and keeps the tone where nothing is to be said", async () => {
    const tone = standard.tone("staff") ?? Int16Array.of();
    const spoken = standard.prompt("see-staff") ?? Int16Array.of();
    for (const [prompt, extra] of [
      ["see-staff", SAMPLE_RATE / 10 + spoken.length],
      ["no-such-screen", 0],
    ] as const) {
      const before = heard();
      const voice = sounder(0.5);
      voice.play({ tone: "staff", prompt, turn: 1 });
      await until(() => heard().length > before.length);
      const name = heard().find((one) => !before.includes(one)) ?? "";
      const samples = samplesOf(readFileSync(join(folder, name))) ?? Int16Array.of();
      expect(samples.length).toBe(tone.length + extra);
      expect(Math.max(...samples)).toBeLessThanOrEqual(Math.ceil(Math.max(...tone, ...(extra > 0 ? spoken : [])) / 2));
      voice.silence();
    }
  });

  it("goes on without a player", () => {
    const voice = new ChildSounder({ player: "aplay", device: null, sounds: standard, volume: () => 1 }, silentLog, [
      "/nowhere/player",
    ]);
    expect(() => voice.play({ tone: "go", prompt: null, turn: 1 })).not.toThrow();
    expect(playerCommand("hw:1")).toEqual(["aplay", "-q", "-D", "hw:1", "-t", "wav", "-"]);
  });
});

describe("a set of sounds", () => {
  it("has every tone of the lane, each other than the rest", () => {
    const all: readonly Tone[] = ["step", "go", "staff", "next", "wait", "rest", "free", "guard-call", "guard-again"];
    const tones = all.map((tone) =>
      Buffer.from(new Uint8Array(standard.tone(tone)?.buffer ?? new ArrayBuffer(0))).toString("base64"),
    );
    expect(tones.every((tone) => tone.length > 0)).toBe(true);
    expect(new Set(tones).size).toBe(all.length);
  });

  it("says with go and with staff what the screen says, and nothing for a screen it does not list", () => {
    expect(standard.prompt("see-staff")?.length).toBeGreaterThan(0);
    expect(standard.prompt("../see-staff")).toBeNull();
  });

  it("says in slow mode each headline in both languages, and asks for a wrist where wrists are measured", () => {
    const both = new SoundSet(sounds, { languages: ["zh", "en"], measureAt: "wrist" });
    const en = new SoundSet(sounds, { languages: ["en"], measureAt: "wrist" });
    const wrist = new SoundSet(sounds, { ...zh, measureAt: "wrist" });
    const length = (set: SoundSet, screen: string) => set.prompt(screen)?.length ?? 0;
    expect(length(both, "see-staff")).toBe(length(standard, "see-staff") + length(en, "see-staff") + 5512);
    const asked = (set: SoundSet, screen: string) =>
      Buffer.from(set.prompt(screen)?.slice().buffer ?? new ArrayBuffer(0));
    expect(asked(wrist, "forehead").equals(asked(standard, "forehead"))).toBe(false);
    expect(asked(wrist, "forehead").equals(asked(standard, "forehead.wrist"))).toBe(true);
  });

  it("that is missing or holds another kind of file says which", () => {
    expect(() => new SoundSet(folder, zh)).toThrow("GL-2402");
    const stereo = wavOf(Int16Array.of(1, 2));
    stereo.writeUInt16LE(2, 22);
    expect(samplesOf(stereo)).toBeNull();
    expect(samplesOf(Buffer.from("RIFF"))).toBeNull();
    writeFileSync(join(folder, "manifest.json"), JSON.stringify({ tones: { go: "go.wav" }, prompts: {} }));
    writeFileSync(join(folder, "go.wav"), stereo);
    expect(() => new SoundSet(folder, zh)).toThrow("go.wav is not 16-bit mono");
  });
});
