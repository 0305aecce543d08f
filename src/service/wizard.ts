/** The way through an installation: eight steps, kept on disk so that a restart in the middle loses nothing. */
import { join } from "node:path";
import { type StepState, type WizardState, type WizardStep, wizardSteps } from "../core/panel.ts";
import type { Instant } from "../core/units.ts";
import { readPrivate, writePrivate } from "./private-file.ts";

const open = (): WizardState => ({
  at: "network",
  steps: {
    network: "open",
    broker: "open",
    site: "open",
    camera: "open",
    thermometer: "open",
    turnstile: "open",
    sound: "open",
    alert: "open",
  },
  changed: null,
});

export class Wizard {
  readonly #path: string;
  readonly #now: () => Instant;

  constructor(directory: string, now: () => Instant) {
    this.#path = join(directory, "wizard.json");
    this.#now = now;
  }

  state(): WizardState {
    const stored = readPrivate<WizardState>(this.#path);
    return stored !== null && wizardSteps.includes(stored.at)
      ? { ...open(), ...stored, steps: { ...open().steps, ...stored.steps } }
      : open();
  }

  /** Records what became of a step and moves to the next one. */
  finish(step: WizardStep, state: StepState): WizardState {
    const before = this.state();
    const next = wizardSteps[Math.min(wizardSteps.indexOf(step) + 1, wizardSteps.length - 1)] ?? step;
    return this.#keep({ at: next, steps: { ...before.steps, [step]: state }, changed: this.#now() });
  }

  goTo(step: WizardStep): WizardState {
    return this.#keep({ ...this.state(), at: step, changed: this.#now() });
  }

  #keep(state: WizardState): WizardState {
    writePrivate(this.#path, state);
    return state;
  }
}
