/** What the technician's panel is told: plain values, made by service and web, drawn by the page. Nothing about a person. */
import type { Instant } from "./units.ts";

/** One looked-at thing: a check of the doctor or a step of a self-test. */
export interface CheckResult {
  /** "camera.device": stable, for scripts. */
  readonly id: string;
  readonly status: "ok" | "warn" | "fail" | "skipped";
  /** Stable code of what is wrong, null where nothing is. */
  readonly code: string | null;
  readonly zh: string;
  readonly en: string;
  /** What was found, in figures where there are any. */
  readonly measured: string;
  readonly expected: string;
  /** What to do, null where nothing is to do. */
  readonly fix: string | null;
}

/** Files of keys that a technician brings: the district's, then the site's own. */
export const keyFileKinds = [
  "ca",
  "certificate",
  "key",
  "district-key",
  "order-keys",
  "roots",
  "day-keys",
  "site-key",
  "web-certificate",
  "web-key",
] as const;
export type KeyFileKind = (typeof keyFileKinds)[number];

/** One key or certificate of such a file, as it is shown before the file is taken. Nothing secret is in it. */
export interface KeyFileItem {
  /** The certificate's CN, the key's own name, or nothing. */
  readonly name: string;
  /** "ec prime256v1", "rsa 2048", "secret 256". */
  readonly type: string;
  /** What an order's key may sign; null for every other. */
  readonly role: string | null;
  /** Last day, as 2027-05-01; null where the file says none. */
  readonly until: string | null;
  /** First 16 hex digits of SHA-256, to compare by telephone. */
  readonly fingerprint: string;
}

/** One field that differs between two configurations. */
export interface Change {
  readonly path: string;
  readonly zh: string;
  readonly en: string;
  readonly about: string;
  readonly aboutZh: string;
  /** As the file writes it; nothing is null. */
  readonly from: unknown;
  readonly to: unknown;
  readonly restart: boolean;
}

export interface Version {
  readonly version: number;
  readonly at: Instant;
  /** Staff id, "control-room", "serial", "cli" or "provisioning". */
  readonly by: string;
  readonly summary: string;
  readonly state: "current" | "earlier" | "returned";
}

/** One field of the form, made from the schema. */
export interface FormField {
  readonly path: string;
  readonly zh: string;
  readonly en: string;
  readonly aboutZh: string;
  readonly about: string;
  readonly control: "choice" | "yes-no" | "quantity" | "whole" | "text" | "words" | "json";
  readonly choices: readonly string[];
  readonly from: string | null;
  readonly to: string | null;
  readonly optional: boolean;
  readonly restart: boolean;
  readonly clause: string | null;
  readonly fallback: unknown;
  readonly value: unknown;
}

/** One row of the health page, from the registry of troubles. */
export interface TroubleRow {
  readonly code: string;
  readonly severity: "fault" | "warning";
  readonly zh: string;
  readonly en: string;
  readonly fixZh: string;
  readonly fixEn: string;
  readonly since: Instant | null;
  /** Code of the trouble that this one follows from. */
  readonly causedBy: string | null;
}

export const wizardSteps = [
  "network",
  "broker",
  "site",
  "camera",
  "thermometer",
  "turnstile",
  "sound",
  "alert",
] as const;
export type WizardStep = (typeof wizardSteps)[number];
export type StepState = "open" | "done" | "skipped";

/** How far an installation has come. */
export interface WizardState {
  readonly at: WizardStep;
  readonly steps: Readonly<Record<WizardStep, StepState>>;
  readonly changed: Instant | null;
}

/** The stream of readings. Corners are fractions of the picture; of a code nothing but its length. */
export interface PanelReadings {
  readonly kind: "readings";
  readonly mode: string;
  readonly link: { readonly broker: string; readonly centre: string; readonly backlog: number };
  readonly troubles: number;
  readonly camera: null | {
    readonly framesPerSecond: number;
    readonly code: null | {
      readonly corners: readonly (readonly [number, number])[];
      readonly bytes: number;
      readonly rung: string | null;
      readonly ms: number;
    };
    readonly decodeMs: { readonly p50: number; readonly p95: number };
    readonly tooOld: number;
    readonly found: number;
  };
  /** Samples since the last message, oldest first; ages in ms. */
  readonly samples: readonly {
    readonly agoMs: number;
    readonly object: number | null;
    readonly ambient: number | null;
    readonly fault: string | null;
  }[];
  readonly lines: Readonly<Record<string, boolean>>;
  /** Passages, turn-backs and alarms since the last message. */
  readonly events: readonly string[];
}

/** The first thing that the page asks for. */
export interface PanelState {
  /** Nobody has set a technician's code yet. */
  readonly isNew: boolean;
  readonly tag: {
    readonly number: string;
    readonly arrow: "left" | "right" | "up";
    readonly name: { readonly zh: string; readonly en: string } | null;
    readonly site: { readonly zh: string; readonly en: string };
    readonly program: string;
  };
  readonly session: { readonly kind: "one-time" | "code"; readonly by: string; readonly token: string } | null;
  readonly mode?: string;
  readonly wizard?: WizardState;
  readonly troubles?: number;
}
