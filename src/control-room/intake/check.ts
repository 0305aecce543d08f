import { type Instant, instantFromIso } from "../../core/units.ts";
import type { Envelope } from "../../protocol/envelope.ts";
import { parseEnvelope, type Refusal } from "../../protocol/parse.ts";
import { normalise, type Ranges } from "../../protocol/ranges.ts";
import { factsOf } from "../cases/filing.ts";
import { dayOf, type KeyRing } from "../retention/key-ring.ts";
import type { Incoming } from "../store/events.ts";
import { type EndToEnd, endToEnd, pieceOf } from "./end-to-end.ts";

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

/** Events of a batch that are what the schema says, ready for the disk; a list for each column, which crosses to a thread cheaply. */
export interface Checked {
  /** Envelopes without subject and temperature, as JSON. */
  readonly bodies: readonly string[];
  /** Subject and temperature of each, sealed; nothing for an event without. */
  readonly sealed: EndToEnd;
  /** The day whose key sealed it; null for an event without subject and temperature. */
  readonly sealDays: readonly (number | null)[];
  readonly received: readonly Instant[];
  readonly refused: readonly Refused[];
}

/** From bytes to what may be stored: the first half of the intake, which needs no database. */
export class Checker {
  readonly #keyRing: KeyRing;
  readonly #retentionDays: number;
  /** `retentionDays` after which subject and temperature end, 1 to 30. */
  constructor(keyRing: KeyRing, retentionDays: number) {
    this.#keyRing = keyRing;
    this.#retentionDays = retentionDays;
  }

  /** @throws GL-6004 where the day's key can't be kept. */
  check(batch: readonly Arrival[]): Checked {
    const bodies: string[] = [];
    const sealed: Uint8Array[] = [];
    const sealDays: (number | null)[] = [];
    const received: Instant[] = [];
    const refused: Refused[] = [];
    for (const [at, arrival] of batch.entries()) {
      const parsed = parseEnvelope(arrival.payload);
      if (!parsed.ok) refused.push({ at, code: parsed.refusal.code, path: parsed.refusal.path });
      // A lane speaks for itself only; the broker's ACL ties the topic to its certificate.
      else if (parsed.value.src !== arrival.src) refused.push({ at, code: "GL-4104", path: "/src" });
      else {
        const { subject, temperature, ...rest } = parsed.value;
        const person = subject !== undefined || temperature !== undefined;
        const day = person ? dayOf(arrival.received) + this.#retentionDays : null;
        bodies.push(JSON.stringify(rest));
        sealed.push(day === null ? nothing : this.#seal(parsed.value, day));
        sealDays.push(day);
        received.push(arrival.received);
      }
    }
    return { bodies, sealed: endToEnd(sealed), sealDays, received, refused };
  }

  /** The keys of `day` and before are destroyed: what is left of them in memory goes as well. */
  forget(day: number): void {
    this.#keyRing.forgetUpTo(day);
  }

  #seal({ src, epoch, seq, subject, temperature }: Envelope, day: number): Uint8Array {
    const person = { subject: subject ?? null, temperature: temperature ?? null };
    return this.#keyRing.seal(person, day, `${src} ${epoch} ${seq}`);
  }
}

const nothing = new Uint8Array(0);

/** The rows that a checked batch makes. */
export function rowsOf({ bodies, sealed, sealDays, received }: Checked): Incoming[] {
  return bodies.map((body, at) => {
    const envelope = JSON.parse(body) as Envelope;
    const sealDay = sealDays[at] ?? null;
    const arrived = received[at] as Instant;
    // An untrusted clock can say anything; the arrival is nearer to the truth.
    const when = envelope.clock === "unsynced" ? arrived : instantOr(envelope.at, arrived);
    return {
      src: envelope.src,
      epoch: envelope.epoch,
      seq: envelope.seq,
      id: envelope.id,
      type: envelope.type,
      at: when,
      received: arrived,
      body,
      sealed: sealDay === null ? null : pieceOf(sealed, at),
      sealDay,
      shed: shedOf(envelope),
      shedCount: envelope.shed?.count ?? 0,
      shedEpoch: envelope.shed?.epoch ?? envelope.epoch,
      facts: { ...factsOf(envelope, when), hasSubject: sealDay !== null },
    };
  });
}

const shedOf = (envelope: Envelope): Ranges => normalise(envelope.shed?.ranges.map(([from, to]) => [from, to]) ?? []);

function instantOr(text: string, otherwise: Instant): Instant {
  try {
    return instantFromIso(text);
  } catch {
    return otherwise;
  }
}
