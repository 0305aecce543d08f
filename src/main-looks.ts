/** Troubles that show only from outside of the lane: parts that keep silent about themselves, lists that grow old. */
import { existsSync } from "node:fs";
import type { LaneConfig } from "./config/schema.ts";
import type { Verification } from "./verify/verification.ts";
import type { TroubleLook } from "./wire-health.ts";

/** The battery-backed clock, and the sounder. */
export function partsLook({ devices }: LaneConfig, voice: { readonly mute: boolean }): ReturnType<TroubleLook> {
  const { rtc } = devices.clock;
  return { "rtc-missing": rtc === null || !existsSync(rtc), "sounder-silent": voice.mute };
}

/** Trust list and platform. A lane that never got a list has a stale one. */
export function listsLook({ trust, platformDown }: ReturnType<Verification["status"]>): ReturnType<TroubleLook> {
  return { "trust-stale": trust?.stale ?? true, "platform-down": platformDown === true };
}
