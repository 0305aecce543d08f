/** Troubles of outbox and link: a change is told once, however often it is seen. */

/** What each code means, for the technician. */
export const troubleCodes = {
  "GL-4001": "the outbox is full: an alert could not be stored; restore the link to the centre",
  "GL-4002": "the outbox can't be written; check the disk",
  "GL-4003": "the outbox was damaged; it was set aside and a new one begun",
  "GL-4004": "the outbox is 80 % full",
  "GL-4005": "the outbox is 90 % full",
  "GL-4010": "no connection to the broker",
  "GL-4011": "the broker refuses this lane; check certificate and client id",
  "GL-4012":
    "the connection is closed again and again: another device has this client id, or the broker refuses a topic",
  "GL-4013": "the centre doesn't confirm what it is sent; check the broker's rules for this lane and the collector",
  "GL-4014": "the broker refuses a subscription; check its rules for this lane",
  "GL-4016": "a receipt names events that were never sent; nothing was deleted for it",
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
    if (this.show(code, active)) this.#record({ code, active });
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
