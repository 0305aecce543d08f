/** How a new configuration proves itself on a running lane: no fault that was not there before, and the link is back. */
import type { Loaded } from "../config/load.ts";
import { type Millis, millis, seconds } from "../core/units.ts";
import type { Trial } from "./settings.ts";
import type { Workbench } from "./workbench.ts";

/** How long the link may stay away after a change. */
export const LINK_PATIENCE: Millis = seconds(90);
/** A fault shows within 2 s of its cause (RULES, fail-safe table); a second more for its being told. */
const SETTLE: Millis = seconds(3);

/** What a change does to the process around the lane. */
export interface Changing {
  /** Hands the new configuration to the running lane; fields that need a restart wait for one. */
  activate(loaded: Loaded): Promise<void>;
  /** Ends the process so that it begins anew. */
  restart(): void;
}

/** Whoever asked for the change gets an answer first. */
const ANSWERED = seconds(1);

/** Says all that it compares with in `Before`: what is on trial over a restart is judged by another process. */
export function laneTrial(bench: Workbench, changing: Changing): Trial {
  const faults = (): readonly string[] =>
    bench.troubles().flatMap((row) => (row.severity === "fault" ? [row.code] : []));
  const linked = (): boolean => bench.link().broker === "connected";
  const pause = (period: Millis): Promise<void> => new Promise((resolve) => void bench.clock.after(period, resolve));
  return {
    held: () =>
      bench.mode() === "emergency"
        ? "everything is free; reset the emergency at the lane before anything is changed"
        : null,
    before: () => ({ faults: faults(), linked: linked() }),
    activate: (loaded) => changing.activate(loaded),
    restart: () => void bench.clock.after(ANSWERED, () => changing.restart()),
    async selfTest(before) {
      await pause(SETTLE);
      const fresh = faults().filter((code) => !before.faults.includes(code));
      return fresh.length === 0 ? null : `the lane reports ${fresh.join(", ")} since the change`;
    },
    async linkBack(before) {
      if (!before.linked) return true;
      for (let waited = 0; waited < LINK_PATIENCE; waited += 500) {
        if (linked()) return true;
        await pause(millis(500));
      }
      return false;
    },
  };
}
