import type { GuardUpdate } from "../../core/live.ts";

/** Calls the guard from the tablet: once for each new person, twice as long when the call is repeated. */
export class CallSounds {
  readonly #called = new Map<number, number>();
  #playing: HTMLAudioElement | null = null;

  hear(update: GuardUpdate): void {
    let tone: "guard-call" | "guard-again" | null = null;
    for (const person of update.waiting) {
      const before = this.#called.get(person.id) ?? 0;
      if (person.calls > before) tone = before === 0 && person.calls === 1 ? "guard-call" : "guard-again";
      this.#called.set(person.id, person.calls);
    }
    const ids = new Set(update.waiting.map((person) => person.id));
    for (const id of this.#called.keys()) if (!ids.has(id)) this.#called.delete(id);
    if (tone !== null) this.#play(tone);
  }

  #play(tone: string): void {
    this.#playing?.pause();
    this.#playing = new Audio(`/sounds/tones/${tone}.wav`);
    void this.#playing.play().catch(() => {});
  }
}
