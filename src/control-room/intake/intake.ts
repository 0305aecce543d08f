import type { Instant } from "../../core/units.ts";
import type { Session } from "../database/database.ts";
import type { CaseStore } from "../store/cases.ts";
import type { Announced, Coverage, EventStore, Incoming, Stream } from "../store/events.ts";
import { type Arrival, type Checked, type Refused, rowsOf } from "./check.ts";

export interface Taken {
  readonly coverages: readonly Coverage[];
  readonly refused: readonly Refused[];
  /** Cases that these events opened or changed. */
  readonly cases: readonly string[];
  /** Stored, and left to the desk to file. */
  readonly unfiled: boolean;
  /** Why filing failed, where it did. */
  readonly filingFailed: string | null;
}
export const nothingTaken: Taken = { coverages: [], refused: [], cases: [], unfiled: false, filingFailed: null };

/** From bytes to rows on disk: `Checker`, then `StoreIntake`; `IntakeThreads` has both done in threads of their own. */
export interface Intake {
  /** Checks, seals, files and commits a batch; durable when it resolves. @throws where the commit failed: then nothing is stored. */
  take(batch: readonly Arrival[]): Promise<Taken>;
  /** What lanes say of themselves at birth; resolves with what is stored of them. */
  announce(births: readonly Announced[]): Promise<readonly Stream[]>;
  /** The keys of `day` and before are destroyed: what is left of them in memory goes as well. */
  forget(day: number): Promise<void>;
}

export interface IntakeDeps {
  readonly store: EventStore;
  readonly cases: CaseStore;
}

/** The second half of the intake: files what was checked and commits it. */
export class StoreIntake {
  readonly #deps: IntakeDeps;
  constructor(deps: IntakeDeps) {
    this.#deps = deps;
  }

  /** Durable when it resolves. @throws where the commit failed: then nothing is stored. */
  async store(checked: Checked): Promise<Taken> {
    const { refused } = checked;
    const now = checked.received.at(-1);
    if (now === undefined) return { ...nothingTaken, refused };
    const filing = new FilingAtOnce(this.#deps.cases, now);
    const rows = rowsOf(checked);
    const coverages = await this.#deps.store.ingest(rows, (session, fresh) => filing.file(session, fresh));
    return { coverages, refused, ...filing.outcome };
  }

  announce(births: readonly Announced[]): Promise<readonly Stream[]> {
    return this.#deps.store.announce(births);
  }
}

/** Files a batch's fresh events in the transaction that stores them. Where that fails they are stored all the same. */
class FilingAtOnce {
  readonly #cases: CaseStore;
  readonly #now: Instant;
  outcome: Pick<Taken, "cases" | "unfiled" | "filingFailed"> = { cases: [], unfiled: false, filingFailed: null };
  constructor(cases: CaseStore, now: Instant) {
    this.#cases = cases;
    this.#now = now;
  }

  async file(session: Session, fresh: readonly Incoming[]): Promise<readonly (string | null)[] | null> {
    await session.run("SAVEPOINT filing");
    try {
      const facts = fresh.map((one) => one.facts);
      const { places, changed } = await this.#cases.fileNow(session, facts, this.#now);
      await session.run("RELEASE SAVEPOINT filing");
      this.outcome = { cases: changed, unfiled: places === null, filingFailed: null };
      return places;
    } catch (error) {
      await session.run("ROLLBACK TO SAVEPOINT filing");
      const why = error instanceof Error ? error.message.slice(0, 200) : "failed";
      this.outcome = { cases: [], unfiled: true, filingFailed: why };
      return null;
    }
  }
}
