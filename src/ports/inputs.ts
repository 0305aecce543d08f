import type { Direction, PassageAlarm } from "../core/flow.ts";
import type { Monotonic } from "../core/units.ts";

/** Contacts at the lane, already debounced, with loops supervised and polarity resolved: `active` means what the name says. */
export const inputLines = [
  "fire",
  "tamper",
  "rex",
  "presence-entry",
  "presence-exit",
  "button-manual-check",
  "button-mask-refused",
  "button-assistance",
  "mains-lost",
] as const;
export type InputLine = (typeof inputLines)[number];

export type InputEvent =
  | { readonly kind: "line"; readonly line: InputLine; readonly active: boolean; readonly at: Monotonic }
  /** A body went all the way through (debounced quadrature of the two beams, or the turnstile's PASS pulse). */
  | { readonly kind: "passage"; readonly direction: Direction; readonly at: Monotonic }
  /** Somebody stepped into the way and turned back. */
  | { readonly kind: "turn-back"; readonly direction: Direction; readonly at: Monotonic }
  | { readonly kind: "alarm"; readonly alarm: PassageAlarm; readonly at: Monotonic }
  | { readonly kind: "health"; readonly health: "ok" | "fault"; readonly what: string; readonly at: Monotonic };

export interface Inputs {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Level of a line now; the fire line is readable before `start()`. */
  active(line: InputLine): boolean;
  onEvent(listener: (event: InputEvent) => void): () => void;
}

/** The emergency latch on disk: written before anything acts on it, read before any output is set. */
export interface EmergencyLatch {
  latched(): boolean;
  latch(): void;
  /** Only after a local reset with the contact at rest. */
  clear(): void;
}
