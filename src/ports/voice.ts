/** Tones and prompts. A new sound interrupts the old one; nothing of the previous person is ever finished. */
export interface Voice {
  play(sound: Sound): void;
  silence(): void;
}
export type Tone = "step" | "go" | "staff" | "next" | "wait" | "rest" | "free" | "guard-call" | "guard-again";
export interface Sound {
  readonly tone: Tone | null;
  /** Id of the street screen whose headline is spoken, or null for the tone alone. */
  readonly prompt: string | null;
  /** The turn of the street view this belongs to; a sound of an older turn is dropped. Null: nobody's, always heard. */
  readonly turn: number | null;
}
