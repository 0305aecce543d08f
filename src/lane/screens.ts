/**
 * Keeps the screens and the sounder in step with the machine: composes the views, sends them at each change and as a
 * heartbeat, and plays each screen's sound once. Short notices belong to nobody and end with the next turn.
 */
import type { Corners, Guidance } from "../core/flow.ts";
import { type Hours, within } from "../core/hours.ts";
import { type LaneContext, modeOf } from "../core/passage/lane-context.ts";
import { streetFacts } from "../core/street.ts";
import { after, type Millis, type Monotonic, seconds, since } from "../core/units.ts";
import { trusted } from "../core/verdict/period.ts";
import type { GuardView, StreetScreen, StreetView } from "../core/views.ts";
import type { Clock } from "../ports/clock.ts";
import type { Display } from "../ports/display.ts";
import type { Voice } from "../ports/voice.ts";
import { type Access, ringOf, type Surroundings, shownOf } from "./street-screen.ts";

/** A code in view is drawn for this long after its last frame. */
const AIM: Millis = seconds(1);
/** The free exit sounds until it ends (SCREENS, sounds). */
const FREE_AGAIN: Millis = seconds(4);

export interface Scene {
  readonly context: LaneContext;
  readonly access: Access;
  readonly around: Omit<Surroundings, "notice" | "guidance" | "slow">;
  readonly progress: number;
  readonly staffCalled: boolean;
  readonly complaint: () => string;
  /** What the machine does not know of the guard's view. */
  readonly guard: Omit<GuardView, "mode" | "until" | "street" | "maskRefused">;
}

export interface ScreenTimings {
  /** "One moment" when a check takes longer. */
  readonly oneMoment: Millis;
  /** A result, and a notice (tailgating, torn …) where nobody else's turn begins. */
  readonly result: Millis;
  /** Rush hours of the site: a grant is the tone alone (SCREENS, voice). */
  readonly rush: readonly Hours[];
}

export class Screens {
  readonly #clock: Clock;
  readonly #display: Display;
  readonly #voice: Voice;
  #timings: ScreenTimings;
  #view: StreetView | null = null;
  #complaint: string | null = null;
  #notice: { readonly screen: StreetScreen; readonly until: Monotonic; readonly turn: number } | null = null;
  #guidance: { readonly guidance: Guidance; readonly turn: number } | null = null;
  #aim: { readonly corners: Corners; readonly at: Monotonic } | null = null;
  #screeningSince: Monotonic | null = null;
  /** When a tone that lasts as long as its screen was played; null for every other. */
  #soundedAt: Monotonic | null = null;

  constructor(clock: Clock, display: Display, voice: Voice, timings: ScreenTimings) {
    this.#clock = clock;
    this.#display = display;
    this.#voice = voice;
    this.#timings = timings;
  }

  configure(timings: ScreenTimings): void {
    this.#timings = timings;
  }

  get screen(): StreetScreen {
    return this.#view?.screen ?? "out-of-service";
  }

  /** Something that belongs to no verdict; shown until the next turn, at most as long as a result. */
  notice(screen: StreetScreen, turn: number): void {
    this.#notice = { screen, until: after(this.#clock.monotonic(), this.#timings.result), turn };
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
      slow: this.#screeningSince !== null && since(this.#screeningSince, now) > this.#timings.oneMoment,
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
    else if (this.#soundedAt !== null && since(this.#soundedAt, now) >= FREE_AGAIN) this.#soundAgain(this.#view);
    this.#display.street(this.#view);
    this.#display.guard({
      ...scene.guard,
      mode: modeOf(context),
      until: context.lockdownUntil,
      street: shown.screen,
      maskRefused: context.mask === "refused",
    });
  }

  #sound({ screen, turn }: StreetView): void {
    const { tone, spoken } = streetFacts[screen];
    const says = spoken && !(tone === "go" && this.#rush());
    if (tone === null && !says) this.#voice.silence();
    else this.#voice.play({ tone, prompt: says ? screen : null, turn });
    this.#soundedAt = tone === "free" ? this.#clock.monotonic() : null;
  }

  #rush(): boolean {
    const wall = this.#clock.wall();
    return trusted(wall) && this.#timings.rush.some((hours) => within(hours, wall.at));
  }

  #soundAgain({ screen, turn }: StreetView): void {
    this.#voice.play({ tone: streetFacts[screen].tone, prompt: null, turn });
    this.#soundedAt = this.#clock.monotonic();
  }
}
