import type { Worker } from "node:worker_threads";
import { startWorker } from "../../threads/worker-host.ts";

export interface Ask<Call> {
  readonly id: number;
  readonly call: Call;
}
export type Answer = { readonly id: number } & (
  | { readonly value: unknown }
  | { readonly failed: { readonly message: string } }
);

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A thread that answers calls, `serve` on its side. One that dies fails what it had in hand, and the next call starts
 * another.
 */
export class CalledThread<Call> {
  readonly #module: URL;
  readonly #settings: unknown;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #next = 1;

  constructor(module: URL, settings: unknown) {
    this.#module = module;
    this.#settings = settings;
  }

  get running(): boolean {
    return this.#worker !== null;
  }

  call<T>(call: Call, transfer: ArrayBuffer[] = []): Promise<T> {
    const worker = this.#started();
    const id = this.#next;
    this.#next += 1;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      worker.postMessage({ id, call } satisfies Ask<Call>, transfer);
    });
  }

  async stop(): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    this.#died(worker, "it was stopped");
    await worker.terminate();
  }

  #started(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = startWorker(this.#module, { workerData: this.#settings });
    worker.on("message", (answer: Answer) => this.#answered(answer));
    worker.on("error", (error: Error) => this.#died(worker, error.message));
    worker.on("exit", () => this.#died(worker, "it ended"));
    this.#worker = worker;
    return worker;
  }

  #answered(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ("value" in answer) waiting?.resolve(answer.value);
    else waiting?.reject(new Error(answer.failed.message));
  }

  #died(worker: Worker, why: string): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new Error(`the intake thread failed: ${why}`));
  }
}
