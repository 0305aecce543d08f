/**
 * What the screens are told: closed view models, made by the lane and drawn by the pages (ui/). A street view carries
 * no diagnosis and nothing that identifies a person; the guard's view carries the reason.
 */
import type { Corners, Direction, ModuleColour, ReasonCode, TemperatureClass } from "./flow.ts";
import type { Instant, Monotonic } from "./units.ts";

/** Every picture the pedestrian display can show. Words, symbol and tone of each are in config/locales (SCREENS). */
export const streetScreens = [
  "idle-entry",
  "idle-exit",
  "before-start",
  "after-end",
  "closer",
  "further",
  "hold-still",
  "tilt",
  "brighter",
  "one-at-a-time",
  "forehead",
  "again",
  "wait",
  "go",
  "go-advice",
  "go-paper",
  "go-release",
  "go-family",
  "go-exit",
  "assistance",
  "show-again",
  "see-staff",
  "see-staff-call",
  "no-credential",
  "not-a-pass-payment",
  "not-a-pass-place",
  "not-a-pass-other",
  "malformed",
  "unknown",
  "expired",
  "expired-paper",
  "not-yet-valid",
  "needs-conversion",
  "pending",
  "platform-slow",
  "platform-down",
  "check-by-hand",
  "check-paper",
  "mask",
  "torn",
  "tailgating",
  "reverse",
  "lockdown",
  "free-exit",
  "out-of-service",
  "device-out",
  "power-going",
] as const;
export type StreetScreen = (typeof streetScreens)[number];

export interface StreetView {
  readonly screen: StreetScreen;
  /** Counts up with each view, so that a late sound or picture can be told from a current one. */
  readonly turn: number;
  readonly direction: Direction;
  /** Values for the placeholders of the text: whole numbers or texts from the configuration, never from a code. */
  readonly values: Readonly<Record<string, string | number>>;
  /** Complaint number (P18) where the screen's footer shows one. */
  readonly complaint: string | null;
  /** A code in view, as fractions of the picture's width and height, for the aiming frame. */
  readonly aim: Corners | null;
  /** 0 … 1 while the temperature is being taken. */
  readonly progress: number | null;
  /** A guard has been called for an earlier person while this screen serves the next one. */
  readonly staffCalled: boolean;
}

/** One person who waits for the guard. */
export interface AttendedPerson {
  readonly id: number;
  readonly since: Monotonic;
  /** In headline order, at least one. */
  readonly reasons: readonly ReasonCode[];
  readonly temperature: { readonly class: TemperatureClass; readonly estimate: number | null } | null;
  /** Hint when the picture's colour and the status disagree. */
  readonly colourHint: ModuleColour | null;
  readonly complaint: string;
  /** Whether something was reported, and how far it got. */
  readonly report: "none" | "storing" | "stored" | "received" | "failed";
  /** How often the guard was called: 1 at once, 2 at 20 s, 3 when the control room was told at 60 s. */
  readonly calls: 1 | 2 | 3;
  /** When the guard will be called again, or the control room told; absent or null where no call follows. */
  readonly nextCall?: Monotonic | null;
  /** How often the same person tried within ten minutes; absent counts as once. */
  readonly tries?: number;
  /** When the centre's receipt came; absent or null before it. */
  readonly receivedAt?: Instant | null;
  /** What a guard may do for these reasons (RULES, who may release). */
  readonly may: { readonly manualCheck: boolean; readonly escortedRelease: boolean };
}

/** Keys of the quarter-hour counts that the guard's footer shows. */
export const guardCounts = ["granted", "manual-check", "turned-away"] as const;

export interface GuardView {
  readonly mode: "normal" | "emergency" | "lockdown" | "out-of-service" | "maintenance";
  /** When a lockdown ends by itself; absent or null where none is on or nobody knows. */
  readonly until?: Instant | null;
  readonly signedIn: string | null;
  readonly attended: readonly AttendedPerson[];
  readonly street: StreetView["screen"];
  readonly maskRefused: boolean;
  /** Persons in the current quarter-hour by `guardCounts`; cells of 1–4 are shown as "1–4". */
  readonly counts: Readonly<Record<string, number>>;
  /** Persons granted in the quarter-hours before, oldest first; only the last ten are shown. */
  readonly quarters?: readonly { readonly from: Instant; readonly granted: number }[];
  /** Codes of the troubles that a guard should know of. */
  readonly troubles: readonly string[];
}

/** What a guard can ask for, by a hardware button or on the tablet. */
export type GuardAction =
  | { readonly kind: "manual-check"; readonly person: number | null }
  | { readonly kind: "escorted-release"; readonly person: number; readonly reason: string }
  | { readonly kind: "mask-refused"; readonly refused: boolean }
  | { readonly kind: "call-help" }
  | { readonly kind: "assistance" }
  | { readonly kind: "family"; readonly people: number }
  | { readonly kind: "dismiss"; readonly person: number }
  | { readonly kind: "end-lockdown" }
  | { readonly kind: "reset-emergency" };
export type GuardAnswer = { readonly ok: true } | { readonly ok: false; readonly why: string };
