/** What the lane machine is told (`LaneInput`) and what it asks for (`LaneEffects`, carried out by lane/). */
import type {
  BodyTemperature,
  Credential,
  Direction,
  LaneMode,
  Mask,
  PassageAlarm,
  Release,
  Verdict,
} from "../flow.ts";
import type { Instant, Millis, Monotonic } from "../units.ts";

export type LaneInput =
  /** Devices answer and the first verdict could be given: leaves boot. */
  | { readonly type: "ready" }
  /** A trouble that takes the whole lane out of service came or went. */
  | { readonly type: "service"; readonly ok: boolean }
  /** No reader works: people are sent to staff at once instead of being asked for a code in vain. */
  | { readonly type: "blind"; readonly on: boolean }
  /** Outside the rules' dates (P2): who comes is let through without being asked for anything. */
  | { readonly type: "period"; readonly open: boolean }
  | { readonly type: "maintenance"; readonly on: boolean }
  /** The configuration was changed; a wait that runs already keeps its length. */
  | { readonly type: "timings"; readonly timings: LaneTimings }
  | { readonly type: "fire" }
  /** Local reset with key or PIN. The shell sends it only with the contact at rest. */
  | { readonly type: "fire.reset" }
  /** `until` is the wall's word for the same end, for the screen alone; null where no trusted clock can tell it. */
  | { readonly type: "lockdown"; readonly lasting: Millis; readonly until: Instant | null }
  | { readonly type: "unlock" }
  | { readonly type: "presence"; readonly side: Direction; readonly present: boolean }
  /** New codes for the current turn were read and are being checked; `count` > 1 is a family page. */
  | { readonly type: "codes"; readonly turn: number; readonly count: number }
  /** Something code-like is held up and not read yet: the person is trying. */
  | { readonly type: "trying"; readonly turn: number }
  /** One checked credential; `readAt` is the capture of its code. */
  | {
      readonly type: "credential";
      readonly turn: number;
      readonly credential: Credential;
      readonly readAt: Monotonic;
    }
  /** A code that was not yet answered in this presence, after a verdict: the person tries again. */
  | { readonly type: "again"; readonly turn: number }
  /** The forehead was taken. `turn` says whose presence it belongs to. */
  | { readonly type: "temperature"; readonly turn: number; readonly body: BodyTemperature }
  | { readonly type: "mask"; readonly mask: Mask }
  | { readonly type: "assistance" }
  | {
      readonly type: "guard.release";
      readonly cause: "guard" | "escorted";
      readonly people: number;
      readonly wide: boolean;
    }
  | { readonly type: "order.release" }
  | { readonly type: "rex" }
  | { readonly type: "pulse.done" }
  | { readonly type: "pulse.failed" }
  | { readonly type: "passage"; readonly direction: Direction }
  | { readonly type: "alarm"; readonly alarm: PassageAlarm };

/** One person of a presentation: a credential waiting for its temperature, or the pair. */
export interface Person {
  readonly credential: Credential;
  readonly readAt: Monotonic;
  readonly temperature: BodyTemperature | null;
}

/** The verdict of one presentation, for everybody in it. */
export interface Decision {
  readonly turn: number;
  readonly direction: Direction;
  readonly people: readonly Person[];
  readonly verdict: Verdict;
  /** Each person's own verdict, in the order of `people`; their strictest is `verdict`. */
  readonly each: readonly Verdict[];
  readonly mask: Mask;
}

/** A release on its way, with the credentials it was granted for (empty for any other cause). */
export interface Ticket {
  readonly release: Release;
  readonly turn: number;
  readonly credentials: readonly Credential[];
}

/** Events between the regions. */
export type Inner =
  | { readonly type: "mode.changed" }
  | { readonly type: "lockdown.lapsed" }
  | { readonly type: "released"; readonly ticket: Ticket }
  | { readonly type: "no-entry"; readonly ticket: Ticket }
  | { readonly type: "counted"; readonly ticket: Ticket }
  | { readonly type: "closed" };

/** Effects by name. None may throw into the machine (ARCHITECTURE, decision 1). */
export interface LaneEffects {
  /** A new person is being served: forget codes, foreheads and sounds of the one before. */
  begin(turn: number, direction: Direction): void;
  /** The next person of a family page: measure a new forehead. */
  measureNext(turn: number): void;
  decided(decision: Decision): void;
  /**
   * Pulse the relay; answer with `pulse.done` or `pulse.failed`. The only way to the relay. `index` counts the pulses
   * of one ticket from 0: a family's release has one for each person.
   */
  release(ticket: Ticket, index: number): void;
  /** Somebody went through on this ticket; `index` counts from 0. */
  passed(ticket: Ticket, index: number): void;
  /** The window closed with `unused` passages left. */
  unused(ticket: Ticket, unused: number): void;
  /** A body went through without a release. */
  forced(direction: Direction): void;
  /** Code and forehead were torn apart and dropped. */
  torn(turn: number): void;
  /** Several passes one after another without a forehead between them: ask for one at a time. */
  oneAtATime(turn: number): void;
  /** Set the free-passage output free: a fire, or a relay that fails on the way out. */
  free(): void;
  /** A fire lasts over restarts, until a local reset. */
  latch(): void;
  mode(mode: LaneMode): void;
  /** The relay did not do as told. */
  relayFault(direction: Direction): void;
}

/** Delays by name; all from the configuration. */
export interface LaneTimings {
  /** A code and a forehead belong together for this long at most (RULES: 5 s). */
  readonly codeToTemperature: Millis;
  /** Presence without a code for this long is `no-credential`. */
  readonly noCredential: Millis;
  /** A result stays this long at most (2 s). */
  readonly result: Millis;
  /** A next-step screen stays this long at most (30 s). */
  readonly nextStep: Millis;
  /** The turnstile's own window (5 s) … */
  readonly window: Millis;
  /** … for a wheelchair or a pram … */
  readonly wideWindow: Millis;
  /** … and the slack in which a passage still belongs to the old release (1 s). */
  readonly slack: Millis;
  /** Rest between two pulses, so that the turnstile never sees combined edges (300 ms). */
  readonly interlock: Millis;
  /** Whoever stands at the exit is let out after this long without any answer (P0). */
  readonly exitWait: Millis;
}
