/** A ledger in memory; a desk made anew on the same one is a process that restarted. */
import type { Admission, Admitted, Desired, Ledger, Outcome } from "./ledger.ts";

export class SimLedger implements Ledger {
  readonly #fresh: boolean;
  readonly #counters = new Map<string, number>();
  readonly #seen = new Map<string, Outcome>();
  #desired: Desired | null = null;

  constructor(options: { readonly fresh: boolean } = { fresh: false }) {
    this.#fresh = options.fresh;
  }

  async open(): Promise<{ fresh: boolean }> {
    return { fresh: this.#fresh };
  }

  async admit({ cid, signers, ctr }: Admission): Promise<Admitted> {
    const was = this.#seen.get(cid);
    if (was !== undefined) return { ok: false, why: "duplicate", was };
    if (signers.some((kid) => (this.#counters.get(kid) ?? 0) >= ctr)) return { ok: false, why: "counter" };
    for (const kid of signers) this.#counters.set(kid, ctr);
    this.#seen.set(cid, { status: "accepted", reason: null, seq: null });
    return { ok: true };
  }

  async find(cid: string): Promise<Outcome | null> {
    return this.#seen.get(cid) ?? null;
  }

  async finish(cid: string, outcome: Outcome): Promise<void> {
    this.#seen.set(cid, outcome);
  }

  async unfinished(): Promise<readonly string[]> {
    return [...this.#seen].filter(([, { status }]) => status === "accepted").map(([cid]) => cid);
  }

  async desired(): Promise<Desired | null> {
    return this.#desired;
  }

  async desire(desired: Desired): Promise<void> {
    this.#desired = desired;
  }
}
