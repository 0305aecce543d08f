/** The emergency on disk, as the lane keeps it: a disk that refuses holds no way shut and ends nothing, it is a trouble. */
import type { EmergencyLatch } from "../ports/inputs.ts";
import type { Logger } from "../ports/logger.ts";
import { codeOf } from "./error-code.ts";
import type { Health } from "./health.ts";

/** Sets or clears the latch. False where the disk refuses; never throws. */
export function keepEmergency(lasts: boolean, latch: EmergencyLatch, health: Health, logger: Logger): boolean {
  try {
    if (lasts) latch.latch();
    else latch.clear();
    health.observe("latch-fault", false);
    return true;
  } catch (error) {
    logger.error("the emergency latch can't be kept", { lasts, code: codeOf(error, "GL-2320") });
    health.observe("latch-fault", true);
    return false;
  }
}
