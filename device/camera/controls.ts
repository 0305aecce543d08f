/**
 * Exposure, white balance and mains frequency, locked. The names changed with newer kernels, automatic modes must go
 * before the values they guard, and some cameras obey only the second time: so the controls that exist are asked for
 * first, set in order, read back, and set again where they differ. Pure: texts in, command lines out.
 */
import type { Millis } from "../../src/core/units.ts";

export interface CameraControls {
  readonly exposure: Millis;
  /** Kelvin. */
  readonly whiteBalance: number;
  readonly mains: "50 Hz" | "60 Hz";
}

export interface Control {
  readonly name: string;
  readonly value: number;
}

/** What is wanted, in order; of each row the first name that the camera has. */
function wanted(set: CameraControls): readonly (readonly [names: readonly string[], value: number])[] {
  return [
    [["power_line_frequency"], set.mains === "50 Hz" ? 1 : 2],
    [["auto_exposure", "exposure_auto"], 1],
    [["exposure_dynamic_framerate", "exposure_auto_priority"], 0],
    // In units of 100 µs.
    [["exposure_time_absolute", "exposure_absolute"], Math.round(set.exposure * 10)],
    [["white_balance_automatic", "white_balance_temperature_auto"], 0],
    [["white_balance_temperature"], set.whiteBalance],
  ];
}

/** Chooses among the controls of `v4l2-ctl --list-ctrls`. */
export function chooseControls(listing: string, set: CameraControls): Control[] {
  const has = new Map<string, { readonly min: number; readonly max: number }>();
  for (const match of listing.matchAll(/^\s*(\w+) 0x[0-9a-f]+ \((\w+)\)\s*:(.*)$/gm)) {
    const limit = (key: string, otherwise: number): number =>
      Number(new RegExp(`\\b${key}=(-?\\d+)`).exec(match[3] ?? "")?.[1] ?? otherwise);
    has.set(match[1] ?? "", { min: limit("min", 0), max: limit("max", match[2] === "bool" ? 1 : 0x7fff_ffff) });
  }
  return wanted(set).flatMap(([names, value]) => {
    const name = names.find((candidate) => has.has(candidate));
    const limits = has.get(name ?? "");
    return name === undefined || limits === undefined
      ? []
      : [{ name, value: Math.min(limits.max, Math.max(limits.min, value)) }];
  });
}

export const getControls = (device: string, controls: readonly Control[]): string[] => [
  "v4l2-ctl",
  "-d",
  device,
  `--get-ctrl=${controls.map((control) => control.name).join(",")}`,
];

export const setControl = (device: string, { name, value }: Control): string[] => [
  "v4l2-ctl",
  "-d",
  device,
  `--set-ctrl=${name}=${value}`,
];

/** Those of `controls` that the answer of `--get-ctrl` (`name: value`) shows to have another value. */
export function disobeyed(answer: string, controls: readonly Control[]): Control[] {
  const values = new Map([...answer.matchAll(/^(\w+): (-?\d+)/gm)].map((match) => [match[1], Number(match[2])]));
  return controls.filter((control) => values.get(control.name) !== control.value);
}
