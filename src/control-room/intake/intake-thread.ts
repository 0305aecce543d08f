import type { Worker } from "node:worker_threads";
import { startWorker } from "../../threads/worker-host.ts";
import type { Database } from "../database/database.ts";
import { tellCases } from "../store/cases.ts";
import type { Announced, Stream } from "../store/events.ts";
import { type IntakeAnswer, type IntakeCall, type IntakeSettings, pack } from "./calls.ts";
import { type Arrival, type Intake, nothingTaken, type Taken } from "./intake.ts";

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The thread's time as the database's only writer. */
interface Turn {
  readonly begun: Promise<void>;
  readonly end: () => void;
  asked: number;
  open: number;
}

/** Calls in one turn: the next lies in the thread's queue before the last is answered, and others still get their turn. */
const mostInTurn = 4;

/**
 * Has the intake done in a thread: parsing, sealing and the disk's flush don't hold up the broker's packets and the page.
 * A thread that dies fails what it had in hand, which is handed over again, and the next call starts another one.
 */
export class IntakeThread implements Intake {
  readonly #settings: IntakeSettings;
  readonly #database: Database;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #turn: Turn | null = null;
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

  async take(batch: readonly Arrival[]): Promise<Taken> {
    if (batch.length === 0) return nothingTaken;
    const packed = pack(batch);
    return this.#inTurn(async () => {
      const taken = await this.#call<Taken>({ op: "take", batch: packed }, [packed.bytes.buffer]);
      // PostgreSQL tells every process; what the thread's own connection to SQLite told, nobody else has heard.
      if (this.#database.kind === "sqlite") await tellCases(this.#database, this.#database, taken.cases);
      return taken;
    });
  }

  async announce(births: readonly Announced[]): Promise<readonly Stream[]> {
    if (births.length === 0) return [];
    return this.#inTurn(() => this.#call<readonly Stream[]>({ op: "announce", births }));
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

  async #inTurn<T>(ask: () => Promise<T>): Promise<T> {
    const turn = this.#turn !== null && this.#turn.asked < mostInTurn ? this.#turn : this.#newTurn();
    turn.asked += 1;
    turn.open += 1;
    try {
      await turn.begun;
      return await ask();
    } finally {
      turn.open -= 1;
      if (turn.open === 0) {
        if (this.#turn === turn) this.#turn = null;
        turn.end();
      }
    }
  }

  #newTurn(): Turn {
    let begin = (): void => {};
    let end = (): void => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    void this.#database.exclusive(() => {
      begin();
      return ended;
    });
    this.#turn = { begun, end, asked: 0, open: 0 };
    return this.#turn;
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
    const worker = startWorker(new URL("./intake.worker.ts", import.meta.url), {
      workerData: this.#settings,
    });
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
