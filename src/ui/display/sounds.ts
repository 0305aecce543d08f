import type { Setup, StreetUpdate } from "../../core/live.ts";
import { streetFacts } from "../../core/street.ts";

/** The set of sounds, as `config/sounds/manifest.json` lists it. */
interface Manifest {
  readonly tones: Readonly<Record<string, string>>;
  readonly prompts: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * Plays tones and prompts in the page, where no sounder is: the demo. A new screen cuts the old one's sound off, so
 * that nobody hears the end of what was meant for somebody else. A browser that allows no sound stays silent.
 */
export class PageSounds {
  #manifest: Manifest | null = null;
  #slow = false;
  #heard = "";
  #playing: HTMLAudioElement[] = [];

  setup(setup: Setup): void {
    this.#slow = setup.pace === "slow";
    if (!setup.pageSounds || this.#manifest !== null) return;
    void fetch("/sounds/manifest.json")
      .then((answer) => answer.json())
      .then((manifest: Manifest) => {
        this.#manifest = manifest;
      });
  }

  play(message: StreetUpdate): void {
    const { screen, turn } = message.view;
    const key = `${turn} ${screen}`;
    if (key === this.#heard) return;
    this.#heard = key;
    this.stop();
    const files = this.#filesOf(screen, message.tone);
    this.#playing = files.map((file) => new Audio(`/sounds/${file}`));
    this.#playing.forEach((sound, index) => {
      sound.onended = () => void this.#playing[index + 1]?.play().catch(() => {});
    });
    void this.#playing[0]?.play().catch(() => {});
  }

  stop(): void {
    for (const sound of this.#playing) {
      sound.onended = null;
      sound.pause();
    }
    this.#playing = [];
  }

  #filesOf(screen: StreetUpdate["view"]["screen"], tone: string | null): string[] {
    const manifest = this.#manifest;
    if (manifest === null) return [];
    const spoken = streetFacts[screen].spoken ? [manifest.prompts.zh?.[screen]] : [];
    if (this.#slow && spoken.length > 0) spoken.push(manifest.prompts.en?.[screen]);
    return [tone === null ? undefined : manifest.tones[tone], ...spoken].filter((file) => file !== undefined);
  }
}
