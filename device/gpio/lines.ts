/**
 * The narrow seam between the turnstile's adapter and whatever way the kernel offers to its GPIO lines. Levels are
 * electrical here (`true` = high); what a level means is decided above, in one place.
 */
import type { Millis } from "../../src/core/units.ts";

export interface LineInput {
  /** The level now, read from the chip. @throws GpioError where the chip does not answer. */
  read(): boolean;
  close(): void;
}

export interface LineOutput {
  /** Drives the level and reads it back. @throws GpioError `GL-2302` where the read-back differs. */
  drive(high: boolean): Promise<void>;
  /**
   * Drives the opposite of the rest level for `length`, then the rest level again, bounded by the backend itself as
   * far as it can, and reads both back. @throws GpioError `GL-2302`.
   */
  pulse(length: Millis): Promise<void>;
  close(): Promise<void>;
}

export interface Lines {
  /** Backend and chip, for the doctor and the log: "sysfs pinctrl-bcm2711 base 512". */
  readonly name: string;
  /** How often levels are to be read again, since edges may be lost or coalesced. */
  readonly resync: Millis;
  /** Listens to both edges of an input; `edge` brings the level that followed. */
  input(line: number, edge: (high: boolean) => void): Promise<LineInput>;
  /** Takes an output, at its rest level from the first moment. */
  output(line: number, restHigh: boolean): Promise<LineOutput>;
  close(): Promise<void>;
}

export type GpioErrorCode = "GL-2302" | "GL-2303" | "GL-2304" | "GL-2305" | "GL-2306";

/**
 * `GL-2302` an output does not follow; `GL-2303` no GPIO at all or an addon is missing; `GL-2304` no chip or more than
 * one matches; `GL-2305` a line is not what was asked for; `GL-2306` a line cannot be read.
 */
export class GpioError extends Error {
  readonly code: GpioErrorCode;
  constructor(code: GpioErrorCode, message: string, cause?: unknown) {
    super(`${code}: ${message}`, { cause });
    this.name = "GpioError";
    this.code = code;
  }
}
