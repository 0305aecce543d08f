/**
 * Where decisions and happenings become events: built by core, stored by the event log, followed until the centre has
 * them. Nothing is said to be reported before its commit (RULES; ARCHITECTURE, decision 8).
 */
import type { LaneEvent } from "../core/events.ts";
import type { EventLog, Position } from "../ports/event-log.ts";
import type { Logger } from "../ports/logger.ts";

/** How far one event got; `failed` means it is in memory alone and staff must report by hand. */
export type Progress = "stored" | "received" | "failed";

export class Journal {
  readonly #log: EventLog;
  readonly #logger: Logger;
  readonly #waiting = new Map<string, (progress: Progress) => void>();
  readonly #onFailure: (failed: number) => void;
  readonly #onStored: (event: LaneEvent, position: Position) => void;
  #failed = 0;
  #stored = 0;
  #off: () => void = () => {};

  /** @param onFailure hears how many events could not be stored, each time one could not. */
  constructor(
    log: EventLog,
    logger: Logger,
    onFailure: (failed: number) => void,
    onStored: (event: LaneEvent, position: Position) => void,
  ) {
    this.#onStored = onStored;
    this.#log = log;
    this.#logger = logger;
    this.#onFailure = onFailure;
  }

  start(): void {
    this.#off = this.#log.onReceived((upTo) => this.#received(upTo));
  }

  stop(): void {
    this.#off();
    this.#waiting.clear();
  }

  /** Events stored and not stored since the start. */
  get counts(): { readonly stored: number; readonly failed: number } {
    return { stored: this.#stored, failed: this.#failed };
  }

  /** Stores an event; `follow` hears how far it gets. Never throws. */
  put(event: LaneEvent, follow: (progress: Progress) => void = () => {}): void {
    this.#log.put(event).then(
      ({ epoch, seq }) => {
        this.#stored += 1;
        this.#onStored(event, { epoch, seq });
        // What a technician reads beside the lane's own words; only of devices and doors, never of people.
        if (event.category === "device" || event.type === "emergency-release")
          this.#logger.warn(event.type, event.detail);
        follow("stored");
        if (event.level !== "none") this.#waiting.set(`${epoch} ${seq}`, follow);
      },
      () => {
        this.#failed += 1;
        this.#logger.error("an event could not be stored", { type: event.type, code: "GL-4001", failed: this.#failed });
        follow("failed");
        this.#onFailure(this.#failed);
      },
    );
  }

  #received({ epoch, seq }: Position): void {
    for (const [key, follow] of this.#waiting) {
      const [ofEpoch, ofSeq] = key.split(" ");
      if (ofEpoch !== epoch || Number(ofSeq) > seq) continue;
      this.#waiting.delete(key);
      follow("received");
    }
  }
}
