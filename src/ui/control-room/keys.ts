import type { Word } from "./words.ts";

/** What a key asks for. Single letters act only when no field has the focus, and can be turned off. */
export type Command =
  | "next"
  | "previous"
  | "open"
  | "back"
  | "acknowledge"
  | "note"
  | "shelve"
  | "resolve"
  | "select"
  | "select-range"
  | "group"
  | "next-new"
  | "lanes"
  | "completeness"
  | "find"
  | "mute"
  | "day-night"
  | "export"
  | "help";

const letters: Readonly<Record<string, Command>> = {
  j: "next",
  k: "previous",
  a: "acknowledge",
  n: "note",
  s: "shelve",
  r: "resolve",
  x: "select",
  g: "group",
  u: "next-new",
  l: "lanes",
  c: "completeness",
  "/": "find",
  m: "mute",
  d: "day-night",
  e: "export",
  "?": "help",
};
const always: Readonly<Record<string, Command>> = {
  ArrowDown: "next",
  ArrowUp: "previous",
  Enter: "open",
  Escape: "back",
};

/** For the footer and the list of all keys. */
export const shownKeys: readonly (readonly [keys: string, word: Word])[] = [
  ["J K", "upDown"],
  ["A", "acknowledge"],
  ["N", "note"],
  ["S", "shelve"],
  ["R", "resolve"],
  ["X", "select"],
  ["G", "openGroup"],
  ["/", "find"],
  ["M", "mute"],
  ["?", "keys"],
];
export const otherKeys: readonly (readonly [keys: string, word: Word])[] = [
  ["Enter", "open_"],
  ["Esc", "back"],
  ["U", "nextNew"],
  ["L", "lanes"],
  ["C", "completeness"],
  ["D", "dayNight"],
  ["E", "export"],
];

export function commandOf(event: KeyboardEvent, lettersOn: boolean): Command | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const target = event.target instanceof HTMLElement ? event.target : null;
  const writing = target?.closest("input, textarea, select") !== null && target !== null;
  if (writing) return null;
  const fixed = always[event.key];
  // Enter on a button is the button's.
  if (fixed === "open" && target?.closest("button, a") !== null && target !== null) return null;
  if (fixed !== undefined) return fixed;
  if (!lettersOn) return null;
  const found = letters[event.key.toLowerCase()] ?? null;
  return found === "select" && event.shiftKey ? "select-range" : found;
}
