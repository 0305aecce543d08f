import type { AttendedSight, GuardUpdate, Setup } from "../../core/live.ts";
import type { GuardAction, GuardAnswer } from "../../core/views.ts";
import type { Language } from "./words.ts";

/** Which question is open over the page. */
export type Sheet =
  | { readonly kind: "escort"; readonly person: number }
  | { readonly kind: "through" }
  | { readonly kind: "family" }
  | { readonly kind: "supervisor"; readonly action: GuardAction };

export interface Model {
  readonly language: Language;
  readonly setup: Setup | null;
  readonly update: GuardUpdate | null;
  /** Milliseconds since the last word of the lane, and whether that is too long. */
  readonly ageMs: number;
  readonly lost: boolean;
  readonly chosen: number | null;
  readonly sheet: Sheet | null;
  readonly pin: string;
  /** What came of the last request, as a key of the answers or a sentence of the lane's. */
  readonly note: { readonly text: string; readonly bad: boolean } | null;
  readonly pinNote: string | null;
}

export interface Acts {
  choose(person: number): void;
  open(sheet: Sheet | null): void;
  digit(digit: string): void;
  erase(): void;
  signIn(): void;
  signOut(): void;
  ask(action: GuardAction, pin?: string): void;
}

export const begin = (language: Language): Model => ({
  language,
  setup: null,
  update: null,
  ageMs: 0,
  lost: true,
  chosen: null,
  sheet: null,
  pin: "",
  note: null,
  pinNote: null,
});

/** The person whose reason is shown: the chosen one while they wait, else the one who waits longest. */
export function shownPerson(model: Model): AttendedSight | null {
  const attended = model.update?.attended ?? [];
  return attended.find((person) => person.id === model.chosen) ?? attended[0] ?? null;
}

type Reply = GuardAnswer & { readonly retryInMs?: number };

/** Sends a request to the kiosk. Whatever goes wrong on the way is `failed`; nothing is ever sent twice. */
export async function post(path: string, body: unknown): Promise<Reply> {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(5000),
    });
    return (await answer.json()) as Reply;
  } catch {
    return { ok: false, why: "failed" };
  }
}
