/** What must be remembered of orders: on disk before anything acts on one. */
import type { RefusalReason, Result } from "../../protocol/payloads.ts";

export interface Admission {
  readonly cid: string;
  readonly kind: string;
  readonly signers: readonly string[];
  readonly ctr: number;
}
export interface Outcome {
  readonly status: Result["status"];
  readonly reason: RefusalReason | null;
  readonly seq: number | null;
}
export type Admitted =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: "counter" }
  | { readonly ok: false; readonly why: "duplicate"; readonly was: Outcome };

/** The desired configuration last believed, as it came. */
export interface Desired {
  readonly version: number;
  readonly digest: string;
  readonly signed: string;
  /** `trial`: taken up, and proved or taken back by a restart. */
  readonly status: "applied" | "rejected" | "trial";
}

export interface Ledger {
  /** `fresh`: nothing was known, so counters were lost or never were. */
  open(): Promise<{ readonly fresh: boolean }>;
  /** One durable step: refuses a `cid` or a counter that was there, else remembers both. @throws OutboxError */
  admit(entry: Admission): Promise<Admitted>;
  find(cid: string): Promise<Outcome | null>;
  finish(cid: string, outcome: Outcome): Promise<void>;
  /** Orders that were admitted and never finished: the process died in between. */
  unfinished(): Promise<readonly string[]>;
  desired(): Promise<Desired | null>;
  desire(desired: Desired): Promise<void>;
}
