/**
 * Composition root of the kiosk: outputs to their safe level first, then everything else. Whatever fails later, the
 * turnstile stands as the fail-safe table wants it: held shut for entry, or free where the emergency latch or the fire
 * contact says so.
 */
import { join } from "node:path";
import { SystemTrust } from "../device/clock/clock-trust.ts";
import { SystemClock } from "../device/clock/system-clock.ts";
import { FileEmergencyLatch } from "../device/gpio/emergency-latch.ts";
import { openLines } from "../device/gpio/open-lines.ts";
import { GpioTurnstile } from "../device/gpio/turnstile.ts";
import type { LaneConfig } from "./config/schema.ts";
import { cameraOf, scannerOf, thermometerOf, voiceOf, watchdogOf, wiringOf } from "./main-devices.ts";
import { materialOf } from "./main-trust.ts";
import type { Clock } from "./ports/clock.ts";
import type { Logger } from "./ports/logger.ts";
import { StaffBook } from "./service/staff.ts";
import { findGuard, hashPin } from "./web/pins.ts";
import { wire } from "./wire.ts";

/** A kiosk that runs until its lane ends or it is stopped. */
export interface RunningKiosk {
  readonly port: number;
  /** Why the process has to begin anew. */
  readonly ended: Promise<"reset" | "failed" | "restart">;
  /** In order: lane and reports, screens, trust, outputs at rest. */
  stop(): Promise<void>;
}

export function clockOf({ devices, storage }: LaneConfig): SystemClock {
  const { syncedFile, rtc, driftPpm } = devices.clock;
  return new SystemClock(new SystemTrust({ syncedFile, rtc, driftPpm, memory: join(storage.directory, "last-sync") }));
}

export const latchOf = ({ storage }: LaneConfig): FileEmergencyLatch =>
  new FileEmergencyLatch(join(storage.directory, "emergency"));

/** Takes the lines with every output at its safe level. @throws GpioError which chip, line or package is missing. */
export async function safeOutputs(config: LaneConfig, clock: Clock): Promise<GpioTurnstile> {
  const { backend, chip } = config.devices.gpio;
  const turnstile = new GpioTurnstile(clock, await openLines(clock, backend, chip), wiringOf(config));
  await turnstile.open();
  await turnstile.holdShut(latchOf(config).latched());
  return turnstile;
}

/** Starts the kiosk. @throws what is missing, with its code and what to do; the outputs are safe then. */
export async function startKiosk(config: LaneConfig, logger: Logger): Promise<RunningKiosk> {
  const clock = clockOf(config);
  const turnstile = await safeOutputs(config, clock);
  const around = materialOf(config, clock, logger);
  const staff = new StaffBook(config.storage.directory, { hash: hashPin, find: findGuard });
  const kiosk = await wire(
    config,
    {
      clock,
      frames: cameraOf(config, clock, logger.child("camera")),
      scanner: scannerOf(config, clock, logger.child("scanner")),
      thermometer: thermometerOf(config, clock),
      release: turnstile,
      freePassage: turnstile,
      inputs: turnstile,
      latch: latchOf(config),
      voice: voiceOf(config, clock, logger.child("sound")),
      watchdog: watchdogOf(config, clock, logger.child("watchdog")),
      logger,
    },
    {
      ...around.material,
      signIn: (pin) => findGuard(staff.entries(), pin),
      web: { host: config.web.host, port: config.web.port },
    },
  );
  await around.start();
  const { port } = await kiosk.start();
  logger.info("kiosk runs", { port });
  return {
    port,
    ended: kiosk.lane.ended,
    async stop() {
      await kiosk.stop();
      await around.stop();
      await turnstile.stop();
    },
  };
}
