/**
 * Where orders arrive. Each is judged (signature, target, kind, life, time, counter), remembered on disk, recorded in
 * the outbox, and only then carried out: at most once, whatever is repeated, delayed or killed in between.
 */
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import type { Order, OrderOutcome } from "../../ports/orders.ts";
import {
  longestLockdown,
  type OrderClaims,
  orderLife,
  type SignatureCheck,
  type Verified,
} from "../../protocol/orders.ts";
import type { RefusalReason, Result } from "../../protocol/payloads.ts";
import type { OrderKind } from "../../protocol/topics.ts";
import { type Challenge, timeTrusted } from "./challenge.ts";
import type { Ledger } from "./ledger.ts";

export interface DeskOptions {
  /** `district/site/lane`. */
  readonly lane: string;
  readonly check: SignatureCheck;
  readonly ledger: Ledger;
  readonly challenge: Challenge;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Answers the sender of the order. */
  readonly answer: (result: Result) => void;
  /** Puts the order, or a refusal, into the outbox; its number, or null where it can't be stored. */
  readonly record: (record: OrderRecord) => Promise<number | null>;
  /** Carries the order out. */
  readonly act: (order: Order) => Promise<OrderOutcome>;
}

export interface OrderRecord {
  readonly kind: OrderKind;
  readonly cid: string | null;
  readonly who: string | null;
  readonly kid: string | null;
  readonly status: Result["status"];
  readonly reason: RefusalReason | null;
}

export interface Refused {
  readonly reason: RefusalReason;
  readonly cid: string | null;
}

/** Orders that wait while one is carried out; more than this at once is nobody's honest need. */
const mostWaiting = 64;
/** iat may lie this far ahead of the lane's clock (RULES, clock: signed times have 10 s of leeway). */
const leeway = 10;

export class OrderDesk {
  readonly #options: DeskOptions;
  #queue: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #notBefore = 0;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** After a restart: what was admitted and not finished was perhaps half done, so it is never done again. */
  async start(): Promise<void> {
    const { ledger, answer, clock } = this.#options;
    const { fresh } = await ledger.open();
    // Without its counters the lane can't tell an old order from a new one; it waits until no old one can still live.
    if (fresh) this.#notBefore = clock.monotonic() + (Math.max(...Object.values(orderLife)) + leeway) * 1000;
    for (const cid of await ledger.unfinished().catch(() => [])) {
      // A disk that takes no writes keeps no lane from starting: the order stays admitted, hence is never done again.
      await ledger.finish(cid, { status: "rejected", reason: "interrupted", seq: null }).catch(() => {});
      answer({ cid, status: "rejected", reason: "interrupted", seq: null });
    }
  }

  /** Never throws. Resolves when the order was carried out or refused; with the refusal, or null where it acted. */
  handle(kind: OrderKind, bytes: Uint8Array, retained: boolean): Promise<Refused | null> {
    if (this.#waiting >= mostWaiting) return Promise.resolve({ reason: "lane", cid: null });
    this.#waiting += 1;
    const done = this.#queue
      .then(() => this.#handle(kind, bytes, retained))
      .catch((): Refused => ({ reason: "not-stored", cid: null }))
      .finally(() => {
        this.#waiting -= 1;
      });
    this.#queue = done;
    return done;
  }

  async #handle(kind: OrderKind, bytes: Uint8Array, retained: boolean): Promise<Refused | null> {
    if (retained) return this.#refuse(kind, { reason: "retained", cid: null }, null, null);
    const verified = await this.#options.check.order(bytes);
    if (!verified.ok) return this.#refuse(kind, verified, null, null);
    const { claims, signers } = verified;
    const kid = signers.map((key) => key.kid).join("+");
    const wrong = this.#formal(kind, verified);
    if (wrong !== null) return this.#refuse(kind, { reason: wrong, cid: claims.cid }, claims, kid);

    const was = await this.#options.ledger.find(claims.cid);
    if (was !== null) return this.#repeat(claims.cid, was);
    const late = this.#late(claims);
    if (late !== null) return this.#refuse(kind, { reason: late, cid: claims.cid }, claims, kid);
    const admitted = await this.#options.ledger.admit({
      cid: claims.cid,
      kind,
      signers: signers.map((key) => key.kid),
      ctr: claims.ctr,
    });
    if (!admitted.ok) {
      if (admitted.why === "duplicate") return this.#repeat(claims.cid, admitted.was);
      return this.#refuse(kind, { reason: "counter", cid: claims.cid }, claims, kid);
    }
    return this.#obey(kind, claims, kid);
  }

  /** What can be wrong with a genuine order whatever the time is. */
  #formal(kind: OrderKind, { claims, signers }: Verified<OrderClaims> & { ok: true }): RefusalReason | null {
    if (claims.target !== this.#options.lane) return "other-target";
    if (claims.kind !== kind) return "other-kind";
    if (!signers.some((key) => key.role === "operator")) return "key-not-allowed";
    if (claims.scope === "district" && signers.length < 2) return "second-key-missing";
    if (claims.exp <= claims.iat || claims.exp - claims.iat > orderLife[kind]) return "life-too-long";
    if (
      kind === "lockdown" &&
      (claims.until === undefined || claims.until <= claims.iat || claims.until - claims.iat > longestLockdown)
    )
      return "no-until";
    return null;
  }

  #late(claims: OrderClaims): RefusalReason | null {
    const { clock, challenge } = this.#options;
    if (challenge.value === claims.challenge && challenge.take(claims.challenge))
      return timeTrusted(clock) ? this.#expired(claims) : null;
    if (!timeTrusted(clock)) return "no-trusted-clock";
    if (clock.monotonic() < this.#notBefore) return "counter";
    return this.#expired(claims);
  }

  #expired(claims: OrderClaims): RefusalReason | null {
    const now = this.#options.clock.wall().at / 1000;
    if (now >= claims.exp) return "expired";
    return claims.iat > now + leeway ? "not-yet" : null;
  }

  async #obey(kind: OrderKind, claims: OrderClaims, kid: string): Promise<Refused | null> {
    const { ledger, answer, record, act } = this.#options;
    const { cid, who } = claims;
    const seq = await record({ kind, cid, who, kid, status: "accepted", reason: null });
    if (seq === null) return this.#finish(cid, { status: "rejected", reason: "not-stored", seq: null });
    answer({ cid, status: "accepted", reason: null, seq });
    // Storing took time; on a slow disk a release may have outlived itself.
    if (timeTrusted(this.#options.clock) && this.#expired(claims) !== null)
      return this.#finish(cid, { status: "expired", reason: "expired", seq });
    const outcome = await act(orderOf(kind, claims, this.#options.clock)).catch(
      (): OrderOutcome => ({ status: "rejected", reason: "failed" }),
    );
    if (outcome.status === "done") {
      await ledger.finish(cid, { status: "done", reason: null, seq }).catch(() => {});
      answer({ cid, status: "done", reason: null, seq });
      return null;
    }
    const end = await record({ kind, cid, who, kid, status: "rejected", reason: "lane" });
    return this.#finish(cid, { status: "rejected", reason: "lane", seq: end ?? seq }, printable(outcome.reason));
  }

  async #finish(
    cid: string,
    end: { status: Result["status"]; reason: RefusalReason; seq: number | null },
    detail?: string,
  ): Promise<Refused> {
    await this.#options.ledger.finish(cid, end).catch(() => {});
    this.#options.answer({ cid, ...end, ...(detail === undefined ? {} : { detail }) });
    return { reason: end.reason, cid };
  }

  #repeat(cid: string, was: { status: Result["status"]; reason: RefusalReason | null; seq: number | null }): Refused {
    this.#options.answer({ cid, status: "duplicate", reason: was.reason, seq: was.seq, was: was.status });
    return { reason: "counter", cid };
  }

  async #refuse(
    kind: OrderKind,
    { reason, cid }: Refused,
    claims: OrderClaims | null,
    kid: string | null,
  ): Promise<Refused> {
    this.#options.logger.warn("order refused", { kind, reason });
    const status = reason === "expired" ? "expired" : "rejected";
    const seq = await this.#options.record({
      kind,
      cid: claims === null ? null : cid,
      who: claims?.who ?? null,
      kid,
      status,
      reason,
    });
    if (cid !== null) this.#options.answer({ cid, status, reason, seq });
    return { reason, cid };
  }
}

function orderOf(kind: OrderKind, claims: OrderClaims, clock: Clock): Order {
  const { cid, who } = claims;
  if (kind !== "lockdown") return { kind, cid, who };
  const until = claims.until ?? claims.iat;
  // By the lane's clock where that can be believed, else by the order's own times.
  const from = timeTrusted(clock) ? clock.wall().at / 1000 : claims.iat;
  return { kind, cid, who, forMs: Math.max(0, Math.min(until - from, longestLockdown) * 1000) };
}

const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, "?").slice(0, 200);
