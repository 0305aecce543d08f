import type { Setup, StreetUpdate } from "../../core/live.ts";
import { streetFacts } from "../../core/street.ts";

/** The set of sounds, as `config/sounds/manifest.json` lists it. */
interface Manifest {
  readonly tones: Readonly<Record<string, string>>;
  readonly prompts: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Tones that sound again and again while their screen stays, and how often. */
  readonly repeatMs: Readonly<Record<string, number>>;
}

/**
 * Plays tones and prompts in the page, where no sounder is: the demo. A new screen cuts the old one's sound off, so
 * that nobody hears the end of what was meant for somebody else. A browser that allows no sound stays silent.
 */
export class PageSounds {
  #manifest: Manifest | null = null;
  #languages: readonly string[] = ["zh"];
  #measureAt: Setup["measureAt"] = "forehead";
  #heard = "";
  #heardAt = 0;
  #playing: HTMLAudioElement[] = [];

  setup(setup: Setup): void {
    this.#languages = setup.pace === "slow" ? setup.languages : ["zh"];
    this.#measureAt = setup.measureAt;
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
    const again = this.#manifest?.repeatMs[message.tone ?? ""] ?? Number.POSITIVE_INFINITY;
    const same = key === this.#heard;
    if (same && performance.now() - this.#heardAt < again) return;
    this.#heard = key;
    this.#heardAt = performance.now();
    this.stop();
    const files = this.#filesOf(same ? null : screen, message.tone);
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

  #filesOf(screen: StreetUpdate["view"]["screen"] | null, tone: string | null): string[] {
    const manifest = this.#manifest;
    if (manifest === null) return [];
    const languages = screen !== null && streetFacts[screen].spoken ? this.#languages : [];
    const spoken = languages.map((language) => {
      const prompts = manifest.prompts[language];
      return prompts?.[`${screen}.${this.#measureAt}`] ?? prompts?.[screen ?? ""];
    });
    return [tone === null ? undefined : manifest.tones[tone], ...spoken].filter((file) => file !== undefined);
  }
}
