/**
 * The outputs and what decides about them: clock, latch, lines. Apart from the other devices, since `outputs-safe` runs
 * after each death of the lane and loads nothing else.
 */
import { join } from "node:path";
import { SystemTrust } from "../device/clock/clock-trust.ts";
import { SystemClock } from "../device/clock/system-clock.ts";
import { FileEmergencyLatch } from "../device/gpio/emergency-latch.ts";
import { openLines } from "../device/gpio/open-lines.ts";
import { GpioTurnstile, type TurnstileWiring, type Wire } from "../device/gpio/turnstile.ts";
import type { OutputsConfig } from "./config/load-outputs.ts";
import type { Clock } from "./ports/clock.ts";

export function clockOf({ devices, storage }: OutputsConfig): SystemClock {
  const { syncedFile, rtc, driftPpm } = devices.clock;
  return new SystemClock(new SystemTrust({ syncedFile, rtc, driftPpm, memory: join(storage.directory, "last-sync") }));
}

export const latchOf = ({ storage }: OutputsConfig): FileEmergencyLatch =>
  new FileEmergencyLatch(join(storage.directory, "emergency"));

/**
 * Takes the lines with every output at its safe level. `free`: no lane will open the exit, so the way stays free (P0).
 * @throws GpioError which chip, line or package is missing.
 */
export async function safeOutputs(config: OutputsConfig, clock: Clock, free = false): Promise<GpioTurnstile> {
  const { backend, chip } = config.devices.gpio;
  const turnstile = new GpioTurnstile(clock, await openLines(clock, backend, chip), wiringOf(config));
  await turnstile.open();
  await turnstile.holdShut(free || latchOf(config).latched());
  return turnstile;
}

/** Which line is what. Not every lane has every contact; a camera-only lane still has both releases and the fire loop. */
export function wiringOf({ devices }: OutputsConfig): TurnstileWiring {
  const { gpio } = devices;
  const { pulse, interlock, debounce, passage, releaseEntry, releaseExit, freePassage, beamA, beamB, fire, fireLoop } =
    gpio;
  return {
    ...{ pulse, interlock, debounce, passage, releaseEntry, releaseExit, freePassage, beamA, beamB, fire, fireLoop },
    heldOpenAfter: gpio.heldOpenAfter,
    contacts: contactsOf(gpio),
  };
}

const contactsOf = (gpio: OutputsConfig["devices"]["gpio"]): Readonly<Record<string, Wire | null>> => ({
  tamper: gpio.tamper,
  rex: gpio.rex,
  "presence-entry": gpio.presenceEntry,
  "presence-exit": gpio.presenceExit,
  "button-manual-check": gpio.buttonManualCheck,
  "button-mask-refused": gpio.buttonMaskRefused,
  "button-assistance": gpio.buttonAssistance,
  "mains-lost": gpio.mainsLost,
});
