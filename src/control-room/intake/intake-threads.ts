import type { Database } from "../database/database.ts";
import { tellCases } from "../store/cases.ts";
import type { Announced, Stream } from "../store/events.ts";
import { CalledThread } from "./called-thread.ts";
import {
  type CheckCall,
  type CheckSettings,
  checkSettings,
  pack,
  type StoreCall,
  type StoreSettings,
  storeSettings,
} from "./calls.ts";
import type { Arrival, Checked } from "./check.ts";
import { type Intake, nothingTaken, type Taken } from "./intake.ts";

/** The storing thread's time as the database's only writer. */
interface Turn {
  readonly begun: Promise<void>;
  readonly end: () => void;
  asked: number;
  open: number;
}

/** Calls in one turn: the next lies in the thread's queue before the last is answered, and others still get their turn. */
const mostInTurn = 4;

/**
 * Has the intake done in two threads: checking, sealing and the disk's flush don't hold up the broker's packets and the
 * page, and the next batch is checked while the last is written. What a thread that dies had in hand fails, and the
 * collector hands it over again.
 */
export class IntakeThreads implements Intake {
  readonly #checking: CalledThread<CheckCall>;
  readonly #storing: CalledThread<StoreCall>;
  readonly #database: Database;
  #turn: Turn | null = null;

  /** `database` is the process's own connection: where there may be one writer only, they take turns. */
  constructor(settings: CheckSettings & StoreSettings, database: Database) {
    this.#checking = new CalledThread(new URL("./check.worker.ts", import.meta.url), checkSettings(settings));
    this.#storing = new CalledThread(new URL("./store.worker.ts", import.meta.url), storeSettings(settings));
    this.#database = database;
  }

  /** Resolves when both threads are ready. @throws where there is no connection to the database, or no place for keys. */
  async start(): Promise<void> {
    await Promise.all([this.#checking.call({ op: "open" }), this.#storing.call({ op: "open" })]);
  }

  async take(batch: readonly Arrival[]): Promise<Taken> {
    if (batch.length === 0) return nothingTaken;
    const packed = pack(batch);
    const checked = await this.#checking.call<Checked>({ op: "check", batch: packed }, [packed.payloads.bytes.buffer]);
    return this.#inTurn(async () => {
      const taken = await this.#storing.call<Taken>({ op: "store", checked }, [checked.sealed.bytes.buffer]);
      // PostgreSQL tells every process; what the thread's own connection to SQLite told, nobody else has heard.
      if (this.#database.kind === "sqlite") await tellCases(this.#database, this.#database, taken.cases);
      return taken;
    });
  }

  async announce(births: readonly Announced[]): Promise<readonly Stream[]> {
    if (births.length === 0) return [];
    return this.#inTurn(() => this.#storing.call<readonly Stream[]>({ op: "announce", births }));
  }

  async forget(day: number): Promise<void> {
    if (this.#checking.running) await this.#checking.call({ op: "forget", day });
  }

  async stop(): Promise<void> {
    if (this.#storing.running)
      await this.#database.exclusive(() => this.#storing.call({ op: "close" })).catch(() => {});
    await Promise.all([this.#checking.stop(), this.#storing.stop()]);
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
}
