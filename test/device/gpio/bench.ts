/** A bench: the real adapter on a chip, and a turnstile with people wired to that chip. */

import type { TurnstileWiring, Wire } from "../../../device/gpio/turnstile.ts";
import type { TurnstileBody } from "../../../device/gpio/turnstile-body.sim.ts";
import { millis } from "../../../src/core/units.ts";
import type { InputLine } from "../../../src/ports/inputs.ts";

const wire = (line: number, activeLow: boolean): Wire => ({ line, activeLow });

/** Both polarities of outputs and inputs occur. */
export const wiring: TurnstileWiring = {
  pulse: millis(250),
  interlock: millis(300),
  debounce: millis(20),
  heldOpenAfter: millis(10_000),
  passage: "beams",
  releaseEntry: wire(5, true),
  releaseExit: wire(6, false),
  freePassage: wire(13, false),
  beamA: wire(17, true),
  beamB: wire(27, true),
  fire: wire(22, true),
  fireLoop: null,
  contacts: {
    tamper: wire(23, true),
    rex: wire(24, true),
    "presence-entry": wire(25, false),
    "presence-exit": wire(12, false),
    "button-manual-check": wire(16, true),
    "button-mask-refused": null,
    "button-assistance": wire(26, true),
    "mains-lost": wire(19, false),
  },
};

/** A chip that can be wired: levels of inputs set, outputs listened to. */
export interface Wireable {
  set(line: number, high: boolean): void;
  onDrive(listener: (line: number, high: boolean) => void): void;
}

const electrical = (of: Wire, active: boolean): boolean => active !== of.activeLow;

/** Every contact at rest, as a cabled lane has them before the kiosk starts. */
export function restContacts(chip: Wireable): void {
  const { fire, beamA, beamB, contacts } = wiring;
  for (const of of [fire, beamA, beamB, ...Object.values(contacts)])
    if (of !== null && of !== undefined) chip.set(of.line, electrical(of, false));
}

export function setContact(chip: Wireable, line: InputLine, active: boolean): void {
  const of = line === "fire" ? wiring.fire : wiring.contacts[line];
  if (of === null || of === undefined) throw new Error(`${line} is not wired on the bench`);
  chip.set(of.line, electrical(of, active));
}

/** Wires the turnstile's inputs to the outputs of the chip and its beams to inputs of the chip. */
export function wireBody(chip: Wireable, body: TurnstileBody): void {
  const { releaseEntry, releaseExit, freePassage, beamA, beamB } = wiring;
  if (!releaseEntry || !releaseExit || !freePassage || !beamA || !beamB) throw new Error("the bench is not wired");
  chip.onDrive((line, high) => {
    if (line === releaseEntry.line) body.unlockInput("entry", high !== releaseEntry.activeLow);
    if (line === releaseExit.line) body.unlockInput("exit", high !== releaseExit.activeLow);
    if (line === freePassage.line) body.holdInput(high !== freePassage.activeLow);
  });
  body.onChange(({ beams }) => {
    chip.set(beamA.line, electrical(beamA, beams.entry));
    chip.set(beamB.line, electrical(beamB, beams.exit));
  });
}
