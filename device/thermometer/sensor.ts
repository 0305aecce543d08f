/** What a sampled thermometer asks of a sensor: one reading of both temperatures, or how it failed. */
import type { SampleFault } from "../../src/core/flow.ts";
import type { Celsius } from "../../src/core/units.ts";

export interface Both {
  readonly object: Celsius;
  readonly ambient: Celsius;
}

export interface Sensor {
  /** Opens bus or device. @throws SensorError `no-answer`. */
  open(): Promise<void>;
  /** Reads both. May hang: the caller keeps the time. @throws SensorError */
  read(): Promise<Both>;
  close(): Promise<void>;
}

export class SensorError extends Error {
  readonly fault: SampleFault;
  readonly code: string;
  constructor(fault: SampleFault, message: string, cause?: unknown) {
    const code = codes[fault];
    super(`${code}: ${message}`, { cause });
    this.name = "SensorError";
    this.fault = fault;
    this.code = code;
  }
}

const codes: Readonly<Record<SampleFault, string>> = {
  "no-answer": "GL-2101",
  checksum: "GL-2102",
  "error-flag": "GL-2103",
  "out-of-range": "GL-2104",
  stale: "GL-2105",
};
