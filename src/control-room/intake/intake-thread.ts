import type { Worker } from "node:worker_threads";
import { startWorker } from "../../threads/worker-host.ts";
import type { Database } from "../database/database.ts";
import type { Announced, Stream } from "../store/events.ts";
import { type IntakeAnswer, type IntakeCall, type IntakeSettings, pack } from "./calls.ts";
import type { Arrival, Intake, Taken } from "./intake.ts";

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Has the intake done in a thread: parsing, sealing and the disk's flush don't hold up the broker's packets and the page.
 * A thread that dies fails what it had in hand, which is handed over again, and the next call starts another one.
 */
export class IntakeThread implements Intake {
  readonly #settings: IntakeSettings;
  readonly #database: Database;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #next = 1;

  /** `database` is the process's own connection: where there may be one writer only, they take turns. */
  constructor(settings: IntakeSettings, database: Database) {
    this.#settings = settings;
    this.#database = database;
  }

  /** Resolves when the thread has its connection. @throws where it gets none. */
  async start(): Promise<void> {
    await this.#call<null>({ op: "open" });
  }

  take(batch: readonly Arrival[]): Promise<Taken> {
    if (batch.length === 0) return Promise.resolve({ coverages: [], refused: [] });
    const packed = pack(batch);
    return this.#database.exclusive(() => this.#call<Taken>({ op: "take", batch: packed }, [packed.bytes.buffer]));
  }

  announce(births: readonly Announced[]): Promise<readonly Stream[]> {
    if (births.length === 0) return Promise.resolve([]);
    return this.#database.exclusive(() => this.#call<readonly Stream[]>({ op: "announce", births }));
  }

  async forget(day: number): Promise<void> {
    if (this.#worker !== null) await this.#call<void>({ op: "forget", day });
  }

  async stop(): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    await this.#database.exclusive(() => this.#call<void>({ op: "close" })).catch(() => {});
    this.#worker = null;
    await worker.terminate();
  }

  #call<T>(call: IntakeCall, transfer: ArrayBuffer[] = []): Promise<T> {
    const worker = this.#running();
    const id = this.#next;
    this.#next += 1;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      worker.postMessage({ id, call }, transfer);
    });
  }

  #running(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = startWorker(new URL("./intake.worker.ts", import.meta.url), { workerData: this.#settings });
    worker.on("message", (answer: IntakeAnswer) => this.#answered(answer));
    worker.on("error", (error: Error) => this.#died(worker, error.message));
    worker.on("exit", () => this.#died(worker, "it ended"));
    this.#worker = worker;
    return worker;
  }

  #answered(answer: IntakeAnswer): void {
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
