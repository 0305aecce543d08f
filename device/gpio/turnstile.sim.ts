/**
 * The turnstile and the lane's contacts behind their ports, in simulated time. `body` is the machine with its people;
 * the rest is what the cabling tells. Every contact can be worked by hand, the fire loop can be opened or cut, and the
 * release relay can be broken.
 */
import type { Direction } from "../../src/core/flow.ts";
import { millis } from "../../src/core/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { FreePassage } from "../../src/ports/free-passage.ts";
import type { InputEvent, InputLine, Inputs } from "../../src/ports/inputs.ts";
import { ReleaseError, type ReleasePort } from "../../src/ports/release.ts";
import { Listeners } from "../listeners.ts";
import { PulseGuard, type PulseSettings } from "./pulse-guard.ts";
import { type BodySettings, TurnstileBody } from "./turnstile-body.sim.ts";
import { Way, type WaySettings } from "./way.ts";

/** `closed` is the loop at rest. Open (alarm) and cut (fault) are the same to a lane: free. */
export type FireLoop = "closed" | "open" | "cut";
/** `welded` keeps the relay closed after a pulse, `dead` never closes it; both differ from what is read back. */
export type RelayFault = "welded" | "dead";
export interface TurnstileSimOptions {
  readonly body?: Partial<BodySettings>;
  readonly way?: WaySettings;
  readonly pulse?: PulseSettings;
}

export class TurnstileSim implements ReleasePort, Inputs, FreePassage {
  readonly body: TurnstileBody;
  readonly #clock: Clock;
  readonly #way: Way;
  readonly #guard: PulseGuard;
  readonly #events = new Listeners<InputEvent>();
  readonly #lines = new Set<InputLine>();
  readonly #pulses: { readonly direction: Direction; readonly at: number }[] = [];
  #relayFault: RelayFault | null = null;
  #health: "ok" | "fault" = "ok";
  #running = false;
  #freed = false;
  #stopBody: (() => void) | null = null;
  #cancelDue: (() => void) | null = null;

  constructor(clock: Clock, options: TurnstileSimOptions = {}) {
    this.#clock = clock;
    this.body = new TurnstileBody(clock, options.body);
    this.#way = new Way(options.way);
    this.#guard = new PulseGuard(options.pulse);
  }

  async start(): Promise<void> {
    this.#running = true;
    this.#stopBody ??= this.body.onChange(({ beams }) => {
      const at = this.#clock.monotonic();
      this.#tellWay([...this.#way.level("entry", beams.entry, at), ...this.#way.level("exit", beams.exit, at)]);
    });
    for (const line of this.#lines) this.#tell({ kind: "line", line, active: true, at: this.#clock.monotonic() });
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#stopBody?.();
    this.#stopBody = null;
    this.#cancelDue?.();
    this.#cancelDue = null;
  }

  active(line: InputLine): boolean {
    return this.#lines.has(line);
  }

  onEvent(listener: (event: InputEvent) => void): () => void {
    return this.#events.add(listener);
  }

  async pulse(direction: Direction): Promise<void> {
    this.#guard.begin(direction, this.#clock.monotonic());
    if (this.#relayFault === "dead") {
      this.#guard.end(this.#clock.monotonic());
      throw new ReleaseError("fault", "the release output did not follow; check relay and wiring of that direction");
    }
    this.#pulses.push({ direction, at: this.#clock.monotonic() });
    this.#way.pulsed(direction, this.#clock.monotonic());
    this.body.unlockInput(direction, true);
    await new Promise<void>((resolve) => this.#clock.after(this.#guard.length, resolve));
    if (this.#relayFault !== "welded") this.body.unlockInput(direction, false);
    this.#guard.end(this.#clock.monotonic());
    if (this.#relayFault === "welded")
      throw new ReleaseError("fault", "the release output did not return to rest; take the relay out of service");
  }

  free(): void {
    this.#freed = true;
    this.#way.freed();
    this.body.holdInput(false);
  }

  /** Whether `free()` was called. */
  freed(): boolean {
    return this.#freed;
  }

  /** Release pulses given so far. */
  pulses(): readonly { readonly direction: Direction; readonly at: number }[] {
    return this.#pulses;
  }

  /** Works a contact: a button, a presence sensor, the housing switch, the mains relay. */
  set(line: InputLine, active: boolean): void {
    if (this.active(line) === active) return;
    if (active) this.#lines.add(line);
    else this.#lines.delete(line);
    this.#tell({ kind: "line", line, active, at: this.#clock.monotonic() });
  }

  /** Presses and lets go after 200 ms. */
  press(line: InputLine): void {
    this.set(line, true);
    this.#clock.after(millis(200), () => this.set(line, false));
  }

  fireLoop(state: FireLoop): void {
    this.set("fire", state !== "closed");
  }

  breakRelay(fault: RelayFault | null): void {
    this.#relayFault = fault;
  }

  /** A fault of the inputs themselves, such as a chip that vanished, and its mending. */
  breakInputs(fault: boolean): void {
    const health = fault ? "fault" : "ok";
    if (health === this.#health) return;
    this.#health = health;
    this.#tell({ kind: "health", health, what: "inputs", at: this.#clock.monotonic() });
  }

  #tellWay(events: readonly InputEvent[]): void {
    for (const event of events) this.#tell(event);
    this.#cancelDue?.();
    const due = this.#way.due();
    this.#cancelDue =
      due === null
        ? null
        : this.#clock.after(millis(Math.max(0, due - this.#clock.monotonic())), () =>
            this.#tellWay(this.#way.tick(this.#clock.monotonic())),
          );
  }

  #tell(event: InputEvent): void {
    if (this.#running) this.#events.tell(event);
  }
}
