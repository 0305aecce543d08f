/**
 * The turnstile and the contacts of a lane on real GPIO lines: what a level means is decided here and nowhere else.
 *
 * Opened in two steps. `open` takes the fire contact first, so that `active("fire")` is true to the world before any
 * output is set; `holdShut` then takes the outputs at their rest levels and holds the free-passage output, unless the
 * way is to stay free. A fire before `start` frees the way at once, without a lane, and is told at `start` even where its
 * contact has closed again. A line that cannot be read counts as fire where it is the fire contact, and as a fault otherwise.
 */
import type { Direction } from "../../src/core/flow.ts";
import { type Millis, millis } from "../../src/core/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { FreePassage } from "../../src/ports/free-passage.ts";
import type { InputEvent, InputLine, Inputs } from "../../src/ports/inputs.ts";
import { ReleaseError, type ReleasePort } from "../../src/ports/release.ts";
import { Listeners } from "../listeners.ts";
import { Debounced } from "./debounce.ts";
import { GpioError, type LineInput, type LineOutput, type Lines } from "./lines.ts";
import { PassContacts } from "./pass-contacts.ts";
import { PulseGuard } from "./pulse-guard.ts";
import { defaultWay, Way } from "./way.ts";

/** A line of the chip and whether low is the level that means its name. */
export interface Wire {
  readonly line: number;
  readonly activeLow: boolean;
}

export interface TurnstileWiring {
  readonly pulse: Millis;
  readonly interlock: Millis;
  readonly debounce: Millis;
  readonly heldOpenAfter: Millis;
  /** What `beamA` and `beamB` are: light beams, or the turnstile's PASS contacts (active = open). */
  readonly passage: "beams" | "pass-contacts";
  readonly releaseEntry: Wire | null;
  readonly releaseExit: Wire | null;
  /** Active = energised = held shut. */
  readonly freePassage: Wire | null;
  readonly beamA: Wire | null;
  readonly beamB: Wire | null;
  /** Active = loop open or cut. */
  readonly fire: Wire | null;
  /** The far end of a supervised fire loop; active counts as fire too. */
  readonly fireLoop: Wire | null;
  readonly contacts: Readonly<Partial<Record<Exclude<InputLine, "fire">, Wire | null>>>;
}

/** How often the free-passage output is driven again: a helper that died is replaced, a bit that flipped put right. */
const KEEP_ALIVE = millis(1000);

interface Sensed {
  readonly wire: Wire;
  readonly input: LineInput;
  readonly level: Debounced;
}
type Name = InputLine | "fire-loop" | "beam-entry" | "beam-exit";

export class GpioTurnstile implements Inputs, ReleasePort, FreePassage {
  readonly #clock: Clock;
  readonly #lines: Lines;
  readonly #wiring: TurnstileWiring;
  readonly #guard: PulseGuard;
  readonly #way: Way;
  readonly #passes = new PassContacts();
  readonly #events = new Listeners<InputEvent>();
  readonly #sensed = new Map<Name, Sensed>();
  readonly #releases = new Map<Direction, { readonly output: LineOutput; readonly wire: Wire }>();
  #holder: { readonly output: LineOutput; readonly wire: Wire } | null = null;
  #freed = false;
  #burnedBefore = false;
  readonly #faults = new Set<"inputs" | "outputs">();
  #running = false;
  #cancels: (() => void)[] = [];
  #cancelDue: (() => void) | null = null;

  constructor(clock: Clock, lines: Lines, wiring: TurnstileWiring) {
    this.#clock = clock;
    this.#lines = lines;
    this.#wiring = wiring;
    this.#guard = new PulseGuard({ length: wiring.pulse, interlock: wiring.interlock });
    this.#way = new Way({ ...defaultWay, debounce: wiring.debounce, heldOpen: wiring.heldOpenAfter });
  }

  /** Takes the fire contact. @throws GpioError */
  async open(): Promise<void> {
    const { fire, fireLoop } = this.#wiring;
    if (fire !== null) await this.#sense("fire", fire);
    if (fireLoop !== null) await this.#sense("fire-loop", fireLoop);
  }

  /**
   * Takes the outputs at rest: no release, and the way held shut unless `free` (the emergency latch was found set) or
   * the fire contact is active. @throws GpioError `GL-2302`, `GL-2305`.
   */
  async holdShut(free: boolean): Promise<void> {
    for (const [direction, wire] of [
      ["entry", this.#wiring.releaseEntry],
      ["exit", this.#wiring.releaseExit],
    ] as const) {
      if (wire === null) continue;
      this.#releases.set(direction, { output: await this.#lines.output(wire.line, wire.activeLow), wire });
    }
    const wire = this.#wiring.freePassage;
    if (wire !== null) this.#holder = { output: await this.#lines.output(wire.line, wire.activeLow), wire };
    if (free || this.active("fire")) this.free();
    else await this.#hold();
  }

  /**
   * Takes the other lines and begins to tell. One that can't be taken silences none of the others, the fire contact
   * above all; without any contact that tells of the exit the way is free (P0). @throws GpioError of the first of them.
   */
  async start(): Promise<void> {
    const { contacts, beamA, beamB } = this.#wiring;
    const wires = Object.entries({ ...contacts, "beam-entry": beamA, "beam-exit": beamB });
    // All at once: a backend may take them in one go.
    const taken = await Promise.allSettled(
      wires.map(([name, wire]) => (wire === null || wire === undefined ? null : this.#sense(name as Name, wire))),
    );
    const exits = (["presence-exit", "rex"] as const).filter((name) => contacts[name] != null);
    if (exits.length > 0 && !exits.some((name) => this.#sensed.has(name))) this.free();
    this.#running = true;
    this.#cancels = [
      this.#clock.every(this.#lines.resync, () => this.#resync()),
      this.#clock.every(KEEP_ALIVE, () => void this.#keepAlive()),
    ];
    for (const [name, sensed] of this.#sensed) if (sensed.level.value && isLine(name)) this.#tellLine(name, true);
    if (this.#burnedBefore && !this.active("fire")) for (const active of [true, false]) this.#tellLine("fire", active);
    const failed = taken.find((each) => each.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  async stop(): Promise<void> {
    this.#running = false;
    for (const cancel of this.#cancels) cancel();
    this.#cancels = [];
    this.#cancelDue?.();
    this.#cancelDue = null;
    for (const { input } of this.#sensed.values()) input.close();
    // A process that ends takes its timers along: a pulse under way would stay on the relay.
    for (const { output, wire } of this.#releases.values()) await output.drive(wire.activeLow).catch(() => {});
    await this.#lines.close();
  }

  active(line: InputLine): boolean {
    if (line === "fire") return this.#activeNow("fire") || this.#activeNow("fire-loop");
    return this.#sensed.get(line)?.level.value ?? false;
  }

  onEvent(listener: (event: InputEvent) => void): () => void {
    return this.#events.add(listener);
  }

  async pulse(direction: Direction): Promise<void> {
    const release = this.#releases.get(direction);
    if (release === undefined) throw new ReleaseError("fault", `GL-2302: no release output is wired for ${direction}`);
    this.#guard.begin(direction, this.#clock.monotonic());
    this.#way.pulsed(direction, this.#clock.monotonic());
    try {
      await release.output.pulse(this.#guard.length);
    } catch (error) {
      throw new ReleaseError("fault", error instanceof GpioError ? error.message : "GL-2302: the output failed");
    } finally {
      this.#guard.end(this.#clock.monotonic());
    }
  }

  free(): void {
    this.#freed = true;
    this.#way.freed();
    void this.#letGo().catch(() => this.#fares("outputs", false));
  }

  async #letGo(): Promise<void> {
    if (this.#holder !== null) await this.#holder.output.drive(this.#holder.wire.activeLow);
  }

  async #hold(): Promise<void> {
    if (this.#holder !== null) await this.#holder.output.drive(!this.#holder.wire.activeLow);
  }

  async #keepAlive(): Promise<void> {
    try {
      // Freed again each time too: nothing that happens to the line may shut the way.
      if (this.#freed) await this.#letGo();
      else await this.#hold();
      if (this.#freed) await this.#letGo();
      this.#fares("outputs", true);
    } catch {
      this.#fares("outputs", false);
    }
  }

  async #sense(name: Name, wire: Wire): Promise<void> {
    if (this.#sensed.has(name)) return;
    const at = this.#clock.monotonic();
    const input = await this.#lines.input(wire.line, (high) => this.#feed(name, high !== wire.activeLow));
    const level = new Debounced(this.#wiring.debounce, input.read() !== wire.activeLow, at);
    this.#sensed.set(name, { wire, input, level });
    if (this.#isBeam(name) && level.value) this.#feed(name, true);
  }

  /** The fire contact is asked itself, not its memory; not being able to ask is fire. */
  #activeNow(name: "fire" | "fire-loop"): boolean {
    const sensed = this.#sensed.get(name);
    if (sensed === undefined) return name === "fire" && this.#wiring.fire !== null;
    try {
      return sensed.input.read() !== sensed.wire.activeLow;
    } catch {
      return true;
    }
  }

  #feed(name: Name, active: boolean): void {
    const at = this.#clock.monotonic();
    if (this.#isBeam(name) && this.#wiring.passage === "beams") {
      this.#tell(this.#way.level(name === "beam-entry" ? "entry" : "exit", active, at));
    } else {
      this.#sensed.get(name)?.level.feed(active, at);
    }
    this.#settle();
  }

  #isBeam(name: Name): name is "beam-entry" | "beam-exit" {
    return name === "beam-entry" || name === "beam-exit";
  }

  /** Takes over what has become stable, and comes back when the next thing is due. */
  #settle(): void {
    const now = this.#clock.monotonic();
    let due = this.#way.due();
    const sooner = (time: number): void => {
      due = (due === null ? time : Math.min(due, time)) as typeof due;
    };
    for (const [name, sensed] of this.#sensed) {
      if (sensed.level.settle(now)) this.#changed(name, sensed.level.value);
      const next = sensed.level.due();
      if (next !== null) sooner(next);
    }
    this.#tell(this.#way.tick(now));
    this.#cancelDue?.();
    this.#cancelDue = due === null ? null : this.#clock.after(millis(Math.max(1, due - now)), () => this.#settle());
  }

  #changed(name: Name, active: boolean): void {
    if (this.#isBeam(name)) {
      this.#tellPasses(
        this.#passes.contact(name === "beam-entry" ? "entry" : "exit", !active, this.#clock.monotonic()),
      );
      return;
    }
    if (name === "mains-lost" && active) this.#passes.powerLost();
    if (!this.#running && active && (name === "fire" || name === "fire-loop")) {
      this.#burnedBefore = true;
      this.free();
    }
    this.#tellLine(name === "fire-loop" ? "fire" : name, name === "fire-loop" ? this.active("fire") : active);
  }

  #tellPasses(events: ReturnType<PassContacts["tick"]>): void {
    const at = this.#clock.monotonic();
    for (const event of events) {
      if (event.kind === "passage") this.#tell(this.#way.walked(event.direction, at));
      else this.#tell([{ kind: "health", health: event.kind, what: event.what, at }]);
    }
  }

  #tellLine(line: InputLine, active: boolean): void {
    this.#tell([{ kind: "line", line, active, at: this.#clock.monotonic() }]);
  }

  #tell(events: readonly InputEvent[]): void {
    if (this.#running) for (const event of events) this.#events.tell(event);
  }

  /** Reads every level again: edges are coalesced or lost while the process is busy. */
  #resync(): void {
    let readable = true;
    for (const [name, { input, wire }] of this.#sensed) {
      try {
        this.#feed(name, input.read() !== wire.activeLow);
      } catch {
        readable = false;
        if (name === "fire" || name === "fire-loop") this.#feed(name, true);
      }
    }
    this.#tellPasses(this.#passes.tick(this.#clock.monotonic()));
    this.#settle();
    this.#fares("inputs", readable);
  }

  /** Tells a fault once, and its end once. */
  #fares(what: "inputs" | "outputs", well: boolean): void {
    if (well !== this.#faults.has(what)) return;
    if (well) this.#faults.delete(what);
    else this.#faults.add(what);
    this.#tell([{ kind: "health", health: well ? "ok" : "fault", what, at: this.#clock.monotonic() }]);
  }
}

const isLine = (name: Name): name is InputLine => name !== "fire-loop" && name !== "beam-entry" && name !== "beam-exit";
