/**
 * A turnstile with its two beams, its arm and its electrics, as the ones on the market behave (PERCo TTR manuals):
 * a pulse of at least 100 ms opens one direction for 5 s or one passage, both inputs at once free the way, no current
 * frees it too. People are scripts that move through it in the clock's time.
 */
import type { Direction } from "../../src/core/flow.ts";
import { type Millis, type Monotonic, millis, since } from "../../src/core/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { Listeners } from "../listeners.ts";

export interface BodySettings {
  /** The turnstile's own window after a pulse. */
  readonly window: Millis;
  readonly minimumPulse: Millis;
  /** Time of one person from the first beam to behind the last. */
  readonly stride: Millis;
}
export const defaultBody: BodySettings = { window: millis(5000), minimumPulse: millis(100), stride: millis(1200) };

/** What became of somebody's attempt. `blocked`: the arm held; `occupied`: somebody else was in the way. */
export type Attempt = "through" | "blocked" | "occupied" | "back";

/** Levels that sensors of the turnstile give. */
export interface BodyLevels {
  readonly beams: Readonly<Record<Direction, boolean>>;
  /** PASS relays: energised and closed at rest, open for a moment at each passage, open without current. */
  readonly passClosed: Readonly<Record<Direction, boolean>>;
}

const opposite = (direction: Direction): Direction => (direction === "entry" ? "exit" : "entry");

export class TurnstileBody {
  readonly #clock: Clock;
  readonly #set: BodySettings;
  readonly #changed = new Listeners<BodyLevels>();
  readonly #closedSince = new Map<Direction, Monotonic>();
  readonly #openUntil = new Map<Direction, number>();
  #beams: Record<Direction, boolean> = { entry: false, exit: false };
  #pass: Record<Direction, boolean> = { entry: true, exit: true };
  readonly #passCount: Record<Direction, number> = { entry: 0, exit: 0 };
  #alwaysFree = false;
  #held = true;
  #power = true;
  #inside = 0;

  constructor(clock: Clock, settings: Partial<BodySettings> = {}) {
    this.#clock = clock;
    this.#set = { ...defaultBody, ...settings };
  }

  levels(): BodyLevels {
    return { beams: { ...this.#beams }, passClosed: { ...this.#pass } };
  }

  onChange(listener: (levels: BodyLevels) => void): () => void {
    return this.#changed.add(listener);
  }

  /** The dry contact of one direction's unlock input. */
  unlockInput(direction: Direction, closed: boolean): void {
    if (!this.#power) return;
    const now = this.#clock.monotonic();
    if (closed) {
      // An edge on one input while the other is closed is the command "always free".
      if (this.#closedSince.has(opposite(direction))) this.#alwaysFree = true;
      if (!this.#closedSince.has(direction)) this.#closedSince.set(direction, now);
      return;
    }
    const began = this.#closedSince.get(direction);
    this.#closedSince.delete(direction);
    if (began !== undefined && since(began, now) >= this.#set.minimumPulse)
      this.#openUntil.set(direction, now + this.#set.window);
  }

  /** The free-passage input: held shut while energised, free without. */
  holdInput(energised: boolean): void {
    this.#held = energised;
  }

  /** Current of the turnstile. Without it the arm drops and both PASS relays open. */
  power(on: boolean): void {
    this.#power = on;
    this.#openUntil.clear();
    this.#closedSince.clear();
    this.#alwaysFree = false;
    this.#pass = { entry: on, exit: on };
    this.#tell();
  }

  /** Whether a person could go this way now. */
  open(direction: Direction): boolean {
    return this.free() || (this.#openUntil.get(direction) ?? Number.NEGATIVE_INFINITY) > this.#clock.monotonic();
  }

  /** Everybody can go both ways. */
  free(): boolean {
    return !this.#held || !this.#power || this.#alwaysFree;
  }

  /** Somebody in the way keeps the turnstile from closing on them; nothing else does. */
  occupied(): boolean {
    return this.#inside > 0;
  }

  /** One person walks up and pushes. */
  async push(direction: Direction): Promise<Attempt> {
    if (this.occupied()) return "occupied";
    if (!this.open(direction)) return this.#lean(direction);
    return this.#walk(direction);
  }

  /** Climbs over or breaks through, whatever the arm says. */
  async force(direction: Direction): Promise<Attempt> {
    return this.occupied() ? "occupied" : this.#walk(direction);
  }

  /** Steps into the way and back out. */
  async turnBack(direction: Direction): Promise<Attempt> {
    if (this.occupied()) return "occupied";
    if (!this.open(direction)) return this.#lean(direction);
    this.#inside += 1;
    const pause = this.#set.stride / 4;
    for (const beams of [[direction], ["entry", "exit"], [direction]] as Direction[][]) await this.#show(beams, pause);
    await this.#leave();
    return "back";
  }

  /** Two people on one opening, so close that the way is not clear between them. */
  async tailgate(direction: Direction): Promise<Attempt> {
    if (this.occupied()) return "occupied";
    if (!this.open(direction)) return this.#lean(direction);
    this.#inside += 1;
    const far = opposite(direction);
    this.#turnArm(direction);
    const pause = Math.max(300, this.#set.stride / 4);
    for (const beams of [[direction], ["entry", "exit"], [far], ["entry", "exit"], [far]] as Direction[][])
      await this.#show(beams, pause);
    await this.#leave();
    return "through";
  }

  /** Stays in the way for `duration`, then goes through. */
  async holdOpen(direction: Direction, duration: Millis): Promise<Attempt> {
    if (this.occupied()) return "occupied";
    if (!this.open(direction)) return this.#lean(direction);
    return this.#walk(direction, duration);
  }

  async #walk(direction: Direction, standing: Millis = millis(0)): Promise<Attempt> {
    this.#inside += 1;
    const pause = this.#set.stride / 3;
    await this.#show([direction], pause);
    this.#turnArm(direction);
    await this.#show(["entry", "exit"], pause + standing);
    await this.#show([opposite(direction)], pause);
    await this.#leave();
    return "through";
  }

  async #lean(direction: Direction): Promise<Attempt> {
    this.#inside += 1;
    await this.#show([direction], this.#set.stride / 2);
    await this.#leave();
    return "blocked";
  }

  /** The arm turns once: the opening is used up and the PASS relay drops for a moment. */
  #turnArm(direction: Direction): void {
    this.#openUntil.delete(direction);
    if (!this.#power) return;
    this.#pass[direction] = false;
    const mine = ++this.#passCount[direction];
    this.#tell();
    this.#clock.after(millis(400), () => {
      if (!this.#power || mine !== this.#passCount[direction]) return;
      this.#pass[direction] = true;
      this.#tell();
    });
  }

  async #show(interrupted: readonly Direction[], hold: number): Promise<void> {
    this.#beams = { entry: interrupted.includes("entry"), exit: interrupted.includes("exit") };
    this.#tell();
    await new Promise<void>((resolve) => this.#clock.after(millis(hold), resolve));
  }

  async #leave(): Promise<void> {
    this.#inside -= 1;
    this.#beams = { entry: false, exit: false };
    this.#tell();
  }

  #tell(): void {
    this.#changed.tell(this.levels());
  }
}
