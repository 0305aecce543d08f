/** What the thermometer's readings say about the thermometer itself: its troubles, whether or not somebody stands there. */
import type { TroubleId } from "../troubles/declared.ts";
import type { Monotonic } from "../units.ts";
import type { Measuring } from "./measure.ts";
import type { MeasureSettings } from "./settings.ts";
import { type Unfit, unfit } from "./settled.ts";

export const thermometerTroubles = [
  "thermometer-silent",
  "thermometer-warming",
  "thermometer-unsettled",
  "thermometer-stuck",
] as const satisfies readonly TroubleId[];

const troubleFor: Readonly<Record<Unfit, (typeof thermometerTroubles)[number]>> = {
  silent: "thermometer-silent",
  "warming-up": "thermometer-warming",
  ambient: "thermometer-unsettled",
  slew: "thermometer-unsettled",
  background: "thermometer-unsettled",
  stuck: "thermometer-stuck",
};

/** The one trouble that keeps the sensor from measuring now, or null. Each of the others on the list doesn't last. */
export function thermometerTrouble(
  state: Measuring,
  now: Monotonic,
  settings: MeasureSettings,
): (typeof thermometerTroubles)[number] | null {
  const why = unfit(state.sensor, state.forehead, now, settings);
  return why === null ? null : troubleFor[why];
}
