/**
 * Composition root of the kiosk: outputs to their safe level first, then everything else. Whatever fails later, the
 * turnstile stands as the fail-safe table wants it: held shut for entry, or free where the emergency latch or the fire
 * contact says so.
 */
import { dirname, join } from "node:path";
import { SerialConsole } from "../device/serial-console/serial-console.ts";
import { programVersion } from "./config/program.ts";
import type { LaneConfig } from "./config/schema.ts";
import { cameraOf, scannerOf, thermometerOf, voiceOf, watchdogOf } from "./main-devices.ts";
import { certificatesLook, listsLook, partsLook } from "./main-looks.ts";
import { clockOf, latchOf, safeOutputs } from "./main-outputs.ts";
import { KeyFileError, materialOf, noMaterial } from "./main-trust.ts";
import { webOf } from "./main-web.ts";
import type { Clock } from "./ports/clock.ts";
import type { Logger } from "./ports/logger.ts";
import { StaffBook } from "./service/staff.ts";
import { findGuard, hashPin } from "./web/pins.ts";
import { wire } from "./wire.ts";
import type { ServiceOptions } from "./wire-service.ts";

/** A kiosk that runs until its lane ends or it is stopped. */
export interface RunningKiosk {
  readonly port: number;
  /** Why the process has to begin anew. */
  readonly ended: Promise<"reset" | "failed" | "restart">;
  /** In order: lane and reports, screens, trust, outputs at rest. */
  stop(): Promise<void>;
}

/** What a start needs beside the configuration. */
export interface KioskOptions extends Pick<ServiceOptions, "file" | "logTail" | "returned"> {
  readonly config: LaneConfig;
  readonly logger: Logger;
}

export class SimulatedError extends Error {
  readonly code = "GL-1105";
  constructor() {
    super("GL-1105: devices.simulated is true: run greenlane demo, or set it to false on a kiosk");
    this.name = "SimulatedError";
  }
}

/**
 * Starts the kiosk. Without the district's key files it runs out of service, so that its panel can take them.
 * @throws what is missing of the board, with its code and what to do; the outputs are safe then.
 */
export async function startKiosk({ config, logger, ...service }: KioskOptions): Promise<RunningKiosk> {
  if (config.devices.simulated) throw new SimulatedError();
  const clock = clockOf(config);
  const turnstile = await safeOutputs(config, clock);
  const { material, missing } = await materialOrNone(config, clock, logger);
  const staff = new StaffBook(config.storage.directory, { hash: hashPin, find: findGuard });
  const voice = voiceOf(config, clock, logger.child("sound"));
  const { port: console, baud } = config.devices.serialConsole;
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
      voice,
      watchdog: watchdogOf(config, clock, logger.child("watchdog")),
      logger,
    },
    {
      ...material,
      reporting: { version: programVersion() },
      signIn: (pin) => findGuard(staff.entries(), pin),
      web: webOf(config, logger),
      looks: [
        () => ({ "keys-missing": missing }),
        () => partsLook(config, voice),
        () => listsLook(material.status()),
        certificatesLook(config, clock),
      ],
      service: {
        ...service,
        program: programVersion(),
        console: console === null ? null : new SerialConsole(console, baud, clock, logger.child("console")),
        provisioningKeys: join(dirname(service.file), "provisioning.jwks"),
      },
    },
  );
  await material.start();
  const { port } = await kiosk.start();
  logger.info("kiosk runs", { port });
  return {
    port,
    ended: kiosk.lane.ended,
    async stop() {
      await kiosk.stop();
      await material.stop();
      await turnstile.stop();
    },
  };
}

/** The district's material, or what lets a lane run out of service until it is there. */
async function materialOrNone(config: LaneConfig, clock: Clock, logger: Logger) {
  try {
    return { material: materialOf(config, clock, logger), missing: false };
  } catch (error) {
    if (!(error instanceof KeyFileError)) throw error;
    logger.error(error.message, { code: error.code });
    return { material: await noMaterial(config, clock, logger), missing: true };
  }
}
