/** A folder of tones and prompts with its manifest (config/sounds), read whole at start: no sound waits for a disk. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Tone } from "../../src/ports/voice.ts";
import { SAMPLE_RATE, samplesOf } from "./wav.ts";

interface Manifest {
  readonly tones: Readonly<Record<string, string>>;
  /** By language and screen; `forehead.wrist` says it for wrists. */
  readonly prompts: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** What is said, and how. */
export interface Spoken {
  /** In this order, one after another: Chinese alone, or in slow mode both (SCREENS, voice). */
  readonly languages: readonly string[];
  /** Whether foreheads or wrists are asked for. */
  readonly measureAt: "forehead" | "wrist";
}

/** Between the same words in two languages. */
const BREATH = new Int16Array(SAMPLE_RATE / 4);

export class SoundSet {
  readonly #tones = new Map<string, Int16Array>();
  readonly #prompts = new Map<string, Int16Array>();

  /** @throws Error `GL-2402` where the manifest or a file it lists is missing or is not 16-bit mono at 22,050 Hz. */
  constructor(folder: string, { languages, measureAt }: Spoken) {
    const manifest = JSON.parse(read(join(folder, "manifest.json")).toString("utf8")) as Manifest;
    for (const [tone, file] of Object.entries(manifest.tones)) this.#tones.set(tone, samples(folder, file));
    const screens = new Set(languages.flatMap((language) => Object.keys(manifest.prompts[language] ?? {})));
    for (const screen of screens) {
      const said = languages.flatMap((language) => {
        const prompts = manifest.prompts[language] ?? {};
        const file = prompts[`${screen}.${measureAt}`] ?? prompts[screen];
        return file === undefined ? [] : [samples(folder, file)];
      });
      this.#prompts.set(screen, joined(said));
    }
  }

  tone(tone: Tone): Int16Array | null {
    return this.#tones.get(tone) ?? null;
  }

  /** What is said with a street screen; null where the set says nothing for it. */
  prompt(screen: string): Int16Array | null {
    return this.#prompts.get(screen) ?? null;
  }
}

function joined(parts: readonly Int16Array[]): Int16Array {
  const pieces = parts.flatMap((part, index) => (index === 0 ? [part] : [BREATH, part]));
  const whole = new Int16Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function samples(folder: string, file: string): Int16Array {
  const found = samplesOf(read(join(folder, file)));
  if (found === null) throw new Error(`GL-2402: ${file} is not 16-bit mono at 22,050 Hz; convert it`);
  return found;
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new Error(`GL-2402: ${path} cannot be read; install the set of sounds again`, { cause });
  }
}
