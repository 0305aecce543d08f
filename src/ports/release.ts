import type { Direction } from "../core/flow.ts";
import { type Millis, millis } from "../core/units.ts";

/** The outputs keep this rest between two pulses whatever is configured (RULES decision 2). */
export const shortestRest: Millis = millis(300);

/**
 * The relay that lets one person through: a bounded pulse per direction, nothing else. Two pulses never overlap and
 * never follow each other within the interlock (RULES decision 2; PERCo reads combined edges as other commands).
 */
export interface ReleasePort {
  /**
   * Resolves when the pulse has ended and its length was read back.
   * @throws ReleaseError `overlap` while another pulse or its interlock lasts, `fault` where the read-back differs.
   */
  pulse(direction: Direction): Promise<void>;
}
export class ReleaseError extends Error {
  readonly kind: "overlap" | "fault";
  readonly code: string;
  constructor(kind: "overlap" | "fault", message: string) {
    super(message);
    this.name = "ReleaseError";
    this.kind = kind;
    this.code = kind === "overlap" ? "GL-2301" : "GL-2302";
  }
}
