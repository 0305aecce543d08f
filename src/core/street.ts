/**
 * What sounds with each street screen and what its footer carries (SCREENS, state → screen). Words are in
 * config/locales, pictures in ui/display; these facts are here because the lane needs them too.
 */
import type { StreetScreen } from "./views.ts";

/** Tones differ by rhythm, not only by pitch (SCREENS, sounds). */
export type StreetTone = "step" | "go" | "staff" | "next" | "wait" | "rest" | "free";

export interface StreetFacts {
  readonly tone: StreetTone | null;
  /** Whether the headline is also spoken; a screen that merely waits for somebody says nothing. */
  readonly spoken: boolean;
  /** `complaint`: 12345, technical phone and complaint number (P18); the rest of the footers have no number. */
  readonly footer: "help" | "complaint" | "rest" | "free";
}

const guide = (tone: StreetTone | null, spoken = false): StreetFacts => ({ tone, spoken, footer: "help" });
const next = (tone: StreetTone): StreetFacts => ({ tone, spoken: true, footer: "complaint" });
const staff: StreetFacts = { tone: "staff", spoken: true, footer: "complaint" };
const rest: StreetFacts = { tone: "rest", spoken: true, footer: "rest" };

export const streetFacts: Readonly<Record<StreetScreen, StreetFacts>> = {
  "idle-entry": guide(null),
  "idle-exit": guide(null),
  "before-start": guide("go"),
  "after-end": guide(null),
  closer: guide(null, true),
  further: guide(null, true),
  "hold-still": guide(null, true),
  tilt: guide(null, true),
  brighter: guide(null, true),
  "one-at-a-time": guide("step", true),
  forehead: guide("step", true),
  again: guide(null, true),
  wait: guide("wait", true),
  go: guide("go", true),
  "go-advice": guide("go", true),
  "go-paper": guide("go", true),
  "go-release": guide("go", true),
  "go-family": guide("go", true),
  "go-exit": guide("go", true),
  assistance: guide("go", true),
  "show-again": next("next"),
  "see-staff": staff,
  "see-staff-call": staff,
  "no-credential": next("next"),
  "not-a-pass-payment": next("next"),
  "not-a-pass-place": next("next"),
  "not-a-pass-other": next("next"),
  malformed: next("next"),
  unknown: next("next"),
  expired: next("next"),
  "expired-paper": next("next"),
  "not-yet-valid": next("next"),
  "needs-conversion": next("next"),
  pending: next("wait"),
  "platform-slow": next("wait"),
  "platform-down": next("wait"),
  "check-by-hand": next("wait"),
  "check-paper": next("wait"),
  mask: next("next"),
  torn: guide("next", true),
  tailgating: guide("next", true),
  reverse: guide("next", true),
  lockdown: rest,
  "free-exit": { tone: "free", spoken: true, footer: "free" },
  "out-of-service": rest,
  "device-out": next("wait"),
  "power-going": { tone: null, spoken: false, footer: "rest" },
};
