/** Troubles of outbox and link: a change is told once, however often it is seen. */

/**
 * Codes by what is wrong. Those of the registry (core/troubles) are recorded as events by whoever keeps the registry; the
 * rest only reporting knows of, and it records them itself.
 */
export const troubleCodes = {
  "GL-4001": {
    registry: true,
    says: "an event could not be stored; check the disk, or restore the link to the centre",
  },
  "GL-4031": { registry: true, says: "the outbox is 90 % full" },
  "GL-4032": { registry: true, says: "the outbox is 80 % full" },
  "GL-4033": { registry: true, says: "no connection to the broker" },
  "GL-4034": { registry: true, says: "no collector of the centre is on line" },
  "GL-4035": {
    registry: true,
    says: "the centre doesn't confirm what it is sent; check the broker's rules for this lane",
  },
  "GL-4003": { registry: false, says: "the outbox was damaged; it was set aside and a new one begun" },
  "GL-4011": { registry: false, says: "the broker refuses this lane; check certificate and client id" },
  "GL-4012": {
    registry: false,
    says: "the connection is closed again and again: a second device has this client id, or a topic is refused",
  },
  "GL-4014": { registry: false, says: "the broker refuses a subscription; check its rules for this lane" },
  "GL-4016": { registry: false, says: "a receipt names events that were never sent; nothing was deleted for it" },
} as const;
export type TroubleCode = keyof typeof troubleCodes;

export interface Trouble {
  readonly code: TroubleCode;
  readonly active: boolean;
}

export class TroubleBoard {
  readonly #active = new Set<TroubleCode>();
  readonly #listeners = new Set<(trouble: Trouble) => void>();
  readonly #record: (trouble: Trouble) => void;

  /** @param record puts a change into the outbox. */
  constructor(record: (trouble: Trouble) => void) {
    this.#record = record;
  }

  /** Tells and records a change. */
  set(code: TroubleCode, active: boolean): void {
    if (this.show(code, active) && !troubleCodes[code].registry) this.#record({ code, active });
  }

  /** Tells a change without recording it, where the record itself can't be or was written otherwise. */
  show(code: TroubleCode, active: boolean): boolean {
    if (this.#active.has(code) === active) return false;
    if (active) this.#active.add(code);
    else this.#active.delete(code);
    for (const listener of this.#listeners) listener({ code, active });
    return true;
  }

  onTrouble(listener: (trouble: Trouble) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
