/**
 * Starts worker threads so that one call works in a checkout (run by tsx), under vitest and in the built package.
 * Node 20 does not run TypeScript and neither tsx nor vitest carries its loader into a worker, so a checkout starts
 * `boot.js`, which registers the loader first.
 */
import { Worker, type WorkerOptions } from "node:worker_threads";

/**
 * Starts the worker whose source is `module`, as in `startWorker(new URL("./decode.worker.ts", import.meta.url))`.
 * The worker's module is named by its `.ts` file everywhere; the built package has `.js` in its place.
 */
export function startWorker(module: URL, options: WorkerOptions = {}): Worker {
  if (import.meta.url.endsWith(".ts")) {
    return new Worker(new URL("./boot.js", import.meta.url), {
      ...options,
      workerData: { module: module.href, data: options.workerData },
    });
  }
  const built = new URL(module.href.replace(/\.ts$/, ".js"));
  return new Worker(built, { ...options, workerData: { module: built.href, data: options.workerData } });
}

/** What the starter passed as `workerData`, read inside the worker. */
export function workerInput<T>(workerData: unknown): T {
  return (workerData as { data: T }).data;
}
