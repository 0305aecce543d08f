/** The outbox and the ledger as the lane's thread sees them: calls to the outbox thread, which is replaced if it dies. */
import type { Worker } from "node:worker_threads";
import type { Position } from "../../ports/event-log.ts";
import {
  type EpochChange,
  type Held,
  type Outbox,
  OutboxError,
  type OutboxStatus,
  type Priority,
} from "../../ports/outbox.ts";
import type { Range } from "../../protocol/ranges.ts";
import { startWorker } from "../../threads/worker-host.ts";
import type { Admission, Admitted, Desired, Ledger, Outcome } from "../orders/ledger.ts";
import type { Answer, Call, DiskSettings } from "./calls.ts";

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: OutboxError) => void;
}
const kinds = ["full", "io", "busy", "closed"] as const;

/** Starts the thread at `open()`, ends it at `close()`. */
export class Disk implements Outbox {
  readonly #settings: DiskSettings;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<(change: EpochChange) => void>();
  #worker: Worker | null = null;
  #open = false;
  #next = 1;

  constructor(settings: DiskSettings) {
    this.#settings = settings;
  }

  open(): Promise<OutboxStatus> {
    this.#open = true;
    return this.#call({ op: "open" });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
    this.#open = false;
    await this.#call({ op: "close" }).catch(() => {});
    await ended;
    this.#worker = null;
  }

  put(priority: Priority, body: string): Promise<Position> {
    return this.#call({ op: "put", priority, body });
  }

  list(priority: Priority, after: Position | null, limit: number): Promise<readonly Held[]> {
    return this.#call({ op: "list", priority, after, limit });
  }

  range(epoch: string, from: number, count: number): Promise<readonly Held[]> {
    return this.#call({ op: "range", epoch, from, count });
  }

  trim(epoch: string, ranges: readonly Range[]): Promise<number> {
    return this.#call({ op: "trim", epoch, ranges });
  }

  status(): Promise<OutboxStatus> {
    return this.#call({ op: "status" });
  }

  /** Empties the database's log while nothing is held. */
  tidy(): Promise<void> {
    return this.#call({ op: "tidy" });
  }

  onEpoch(listener: (change: EpochChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  readonly ledger: Ledger = {
    open: () => this.#call<{ fresh: boolean }>({ op: "ledger-open" }),
    admit: (entry: Admission) => this.#call<Admitted>({ op: "ledger-admit", entry }),
    find: (cid: string) => this.#call<Outcome | null>({ op: "ledger-find", cid }),
    finish: (cid: string, outcome: Outcome) => this.#call<void>({ op: "ledger-finish", cid, outcome }),
    unfinished: () => this.#call<readonly string[]>({ op: "ledger-unfinished" }),
    desired: () => this.#call<Desired | null>({ op: "ledger-desired" }),
    desire: (desired: Desired) => this.#call<void>({ op: "ledger-desire", desired }),
  };

  #call<T>(call: Call): Promise<T> {
    if (!this.#open && call.op !== "close") return Promise.reject(new OutboxError("closed", "the outbox is not open"));
    const worker = this.#running();
    const id = this.#next;
    this.#next += 1;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      worker.postMessage({ id, call });
    });
  }

  #running(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = startWorker(new URL("./outbox.worker.ts", import.meta.url), { workerData: this.#settings });
    worker.on("message", (answer: Answer) => this.#answered(answer));
    worker.on("error", () => this.#died(worker));
    worker.on("exit", () => this.#died(worker));
    this.#worker = worker;
    return worker;
  }

  #answered(answer: Answer): void {
    if ("epoch" in answer) {
      for (const listener of this.#listeners) listener(answer.epoch);
      return;
    }
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ("value" in answer) waiting?.resolve(answer.value);
    else {
      const kind = kinds.find((known) => known === answer.failed.kind) ?? "io";
      waiting?.reject(new OutboxError(kind, answer.failed.why.replace(/^GL-\d{4}: /, "")));
    }
  }

  /** The next call starts another thread; what was under way is unknown and said to have failed. */
  #died(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new OutboxError("io", "the outbox thread ended; it is started again"));
  }
}
