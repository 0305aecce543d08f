/**
 * The lane's own health: what the devices say becomes troubles (core/troubles), and what troubles do to the lane comes
 * from that one registry. Raised and cleared ones are reported once each.
 */
import type { LaneInput } from "../core/passage/lane-events.ts";
import { type TroubleId, troubles } from "../core/troubles/declared.ts";
import { effectsOf, noTroubles, observed, type Troubles, tell, visible } from "../core/troubles/troubles.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import { codeOf } from "./error-code.ts";

export interface HealthHost {
  send(event: LaneInput): void;
  raised(id: TroubleId, code: string): void;
  cleared(id: TroubleId, code: string): void;
}

const readers: readonly TroubleId[] = ["camera-gone", "camera-frozen", "reader-stalled"];

export class Health {
  readonly #clock: Clock;
  readonly #host: HealthHost;
  readonly #hasCamera: boolean;
  readonly #hasScanner: boolean;
  readonly #logger: Logger;
  #state: Troubles = noTroubles;
  /** Contacts and beams that are at fault: the last of them to mend ends the trouble. */
  readonly #sensors = new Set<string>();

  constructor(
    clock: Clock,
    host: HealthHost,
    has: { readonly camera: boolean; readonly scanner: boolean },
    logger: Logger,
  ) {
    this.#clock = clock;
    this.#host = host;
    this.#logger = logger;
    this.#hasCamera = has.camera;
    this.#hasScanner = has.scanner;
  }

  get state(): Troubles {
    return this.#state;
  }

  /** Codes to show now, in the order of their declaration. */
  codes(): readonly string[] {
    return visible(this.#state, this.#clock.monotonic()).map(({ id }) => troubles[id].code);
  }

  /** Entry needs staff: no code can be read or no temperature taken. */
  get byHand(): boolean {
    return effectsOf(this.#state).includes("by-hand");
  }

  /** Says how things stand with one trouble; the effect on the lane is immediate. */
  observe(id: TroubleId, lasts: boolean): void {
    const before = this.#state;
    this.#state = observed(before, id, lasts, this.#clock.monotonic());
    if (this.#state === before) return;
    this.#apply();
    this.#tell(before);
  }

  /** Opens a device; one that does not open is a trouble, never an end. */
  async opening(trouble: TroubleId, open: () => Promise<void> | undefined): Promise<void> {
    try {
      await open();
    } catch (error) {
      this.#logger.error("a device did not open", { trouble, code: codeOf(error, "GL-2000") });
      // A line that was never taken is one of the sensors at fault: another one that mends doesn't end it.
      if (trouble === "sensor-fault") this.sensor("start", true);
      else this.observe(trouble, true);
    }
  }

  /** One of the lane's contacts, beams or their chip, by the name that the inputs give it. */
  sensor(what: string, faulty: boolean): void {
    if (faulty) this.#sensors.add(what);
    else this.#sensors.delete(what);
    this.observe("sensor-fault", this.#sensors.size > 0);
  }

  /** Troubles become visible by lasting; call now and then. */
  tick(): void {
    this.#tell(this.#state);
  }

  #apply(): void {
    const blindCamera = !this.#hasCamera || readers.some((id) => this.#state[id] !== undefined);
    const blindScanner = !this.#hasScanner || this.#state["scanner-gone"] !== undefined;
    this.#host.send({ type: "blind", on: blindCamera && blindScanner });
    this.#host.send({ type: "service", ok: !effectsOf(this.#state).includes("out-of-service") });
  }

  #tell(before: Troubles): void {
    const told = tell(before, this.#state, this.#clock.monotonic());
    this.#state = told.state;
    for (const id of told.raised) this.#host.raised(id, troubles[id].code);
    for (const id of told.cleared) this.#host.cleared(id, troubles[id].code);
  }
}
