/**
 * What brings the outputs to rest, out of a file that need not be valid as a whole: a lane that can't start for a wrong
 * telephone number must still let people out.
 */
import type { TSchema } from "typebox";
import { Default } from "typebox/value";
import { check } from "./check.ts";
import { ConfigError } from "./findings.ts";
import { readWritten } from "./load.ts";
import type { LaneConfig } from "./schema.ts";
import { laneSchema } from "./schema.ts";
import { decode, fieldAt, valueAt } from "./walk.ts";

export interface OutputsConfig {
  readonly devices: Pick<LaneConfig["devices"], "gpio" | "clock">;
  readonly storage: Pick<LaneConfig["storage"], "directory">;
}

/** @throws ConfigError where the file can't be read, or what it says of `devices.gpio` can't be used. */
export function loadOutputs(path: string): OutputsConfig {
  const file = readWritten(path);
  const devices = valueAt(file, "devices") ?? {};
  // Without this the lines of a group that can't be read would be taken for those of one that is left out.
  if (typeof devices !== "object" || Array.isArray(devices)) throw new ConfigError(part(file, "devices").findings);
  const gpio = part<LaneConfig["devices"]["gpio"]>(file, "devices.gpio");
  if (gpio.findings.length > 0) throw new ConfigError(gpio.findings);
  return {
    devices: { gpio: gpio.value, clock: usable(file, "devices.clock") },
    storage: { directory: usable(file, "storage.directory") },
  };
}

/** The file's value where it can be used, else the default. */
function usable<T>(file: unknown, path: string): T {
  const own = part<T>(file, path);
  return own.findings.length === 0 ? own.value : part<T>({}, path).value;
}

function part<T>(file: unknown, path: string) {
  const schema = fieldAt(laneSchema, path) as TSchema;
  const filled = Default(schema, structuredClone(valueAt(file, path)));
  const findings = check(schema, filled).map((found) => ({
    ...found,
    path: found.path === "" ? path : `${path}.${found.path}`,
  }));
  return { findings, value: (findings.length === 0 ? decode(schema, filled) : undefined) as T };
}
