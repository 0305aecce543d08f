/**
 * Keeps the screens and the sounder in step with the machine: composes the views, sends them at each change and as a
 * heartbeat, and plays each screen's sound once. Short notices belong to nobody and end with the next turn.
 */
import type { Corners, Guidance } from "../core/flow.ts";
import type { LaneContext } from "../core/passage/lane-context.ts";
import { streetFacts } from "../core/street.ts";
import { type Millis, type Monotonic, seconds, since } from "../core/units.ts";
import type { GuardView, StreetScreen, StreetView } from "../core/views.ts";
import type { Clock } from "../ports/clock.ts";
import type { Display } from "../ports/display.ts";
import type { Voice } from "../ports/voice.ts";
import { type Access, ringOf, type Surroundings, shownOf } from "./street-screen.ts";

/** How long a notice (tailgating, torn …) stays where nobody else's turn begins. */
const NOTICE: Millis = seconds(2);
/** A code in view is drawn for this long after its last frame. */
const AIM: Millis = seconds(1);

export interface Scene {
  readonly context: LaneContext;
  readonly access: Access;
  readonly around: Omit<Surroundings, "notice" | "guidance" | "slow">;
  readonly progress: number;
  readonly staffCalled: boolean;
  readonly complaint: () => string;
  readonly guard: GuardView;
}

export class Screens {
  readonly #clock: Clock;
  readonly #display: Display;
  readonly #voice: Voice;
  #oneMoment: Millis;
  #view: StreetView | null = null;
  #complaint: string | null = null;
  #notice: { readonly screen: StreetScreen; readonly until: Monotonic; readonly turn: number } | null = null;
  #guidance: { readonly guidance: Guidance; readonly turn: number } | null = null;
  #aim: { readonly corners: Corners; readonly at: Monotonic } | null = null;
  #screeningSince: Monotonic | null = null;

  constructor(clock: Clock, display: Display, voice: Voice, oneMoment: Millis) {
    this.#clock = clock;
    this.#display = display;
    this.#voice = voice;
    this.#oneMoment = oneMoment;
  }

  configure(oneMoment: Millis): void {
    this.#oneMoment = oneMoment;
  }

  get screen(): StreetScreen {
    return this.#view?.screen ?? "out-of-service";
  }

  /** Something that belongs to no verdict; shown until the next turn, two seconds at most. */
  notice(screen: StreetScreen, turn: number): void {
    this.#notice = { screen, until: (this.#clock.monotonic() + NOTICE) as Monotonic, turn };
  }

  /** What the reader sees, for the aiming frame and its advice. */
  sees(guidance: Guidance | null, aim: Corners | null, turn: number): void {
    this.#guidance = guidance === null ? null : { guidance, turn };
    if (aim !== null) this.#aim = { corners: aim, at: this.#clock.monotonic() };
  }

  /** Draws the scene; call at each change and at least once a second. */
  draw(scene: Scene): void {
    const now = this.#clock.monotonic();
    const { context, access } = scene;
    const fresh = this.#notice !== null && this.#notice.until > now && this.#notice.turn >= context.turn - 1;
    const waits = context.expected > 0 && context.people.length < context.expected;
    this.#screeningSince = access === "screening" && waits ? (this.#screeningSince ?? now) : null;
    const shown = shownOf(context, access, {
      ...scene.around,
      notice: fresh && this.#notice !== null ? this.#notice.screen : null,
      guidance: this.#guidance?.turn === context.turn ? this.#guidance.guidance : null,
      slow: this.#screeningSince !== null && since(this.#screeningSince, now) > this.#oneMoment,
    });
    const changed = this.#view?.screen !== shown.screen;
    // The number is fixed when the screen comes, so that it does not change before somebody who reads it.
    if (changed) this.#complaint = shown.complaint ? scene.complaint() : null;
    this.#view = {
      screen: shown.screen,
      turn: (this.#view?.turn ?? 0) + (changed ? 1 : 0),
      direction: context.direction,
      values: shown.values,
      complaint: this.#complaint,
      aim: this.#aim !== null && access === "presented" && since(this.#aim.at, now) < AIM ? this.#aim.corners : null,
      progress: ringOf(access, scene.progress, context.forehead),
      staffCalled: scene.staffCalled,
    };
    if (changed) this.#sound(this.#view);
    this.#display.street(this.#view);
    this.#display.guard({ ...scene.guard, street: shown.screen });
  }

  #sound({ screen, turn }: StreetView): void {
    const { tone, spoken } = streetFacts[screen];
    if (tone === null && !spoken) this.#voice.silence();
    else this.#voice.play({ tone, prompt: spoken ? screen : null, turn });
  }
}
