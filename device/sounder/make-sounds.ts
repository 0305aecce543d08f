/**
 * Makes the set of sounds in config/sounds: tones synthesised here, prompts spoken by espeak-ng, and the manifest.
 * Run with `npx tsx device/sounder/make-sounds.ts [folder]` after the headlines have changed. espeak-ng (GPL-3) is used
 * as a tool on the developer's machine; neither it nor its data is shipped, and what it says is the site's own text.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { streetFacts } from "../../src/core/street.ts";
import { type StreetScreen, streetScreens } from "../../src/core/views.ts";
import { asPcm, fromPcm, type Note, render, trimmed } from "./synthesis.ts";
import { SAMPLE_RATE, samplesOf, wavOf } from "./wav.ts";

/** Longest prompt (README): whoever stands there has moved on by then. */
const LONGEST_PROMPT_MS = 1500;

/** Rhythms of SCREENS, sounds: milliseconds on and off. They differ by pattern first, by pitch second. */
const tones: Readonly<Record<string, readonly Note[]>> = {
  step: [{ on: 60, hz: 988, level: 0.5 }],
  go: [
    { on: 90, off: 40, hz: 659, level: 0.7 },
    { on: 180, hz: 988, level: 0.7 },
  ],
  staff: [
    { on: 140, off: 120, hz: 523, level: 0.4 },
    { on: 140, off: 120, hz: 523, level: 0.4 },
    { on: 140, hz: 523, level: 0.4 },
  ],
  next: [
    { on: 120, off: 80, hz: 659, level: 0.55 },
    { on: 120, hz: 494, level: 0.55 },
  ],
  wait: [{ on: 200, hz: 494, level: 0.3 }],
  rest: [{ on: 400, hz: 220, level: 0.5 }],
  free: [
    { on: 150, off: 60, hz: 392, level: 0.8 },
    { on: 150, off: 60, hz: 392, level: 0.8 },
    { on: 600, hz: 784, level: 0.8 },
  ],
  "guard-call": repeat({ on: 200, off: 150, hz: 740, level: 0.8 }, 3),
  "guard-again": [
    ...repeat({ on: 200, off: 150, hz: 740, level: 0.8 }, 2),
    { on: 200, off: 500, hz: 740, level: 0.8 },
    ...repeat({ on: 200, off: 150, hz: 740, level: 0.8 }, 3),
  ],
  "room-1": [
    { on: 110, off: 70, hz: 587, level: 0.7 },
    { on: 110, off: 70, hz: 740, level: 0.7 },
    { on: 110, hz: 932, level: 0.7 },
  ],
  "room-2": repeat({ on: 110, off: 90, hz: 659, level: 0.6 }, 2),
  "room-3": [{ on: 160, hz: 523, level: 0.3 }],
};
/** The free exit sounds until it ends, every 4 s. */
const repeatMs = { free: 4000 };

/** espeak-ng's voice and the slowest rate to try; its Mandarin at 260 is four to five syllables a second, as people speak. */
const voices = { zh: { name: "cmn", from: 260 }, en: { name: "en", from: 160 } } as const;

function repeat(note: Note, times: number): Note[] {
  return Array.from({ length: times }, () => note);
}

/** Speaks a text, as slowly as the limit allows. */
function speak(text: string, voice: { readonly name: string; readonly from: number }): Float32Array {
  for (let wordsPerMinute = voice.from; wordsPerMinute <= 450; wordsPerMinute += 10) {
    const spoken = execFileSync("espeak-ng", ["-v", voice.name, "-s", String(wordsPerMinute), "--stdout", "--", text], {
      maxBuffer: 16 << 20,
    });
    const pcm = samplesOf(spoken);
    if (pcm === null) throw new Error(`espeak-ng gave no mono WAV of ${SAMPLE_RATE} Hz`);
    const samples = trimmed(fromPcm(pcm));
    if ((samples.length / SAMPLE_RATE) * 1000 <= LONGEST_PROMPT_MS) return samples;
  }
  throw new Error(`"${text}" can't be said within ${LONGEST_PROMPT_MS} ms; shorten the headline`);
}

/** A screen's headline, and what is said instead where that is too long to say. */
interface Spoken {
  readonly headline: readonly string[];
  readonly spoken?: string;
}

function headlines(locale: string): Readonly<Record<string, Spoken>> {
  const file = resolve(import.meta.dirname, `../../config/locales/${locale}.json`);
  return JSON.parse(readFileSync(file, "utf8")).street.screens;
}

function makePrompts(folder: string, language: "zh" | "en", locale: string): Record<string, string> {
  const texts = headlines(locale);
  const files: Record<string, string> = {};
  const made = new Set<string>();
  const say = (screen: string, key: string): void => {
    const text = texts[screen]?.spoken ?? texts[screen]?.headline.join(language === "zh" ? "" : " ");
    if (text === undefined) throw new Error(`no ${language} headline for ${screen}`);
    // Screens that say the same share a file, so that nobody can tell them apart by a difference in recording.
    const file = `${language}/${createHash("sha256").update(text).digest("hex").slice(0, 10)}.wav`;
    if (!made.has(file)) writeFileSync(join(folder, file), wavOf(asPcm(speak(text, voices[language]))));
    made.add(file);
    files[key] = file;
  };
  const spoken: StreetScreen[] = streetScreens.filter((screen) => streetFacts[screen].spoken);
  for (const screen of spoken) say(screen, screen);
  say("forehead.wrist", "forehead.wrist");
  return files;
}

const folder = resolve(process.argv[2] ?? join(import.meta.dirname, "../../config/sounds"));
for (const part of ["tones", "zh", "en"]) {
  rmSync(join(folder, part), { recursive: true, force: true });
  mkdirSync(join(folder, part), { recursive: true });
}
const toneFiles: Record<string, string> = {};
for (const [name, notes] of Object.entries(tones)) {
  toneFiles[name] = `tones/${name}.wav`;
  writeFileSync(join(folder, `tones/${name}.wav`), wavOf(asPcm(render(notes))));
}
const manifest = {
  name: "Greenlane standard set",
  tones: toneFiles,
  repeatMs,
  prompts: { zh: makePrompts(folder, "zh", "zh-CN"), en: makePrompts(folder, "en", "en") },
};
writeFileSync(join(folder, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
