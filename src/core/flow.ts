/**
 * The flow, type by type, in the order in which things happen at a lane. This file is the table of contents of the
 * program: read it first, then the folder named beside each type.
 *
 *     Frame → CodeRead → Credential ┐
 *                                   ├→ Verdict → Release → Passage ─┬→ a counter (every unremarkable green ends here)
 *     Sample → BodyTemperature ─────┘                               └→ LaneEvent → outbox → MQTT → control room
 */
import type { Celsius, Instant, Millis, Monotonic } from "./units.ts";

/** Which way a person wants to go. On `exit` nobody is ever held (P0). */
export type Direction = "entry" | "exit";

/** A camera picture with the monotonic time of its capture (device/camera, device/rig). Data may lie in shared memory. */
export interface Frame {
  readonly at: Monotonic;
  readonly width: number;
  readonly height: number;
  /** `yuyv` 2 bytes a pixel, `grey` 1, `rgb` 3. */
  readonly format: "yuyv" | "grey" | "rgb";
  readonly data: Uint8Array;
}

/** Pixel position in the frame, x to the right, y down. */
export type Point = readonly [x: number, y: number];
/** Clockwise from the code's own top-left corner. */
export type Corners = readonly [Point, Point, Point, Point];
/** Colour of the dark modules: a hint for the guard, never part of a verdict or a report. */
export type ModuleColour = "green" | "yellow" | "red" | "black" | "other" | "unsure";

/** One code, read by a camera or a scan engine (read/, device/scanner). At most 2,953 bytes. */
export interface CodeRead {
  /** When the frame was captured or the line came in. */
  readonly at: Monotonic;
  readonly reader: "camera" | "scanner";
  readonly bytes: Uint8Array;
  /** The bytes as UTF-8, else as GB18030. Hostile: never to be shown, logged or executed. */
  readonly text: string;
  readonly corners: Corners | null;
  readonly colour: ModuleColour | null;
}

/** What the reader advises while something code-like is in view and nothing decodes (read/). */
export type Guidance = "closer" | "further" | "hold-still" | "tilt" | "brighter";

/** Every answer the question "what does this code prove?" can have. Closed; RULES, credential outcomes. */
export const credentialOutcomes = [
  "green",
  "red",
  "yellow",
  "no-credential",
  "not-a-pass",
  "malformed",
  "unknown",
  "expired",
  "expired-paper",
  "not-yet-valid",
  "needs-conversion",
  "pending",
  "platform-slow",
  "platform-down",
  "trust-stale",
  "no-trusted-time",
  "unverifiable",
  "bad-signature",
  "revoked",
  "replayed",
] as const;
export type CredentialOutcome = (typeof credentialOutcomes)[number];

/** What a `not-a-pass` is, so that the screen can say what to show instead. */
export type NotAPassKind = "payment" | "place" | "link" | "wifi" | "contact" | "smart-card" | "other";

/**
 * What a code claims, checked (verify/). `passId` and `subject` are opaque and live in memory only; with `green`
 * nothing of them outlives the passage (P15).
 */
export interface Credential {
  readonly outcome: CredentialOutcome;
  readonly notAPass: NotAPassKind | null;
  readonly medium: "electronic" | "paper" | null;
  /** Opaque pass id, for replay tags and to tell two codes apart. */
  readonly passId: string | null;
  /** Opaque subject reference; leaves the lane only encrypted and only for red and yellow. */
  readonly subject: string | null;
  readonly forWhom: "self" | "family" | null;
  /** Whole days a paper pass is still good for, rounded up; null for anything else. */
  readonly paperDaysLeft: number | null;
  /** Decided without asking the platform. */
  readonly offline: boolean;
  /** Hint for the guard's view when the picture's colour and the status disagree. */
  readonly colour: ModuleColour | null;
  /** A paper pass seen within the last 120 s: `attend` without a report (P-replay). */
  readonly paperAgain: boolean;
}

/** One reading of the thermometer (device/thermometer): a value with age and check result, never a bare number. */
export type Sample =
  | { readonly ok: true; readonly at: Monotonic; readonly object: Celsius; readonly ambient: Celsius }
  | { readonly ok: false; readonly at: Monotonic; readonly fault: SampleFault };
export type SampleFault = "no-answer" | "checksum" | "error-flag" | "out-of-range" | "stale";

export const temperatureClasses = ["normal", "fever", "low", "unavailable"] as const;
/** `low` and `unavailable` never count as normal. */
export type TemperatureClass = (typeof temperatureClasses)[number];

/** The estimate that the rule is applied to (core/temperature). */
export interface BodyTemperature {
  readonly class: TemperatureClass;
  /** Rounded half up to 0.1 °C; null where the class is `low` or `unavailable`. */
  readonly estimate: Celsius | null;
  /** At exactly the limit, or within the stated uncertainty of it: granted with the clinic's advice (P6). */
  readonly nearLimit: boolean;
  /** How many times was measured, 1 to 3. */
  readonly measurements: number;
  readonly at: Monotonic;
}

/** Mask as attested by a guard (P7); `unknown` has no effect. */
export type Mask = "worn" | "refused" | "unknown";

/** The lane's mode: the supervision region of the machine (core/passage). */
export type LaneMode = "normal" | "emergency" | "lockdown" | "out-of-service" | "maintenance";

export const siteKinds = [
  "compound",
  "mall",
  "hotel",
  "scenic",
  "school",
  "hospital",
  "service-hall",
  "station",
  "restaurant",
  "workplace",
  "street-shop",
  "construction",
  "office",
  "culture",
  "transport",
] as const;
/** The places of P1; the first eight admit nobody without a code. */
export type SiteKind = (typeof siteKinds)[number];

export const verdictKinds = ["grant", "deny", "attend"] as const;
export type VerdictKind = (typeof verdictKinds)[number];

/** Everything a verdict can be about, in headline order (RULES; the lane's modes stand above all). Closed. */
export const reasonCodes = [
  "lockdown",
  "out-of-service",
  "red",
  "yellow",
  "revoked",
  "bad-signature",
  "replayed",
  "expired-paper",
  "expired",
  "not-yet-valid",
  "needs-conversion",
  "unknown",
  "malformed",
  "not-a-pass",
  "no-credential",
  "no-trusted-time",
  "trust-stale",
  "platform-down",
  "platform-slow",
  "unverifiable",
  "pending",
  "paper-again",
  "fever",
  "low",
  "unavailable",
  "mask-refused",
] as const;
export type ReasonCode = (typeof reasonCodes)[number];

export type ClauseId =
  | "P0"
  | "P1"
  | "P2"
  | "P3"
  | "P4"
  | "P5"
  | "P6"
  | "P7"
  | "P8"
  | "P9"
  | "P10"
  | "P11"
  | "P12"
  | "P13"
  | "P14"
  | "P15"
  | "P16"
  | "P17"
  | "P18"
  | "P19"
  | "P20"
  | "P21"
  | "P-replay"
  | "T"
  | "clock"
  /** The lane itself: lockdown and out of service (fail-safe table). */
  | "lane";

export type ReportLevel = "none" | "yellow" | "red";

/** Why a verdict is not a plain grant, each with the clause it rests on. */
export interface Reason {
  readonly code: ReasonCode;
  readonly clause: ClauseId;
  readonly level: ReportLevel;
}

/** Things to tell the person beside the headline. */
export type Advice =
  | "clinic"
  | "reprint-soon"
  | "reprint"
  | "refresh"
  | "convert"
  | "show-health-code"
  | "get-code"
  | "wait"
  | "staff-check"
  | "fever-clinic"
  | "waiting-place"
  | "isolate-home"
  | "central-isolation"
  | "wear-mask"
  | "from-start-day";

/** The decision, a pure value (core/verdict). A deny or attend always has a reason. */
export interface Verdict {
  readonly kind: VerdictKind;
  /** In headline order; empty only for a plain grant. */
  readonly reasons: readonly Reason[];
  readonly advice: readonly Advice[];
  readonly report: VerdictReport | null;
}

/** Who gets an event. P8: both health addressees for a red or a yellow. */
export type Addressee = "subdistrict" | "epidemic-control" | "site";
export interface VerdictReport {
  readonly category: "health" | "security";
  readonly level: "yellow" | "red";
  readonly routing: readonly Addressee[];
}

/** Why the relay was allowed to open; nothing else opens it. An emergency is no pulse: it frees (ports/free-passage). */
export type ReleaseCause = "grant" | "exit" | "guard" | "escorted" | "rex" | "order";
export interface Release {
  readonly direction: Direction;
  readonly cause: ReleaseCause;
  /** Passages this release allows, 1 to 6 (family mode). */
  readonly people: number;
  /** Longer window for a wheelchair or a pram. */
  readonly wide: boolean;
}

/** What became of a release or of a body in the way (device/gpio tells, core/passage decides). */
export type Passage =
  | { readonly kind: "passage"; readonly direction: Direction; readonly at: Monotonic }
  | { readonly kind: "no-entry"; readonly at: Monotonic }
  | { readonly kind: PassageAlarm; readonly at: Monotonic };
export type PassageAlarm = "forced-passage" | "reverse-entry" | "tailgating" | "held-open";

/** How far the clock can be believed (RULES, clock). */
export type ClockTrust = "synced" | "holdover" | "unsynced";
export interface WallTime {
  readonly at: Instant;
  readonly trust: ClockTrust;
  /** Estimated error; holdover is trusted up to 10 s. */
  readonly error: Millis;
}
