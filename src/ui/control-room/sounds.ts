/** Tone patterns of SCREENS, ms on and off; they differ by rhythm, not by pitch alone. Priority 4 is silent. */
const patterns: Readonly<Record<number, readonly { hz: number; on: number; off: number }[]>> = {
  1: [
    { hz: 660, on: 110, off: 70 },
    { hz: 780, on: 110, off: 70 },
    { hz: 920, on: 160, off: 0 },
  ],
  2: [
    { hz: 620, on: 120, off: 90 },
    { hz: 620, on: 120, off: 0 },
  ],
  3: [{ hz: 440, on: 200, off: 0 }],
};

/** Once per group: what came together sounds as one, by its most urgent. Muted, only the urgent ones are heard. */
export class Sounds {
  readonly #context = new AudioContext();
  #mutedUntil = 0;
  readonly #lastByGroup = new Map<string, number>();
  /** How often each priority has sounded, for those who can't hear it. */
  readonly played: number[] = [0, 0, 0, 0, 0];

  /** Browsers let a page sound only after a key or a click; `onAllowed` is called when they do. */
  constructor(onAllowed: () => void) {
    const allow = (): void => void this.#context.resume();
    addEventListener("keydown", allow);
    addEventListener("pointerdown", allow);
    this.#context.onstatechange = onAllowed;
  }
  /** An alarm would not be heard. */
  get blocked(): boolean {
    return this.#context.state !== "running";
  }

  mute(forMs: number): void {
    this.#mutedUntil = Date.now() + forMs;
  }
  get muted(): boolean {
    return Date.now() < this.#mutedUntil;
  }

  /** `groups` are the groups that have news, each with its priority; one that sounded within a minute stays silent. */
  announce(groups: ReadonlyMap<string, number>): void {
    const now = Date.now();
    let urgent = 5;
    for (const [group, priority] of groups) {
      const recent = now - (this.#lastByGroup.get(group) ?? 0) < 60_000;
      if ((recent && priority !== 1) || (this.muted && priority !== 1)) continue;
      this.#lastByGroup.set(group, now);
      urgent = Math.min(urgent, priority);
    }
    const pattern = patterns[urgent];
    if (pattern === undefined) return;
    this.played[urgent] = (this.played[urgent] ?? 0) + 1;
    this.#play(pattern);
  }

  #play(pattern: readonly { hz: number; on: number; off: number }[]): void {
    const context = this.#context;
    let at = context.currentTime + 0.02;
    for (const { hz, on, off } of pattern) {
      const tone = context.createOscillator();
      const volume = context.createGain();
      tone.frequency.value = hz;
      volume.gain.setValueAtTime(0, at);
      volume.gain.linearRampToValueAtTime(0.25, at + 0.01);
      volume.gain.setValueAtTime(0.25, at + on / 1_000 - 0.01);
      volume.gain.linearRampToValueAtTime(0, at + on / 1_000);
      tone.connect(volume).connect(context.destination);
      tone.start(at);
      tone.stop(at + on / 1_000);
      at += (on + off) / 1_000;
    }
  }
}
