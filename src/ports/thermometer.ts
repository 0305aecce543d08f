import type { Sample } from "../core/flow.ts";

/** An infrared thermometer. A failed or stale reading is a sample with `ok: false`, never silence and never an old value. */
export interface Thermometer {
  start(): Promise<void>;
  stop(): Promise<void>;
  onSample(listener: (sample: Sample) => void): () => void;
}
