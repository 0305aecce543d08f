/** Every street screen as a lane would show it, with the values that its text takes. */

import { instantFromIso } from "../../src/core/units.ts";
import { type StreetScreen, type StreetView, streetScreens } from "../../src/core/views.ts";
import { denials } from "../ui/street-table.ts";

const values: Partial<Record<StreetScreen, StreetView["values"]>> = {
  "before-start": { from: instantFromIso("2020-04-26T08:00:00+08:00") },
  "one-at-a-time": { n: 2, of: 3 },
  "go-paper": { days: 1 },
  "go-family": { people: 3 },
  lockdown: { until: instantFromIso("2020-04-26T08:40:00+08:00") },
};

const exits: readonly StreetScreen[] = ["idle-exit", "go-exit"];

export function viewOf(screen: StreetScreen): Partial<StreetView> & { screen: StreetScreen } {
  return {
    screen,
    complaint: denials.includes(screen) ? "LQ03-4033-5-7" : null,
    values: values[screen] ?? {},
    direction: exits.includes(screen) ? "exit" : "entry",
    progress: screen === "forehead" ? 0.62 : screen === "again" ? 0.8 : null,
    staffCalled: screen.startsWith("platform") || screen === "check-by-hand" || screen === "check-paper",
  };
}

export const everyScreen = streetScreens;
