/**
 * Tones and prompts by a child player that reads from its stdin. A new sound ends the child of the old one at once, so
 * nobody hears what was meant for the person before; a prompt that is missing leaves the tone, never silence.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { Logger } from "../../src/ports/logger.ts";
import type { Sound, Voice } from "../../src/ports/voice.ts";
import type { SoundSet } from "./sound-set.ts";
import { SAMPLE_RATE, wavOf } from "./wav.ts";

export interface SounderSettings {
  readonly player: "aplay" | "none";
  readonly device: string | null;
  readonly sounds: SoundSet;
  /** Loudness now, 0 … 1. */
  readonly volume: () => number;
}

/** Between tone and prompt. */
const PAUSE = new Int16Array(SAMPLE_RATE / 10);

/** The command line that plays a WAV file from stdin. */
export function playerCommand(device: string | null): string[] {
  return ["aplay", "-q", ...(device === null ? [] : ["-D", device]), "-t", "wav", "-"];
}

export class ChildSounder implements Voice {
  readonly #set: SounderSettings;
  readonly #log: Logger;
  readonly #command: readonly string[] | null;
  #turn = Number.NEGATIVE_INFINITY;
  #child: ChildProcess | null = null;
  #mute = false;

  /** `command` stands in for the player's own command line. */
  constructor(settings: SounderSettings, log: Logger, command?: readonly string[]) {
    this.#set = settings;
    this.#log = log;
    this.#command = command ?? (settings.player === "none" ? null : playerCommand(settings.device));
  }

  play(sound: Sound): void {
    if (sound.turn !== null && sound.turn < this.#turn) return;
    this.#turn = sound.turn ?? this.#turn;
    this.silence();
    const volume = this.#set.volume();
    const tone = sound.tone === null ? null : this.#set.sounds.tone(sound.tone);
    const prompt = sound.prompt === null ? null : this.#set.sounds.prompt(sound.prompt);
    const parts = [tone, tone !== null && prompt !== null ? PAUSE : null, prompt].filter((part) => part !== null);
    if (parts.length === 0 || volume <= 0) return;
    const samples = Int16Array.from(
      parts.flatMap((part) => [...part]),
      (sample) => sample * volume,
    );
    this.#start(wavOf(samples));
  }

  /** The last sound could not be played. */
  get mute(): boolean {
    return this.#mute;
  }

  silence(): void {
    this.#child?.kill("SIGKILL");
    this.#child = null;
  }

  #start(wav: Buffer): void {
    const [program, ...args] = this.#command ?? [];
    if (program === undefined) return;
    const child = spawn(program, args, { stdio: ["pipe", "ignore", "ignore"] });
    this.#child = child;
    child.once("error", () => this.#complain());
    child.once("exit", (status) => {
      if (this.#child === child) this.#child = null;
      if (status === 0) this.#mute = false;
      else if (status !== null) this.#complain();
    });
    // A player that was ended breaks its pipe.
    child.stdin?.on("error", () => {});
    child.stdin?.end(wav);
  }

  /** Once until it plays again: a lane without sound goes on, its screens say the same. */
  #complain(): void {
    if (!this.#mute) this.#log.warn("sound cannot be played; check the player and the card", { code: "GL-2401" });
    this.#mute = true;
  }
}
