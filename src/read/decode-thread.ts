/** One worker thread as seen from the lane: ready or not, working on one job or none, replaced when it hangs. */
import type { Worker } from "node:worker_threads";
import type { Millis } from "../core/units.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import { startWorker } from "../threads/worker-host.ts";
import type { Job, Reply } from "./reading.worker.ts";
import type { ReadSettings } from "./settings.ts";

/** What is used of a worker thread. */
export type DecodeWorker = Pick<Worker, "postMessage" | "terminate"> & {
  on(event: "message", listener: (reply: Reply) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "exit", listener: (code: number) => void): unknown;
};

/** How the worker comes to be; tests pass one that hangs. */
export type StartDecodeWorker = (settings: ReadSettings) => DecodeWorker;

export const startReadingWorker: StartDecodeWorker = (settings) =>
  startWorker(new URL("./reading.worker.ts", import.meta.url), { workerData: settings });

export interface DecodeThreadEvents {
  ready(thread: DecodeThread): void;
  /** `reply` is null where the job was lost with its worker. */
  finished(thread: DecodeThread, job: Job, reply: Extract<Reply, { kind: "done" }> | null, ms: Millis | null): void;
  replaced(): void;
}

export interface DecodeThreadParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: ReadSettings;
  readonly start: StartDecodeWorker;
  readonly events: DecodeThreadEvents;
}

/** Pause before a worker that failed to start is tried again. */
const RETRY = 1000 as Millis;

export class DecodeThread {
  readonly #parts: DecodeThreadParts;
  #worker: DecodeWorker | null = null;
  #ready = false;
  #job: Job | null = null;
  #cancelDeadline: () => void = () => {};
  #stopped = false;

  constructor(parts: DecodeThreadParts) {
    this.#parts = parts;
  }

  get ready(): boolean {
    return this.#ready;
  }

  get idle(): boolean {
    return this.#ready && this.#job === null;
  }

  /** Starts the worker; `events.ready` follows. */
  start(): void {
    if (this.#stopped) return;
    const { clock, settings, start } = this.#parts;
    const worker = start(settings);
    this.#worker = worker;
    this.#ready = false;
    worker.on("message", (reply: Reply) => {
      if (worker === this.#worker) this.#take(reply);
    });
    worker.on("error", (error) => this.#failed(worker, error.message));
    worker.on("exit", (code) => this.#failed(worker, `exit code ${code}`));
    this.#cancelDeadline = clock.after(settings.startDeadline, () => this.#failed(worker, "not ready in time"));
  }

  give(job: Job): void {
    const worker = this.#worker;
    if (worker === null) return;
    this.#job = job;
    const { clock, settings } = this.#parts;
    this.#cancelDeadline = clock.after(settings.decodeDeadline, () => this.#failed(worker, "decode deadline"));
    worker.postMessage(job);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelDeadline();
    const worker = this.#worker;
    this.#worker = null;
    this.#ready = false;
    await worker?.terminate();
  }

  #take(reply: Reply): void {
    if (reply.kind === "ready") {
      this.#cancelDeadline();
      this.#ready = true;
      this.#parts.events.ready(this);
      return;
    }
    const job = this.#job;
    if (job === null || job.id !== reply.id) return;
    this.#cancelDeadline();
    this.#job = null;
    this.#parts.events.finished(this, job, reply.kind === "done" ? reply : null, reply.ms as Millis);
  }

  /** A worker that died, hangs or never became ready: another takes its place. */
  #failed(worker: DecodeWorker, why: string): void {
    if (worker !== this.#worker || this.#stopped) return;
    const { clock, events, logger } = this.#parts;
    this.#cancelDeadline();
    const wasReady = this.#ready;
    const job = this.#job;
    this.#worker = null;
    this.#ready = false;
    this.#job = null;
    void worker.terminate();
    logger.warn("GL-2041: a decode worker is replaced", { why });
    events.replaced();
    if (wasReady) this.start();
    else this.#cancelDeadline = clock.after(RETRY, () => this.start());
    if (job !== null) events.finished(this, job, null, null);
  }
}
