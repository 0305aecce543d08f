/** What the pedestrian display and the sounder make of a verdict (SCREENS). The street sees no diagnosis. */
import type { Direction, LaneMode, NotAPassKind, Verdict } from "../flow.ts";
import { type StreetTone, streetFacts } from "../street.ts";
import type { StreetScreen } from "../views.ts";
import { reasonFacts } from "./reasons.ts";
import type { Period } from "./site-rules.ts";

export interface StreetAnswer {
  readonly screen: StreetScreen;
  readonly tone: StreetTone | null;
  /** The guard is called. Everything the street can't tell apart calls alike. */
  readonly call: boolean;
  /** The footer shows 12345, the technical phone and a complaint number (P18). */
  readonly complaint: boolean;
}

export interface StreetContext {
  readonly direction: Direction;
  readonly mode: LaneMode;
  readonly period: Period;
  /** Kind of a `not-a-pass`, so that the screen says what to put away. */
  readonly notAPass: NotAPassKind | null;
  /** People whom one release lets through, 1 to 6. */
  readonly people: number;
}

/** The screen, tone and call for a verdict. On exit the street always sees the open way; the guard sees the reason. */
export function streetOf(verdict: Verdict, context: StreetContext): StreetAnswer {
  if (context.mode === "emergency") return quiet("free-exit");
  const [headline] = verdict.reasons;
  if (context.direction === "exit") return { ...quiet("go-exit"), call: verdict.kind === "attend" };
  if (headline === undefined) return granted(verdict, context);
  const facts = reasonFacts[headline.code];
  const screen = headline.code === "not-a-pass" ? notAPassScreen(context.notAPass) : facts.street;
  const neutral = screen === "see-staff";
  return { screen, tone: streetFacts[screen].tone, call: neutral || verdict.kind === "attend", complaint: true };
}

const quiet = (screen: StreetScreen): StreetAnswer => ({
  screen,
  tone: streetFacts[screen].tone,
  call: false,
  complaint: false,
});

function granted(verdict: Verdict, context: StreetContext): StreetAnswer {
  if (context.period === "before") return quiet("before-start");
  if (context.period === "after") return quiet("after-end");
  if (context.people > 1) return quiet("go-family");
  if (verdict.advice.includes("clinic")) return quiet("go-advice");
  if (verdict.advice.includes("reprint-soon")) return quiet("go-paper");
  return quiet("go");
}

function notAPassScreen(kind: NotAPassKind | null): StreetScreen {
  if (kind === "payment") return "not-a-pass-payment";
  return kind === "place" ? "not-a-pass-place" : "not-a-pass-other";
}
