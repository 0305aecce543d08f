import { type Instant, instantFromIso } from "../../core/units.ts";
import type { Envelope } from "../../protocol/envelope.ts";
import { parseEnvelope, type Refusal } from "../../protocol/parse.ts";
import { normalise, type Ranges } from "../../protocol/ranges.ts";
import { factsOf } from "../cases/filing.ts";
import type { Session } from "../database/database.ts";
import { dayOf, type KeyRing } from "../retention/key-ring.ts";
import type { CaseStore } from "../store/cases.ts";
import type { Announced, Coverage, EventStore, Incoming, Stream } from "../store/events.ts";

/** An event as it came in, and the lane on whose topic it came. */
export interface Arrival {
  readonly src: string;
  readonly payload: Uint8Array;
  readonly received: Instant;
}

/** An arrival that is no event of its lane. */
export interface Refused {
  /** Its place in the batch. */
  readonly at: number;
  readonly code: Refusal["code"];
  readonly path: string;
}

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

/** From bytes to rows on disk. `StoreIntake` does it, `IntakeThread` has it done in a thread of its own. */
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
  readonly keyRing: KeyRing;
  /** Days after which subject and temperature end, 1 to 30. */
  readonly retentionDays: number;
}

/** A batch on its way to the database. */
export interface Checked {
  readonly incoming: readonly Incoming[];
  readonly refused: readonly Refused[];
  /** When the last of it came; null for an empty batch. */
  readonly now: Instant | null;
}

export class StoreIntake implements Intake {
  readonly #deps: IntakeDeps;
  constructor(deps: IntakeDeps) {
    this.#deps = deps;
  }

  take(batch: readonly Arrival[]): Promise<Taken> {
    return this.store(this.check(batch));
  }

  /** What needs no database: checks and seals. */
  check(batch: readonly Arrival[]): Checked {
    const incoming: Incoming[] = [];
    const refused: Refused[] = [];
    for (const [at, arrival] of batch.entries()) {
      const parsed = parseEnvelope(arrival.payload);
      if (!parsed.ok) refused.push({ at, code: parsed.refusal.code, path: parsed.refusal.path });
      // A lane speaks for itself only; the broker's ACL ties the topic to its certificate.
      else if (parsed.value.src !== arrival.src) refused.push({ at, code: "GL-4104", path: "/src" });
      else incoming.push(this.#rowOf(parsed.value, arrival.received));
    }
    return { incoming, refused, now: batch.at(-1)?.received ?? null };
  }

  /** Files and commits what was checked; durable when it resolves. @throws where the commit failed. */
  async store({ incoming, refused, now }: Checked): Promise<Taken> {
    if (now === null) return nothingTaken;
    const filing = new FilingAtOnce(this.#deps.cases, now);
    const coverages = await this.#deps.store.ingest(incoming, (session, fresh) => filing.file(session, fresh));
    return { coverages, refused, ...filing.outcome };
  }

  announce(births: readonly Announced[]): Promise<readonly Stream[]> {
    return this.#deps.store.announce(births);
  }

  async forget(day: number): Promise<void> {
    this.#deps.keyRing.forgetUpTo(day);
  }

  #rowOf(envelope: Envelope, received: Instant): Incoming {
    const { subject, temperature, ...rest } = envelope;
    const { keyRing, retentionDays } = this.#deps;
    const place = `${envelope.src} ${envelope.epoch} ${envelope.seq}`;
    const person = subject !== undefined || temperature !== undefined;
    // An untrusted clock can say anything; the arrival is nearer to the truth.
    const at = envelope.clock === "unsynced" ? received : instantOr(envelope.at, received);
    const sealDay = person ? dayOf(received) + retentionDays : null;
    return {
      src: envelope.src,
      epoch: envelope.epoch,
      seq: envelope.seq,
      id: envelope.id,
      type: envelope.type,
      at,
      received,
      body: JSON.stringify(rest),
      sealed:
        sealDay === null
          ? null
          : keyRing.seal({ subject: subject ?? null, temperature: temperature ?? null }, sealDay, place),
      sealDay,
      shed: shedOf(envelope),
      shedCount: envelope.shed?.count ?? 0,
      shedEpoch: envelope.shed?.epoch ?? envelope.epoch,
      facts: factsOf(envelope, at),
    };
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

const shedOf = (envelope: Envelope): Ranges => normalise(envelope.shed?.ranges.map(([from, to]) => [from, to]) ?? []);

function instantOr(text: string, otherwise: Instant): Instant {
  try {
    return instantFromIso(text);
  } catch {
    return otherwise;
  }
}
