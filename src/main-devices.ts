/** The real devices of a kiosk, as the configuration names them. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { V4l2Frames, type V4l2Settings } from "../device/camera/v4l2-frames.ts";
import { SerialScanner } from "../device/scanner/serial-scanner.ts";
import { ChildSounder } from "../device/sounder/child-sounder.ts";
import { SoundSet } from "../device/sounder/sound-set.ts";
import { SounderSim } from "../device/sounder/sounder.sim.ts";
import { IioSensor } from "../device/thermometer/iio-sensor.ts";
import { Mlx90614Sensor, openI2c } from "../device/thermometer/mlx90614-sensor.ts";
import { defaultSampling, SampledThermometer } from "../device/thermometer/sampled-thermometer.ts";
import type { Sensor } from "../device/thermometer/sensor.ts";
import { SupervisedWatchdog, systemdNotify } from "../device/watchdog/supervised-watchdog.ts";
import type { LaneConfig } from "./config/schema.ts";
import { within } from "./core/hours.ts";
import type { Clock } from "./ports/clock.ts";
import type { Logger } from "./ports/logger.ts";
import type { Voice } from "./ports/voice.ts";

export function cameraOf({ devices, reading }: LaneConfig, clock: Clock, logger: Logger): V4l2Frames | null {
  if (reading.source === "scanner") return null;
  const settings: V4l2Settings = { ...devices.camera };
  return new V4l2Frames(clock, settings, logger);
}

export function scannerOf({ devices, reading }: LaneConfig, clock: Clock, logger: Logger): SerialScanner | null {
  return reading.source === "camera" ? null : new SerialScanner(clock, devices.scanner, logger);
}

export function thermometerOf({ devices, temperature }: LaneConfig, clock: Clock): SampledThermometer {
  const { backend, bus, address, checkPec, iioDevice } = devices.thermometer;
  const sensor = (): Sensor => {
    if (backend === "mlx90614-i2c") return new Mlx90614Sensor(() => openI2c(bus), { address, checkPec });
    const part = backend === "iio-mlx90614" ? "mlx90614" : "mlx90632";
    return new IioSensor(iioDevice ?? "/sys/bus/iio/devices/iio:device0", part);
  };
  const { sampleEvery: period, staleAfter } = temperature;
  return new SampledThermometer(clock, sensor, { ...defaultSampling, period, staleAfter });
}

/** A lane without sound goes on, so a missing set is told and not fatal. */
export function voiceOf(
  { devices, display, temperature }: LaneConfig,
  clock: Clock,
  logger: Logger,
): Voice & { readonly mute: boolean } {
  const { player, device, set, volumes } = devices.sounder;
  const folder = fileURLToPath(new URL("../config/sounds", import.meta.url));
  const volume = (): number => {
    const { at } = clock.wall();
    return (volumes.find((hours) => within(hours, at))?.volume ?? 0) / 100;
  };
  try {
    const sounds = new SoundSet(set === "standard" ? folder : join(folder, set), {
      languages: display.slow ? display.languages : ["zh"],
      measureAt: temperature.site,
    });
    return new ChildSounder({ player, device, sounds, volume }, logger);
  } catch (error) {
    logger.error("no sounds", { code: "GL-2402", why: (error as Error).message });
    return Object.assign(new SounderSim(clock), { mute: true });
  }
}

export function watchdogOf({ devices, reading }: LaneConfig, clock: Clock, logger: Logger): SupervisedWatchdog {
  const { device, timeout, laneLimit, readerLimit, thermometerLimit } = devices.watchdog;
  const limits = {
    lane: laneLimit,
    thermometer: thermometerLimit,
    ...(reading.source === "scanner" ? {} : { reader: readerLimit }),
  };
  return new SupervisedWatchdog(clock, { limits, timeout, device }, systemdNotify(), logger);
}
