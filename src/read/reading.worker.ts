/** The thread that decodes: one frame in, one reading out. Frames lie in shared memory; nothing is copied here. */
import { parentPort, workerData } from "node:worker_threads";
import { monotonic } from "../core/units.ts";
import { workerInput } from "../threads/worker-host.ts";
import type { Box } from "./enhance.ts";
import { FrameReader, type FrameReading } from "./frame-reader.ts";
import { Ladder } from "./ladder.ts";
import type { Raster } from "./luma.ts";
import type { ReadSettings } from "./settings.ts";
import { Zxing } from "./zxing.ts";

export interface Job {
  readonly id: number;
  readonly at: number;
  readonly width: number;
  readonly height: number;
  readonly format: Raster["format"];
  readonly memory: SharedArrayBuffer;
  readonly length: number;
  readonly allowance: number;
  readonly hint: Box | null;
}

export type Reply =
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly id: number; readonly ms: number; readonly reading: FrameReading }
  /** The frame could not be worked on; the worker goes on. */
  | { readonly kind: "failed"; readonly id: number; readonly ms: number };

const settings = workerInput<ReadSettings>(workerData);
const port = parentPort;
if (port === null) throw new Error("reading.worker.ts is started by the code reader, as a worker thread");

const clock = (): number => performance.now();
const reader = new FrameReader(new Ladder(await Zxing.load(), clock), settings);
port.on("message", (job: Job) => {
  const started = clock();
  const { id, width, height, format } = job;
  try {
    const data = new Uint8Array(job.memory, 0, job.length);
    const reading = reader.read({ width, height, format, data }, monotonic(job.at), job.allowance, job.hint);
    port.postMessage({ kind: "done", id, ms: clock() - started, reading } satisfies Reply);
  } catch {
    port.postMessage({ kind: "failed", id, ms: clock() - started } satisfies Reply);
  }
});
port.postMessage({ kind: "ready" } satisfies Reply);
