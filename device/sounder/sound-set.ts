/** A folder of tones and prompts with its manifest (config/sounds), read whole at start: no sound waits for a disk. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Tone } from "../../src/ports/voice.ts";
import { samplesOf } from "./wav.ts";

interface Manifest {
  readonly tones: Readonly<Record<string, string>>;
  readonly prompts: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export class SoundSet {
  readonly #tones = new Map<string, Int16Array>();
  readonly #prompts = new Map<string, Int16Array>();

  /** @throws Error `GL-2402` where the manifest or a file it lists is missing or is not 16-bit mono at 22,050 Hz. */
  constructor(folder: string, language: string) {
    const manifest = JSON.parse(read(join(folder, "manifest.json")).toString("utf8")) as Manifest;
    for (const [tone, file] of Object.entries(manifest.tones)) this.#tones.set(tone, samples(folder, file));
    for (const [screen, file] of Object.entries(manifest.prompts[language] ?? {}))
      this.#prompts.set(screen, samples(folder, file));
  }

  tone(tone: Tone): Int16Array | null {
    return this.#tones.get(tone) ?? null;
  }

  /** What is said with a street screen; null where the set says nothing for it. */
  prompt(screen: string): Int16Array | null {
    return this.#prompts.get(screen) ?? null;
  }
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
