/**
 * The desired configuration: a retained, signed document whose version only grows. The last one believed is on disk,
 * so a lane that boots during a lockdown comes up locked, with or without a network.
 */
import { millis } from "../../core/units.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Order, OrderOutcome } from "../../ports/orders.ts";
import { type DesiredClaims, longestLockdown, type SignatureCheck } from "../../protocol/orders.ts";
import type { Reported } from "../../protocol/payloads.ts";
import { timeTrusted } from "./challenge.ts";
import type { Ledger } from "./ledger.ts";

/** What the lane did with the values and documents of a configuration. */
export type Application =
  | { readonly applied: true }
  | { readonly applied: "after-restart" }
  | { readonly applied: false; readonly reason: string; readonly path: string };

/** Who applies a configuration. */
export interface Applier {
  apply(claims: DesiredClaims): Promise<Application>;
  /** What became of one that waited for a restart. */
  outcome(claims: DesiredClaims): Promise<Application>;
}

export interface DesiredOptions {
  readonly lane: string;
  readonly check: SignatureCheck;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly report: (reported: Reported) => void;
  readonly applier: Applier;
  readonly act: (order: Order) => Promise<OrderOutcome>;
}

export class DesiredState {
  readonly #options: DesiredOptions;
  #version = 0;
  #digest = "";
  #onTrial = false;
  #locked = false;
  #cancelRelease: (() => void) | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: DesiredOptions) {
    this.#options = options;
  }

  /** Version last applied or rejected; 0 for none. */
  get version(): number {
    return this.#version;
  }

  /** Takes up what was believed before the restart, a lockdown above all. */
  async start(): Promise<void> {
    const stored = await this.#options.ledger.desired().catch(() => null);
    if (stored === null) return;
    this.#version = stored.version;
    this.#digest = stored.digest;
    this.#onTrial = stored.status === "trial";
    const verified = await this.#options.check.desired(Buffer.from(stored.signed));
    if (verified.ok && stored.status !== "rejected") await this.#lockdown(verified.claims);
  }

  stop(): void {
    this.#cancelRelease?.();
  }

  /** Never throws. */
  handle(bytes: Uint8Array): Promise<void> {
    const done = this.#queue.then(() => this.#handle(bytes)).catch(() => {});
    this.#queue = done;
    return done;
  }

  async #handle(bytes: Uint8Array): Promise<void> {
    const { check, lane, ledger, report, applier } = this.#options;
    if (bytes.byteLength === 0) return;
    const verified = await check.desired(bytes);
    if (!verified.ok) return this.#reject(0, "0".repeat(64), verified.reason, "");
    const { claims, signers, digest } = verified;
    if (!signers.some((key) => key.role === "configuration"))
      return this.#reject(claims.version, digest, "key-not-allowed", "");
    if (claims.target !== lane) return this.#reject(claims.version, digest, "other-target", "/target");
    // The broker hands the retained one over at each connect: that is when its outcome can be told.
    const again = claims.version === this.#version && digest === this.#digest;
    if (again && !this.#onTrial) return;
    if (!again && claims.version <= this.#version)
      return this.#reject(claims.version, digest, "stale-version", "/version");
    if (claims.lockdown !== null && claims.lockdown.until - claims.iat > longestLockdown)
      return this.#reject(claims.version, digest, "no-until", "/lockdown/until");
    const done = await (again ? applier.outcome(claims) : applier.apply(claims));
    const status = done.applied === "after-restart" ? "trial" : done.applied ? "applied" : "rejected";
    await ledger.desire({
      version: claims.version,
      digest,
      signed: Buffer.from(bytes).toString("utf8"),
      status,
    });
    this.#version = claims.version;
    this.#digest = digest;
    this.#onTrial = status === "trial";
    if (done.applied === false) this.#reject(claims.version, digest, done.reason, done.path);
    else if (status === "applied") report({ version: claims.version, digest, status, reason: null, path: null });
    // What is not applied locks nobody out, neither when a restart was needed to find out.
    if (done.applied === false && again) await this.#lockdown({ ...claims, lockdown: null });
    else if (done.applied !== false && !again) await this.#lockdown(claims);
  }

  #reject(version: number, digest: string, reason: string, path: string): void {
    this.#options.report({
      version,
      digest,
      status: "rejected",
      reason: reason.slice(0, 200),
      path: path.slice(0, 200),
    });
  }

  /** Only ever closes entry, and for a bounded time; a lockdown by order is ended by `unlock`, not by this. */
  async #lockdown(claims: DesiredClaims): Promise<void> {
    this.#cancelRelease?.();
    this.#cancelRelease = null;
    const forMs = claims.lockdown === null ? 0 : this.#remaining(claims.iat, claims.lockdown.until);
    const cid = `desired-${claims.version}`;
    if (forMs > 0) {
      this.#locked = true;
      await this.#options.act({ kind: "lockdown", cid, who: claims.who, forMs });
      // The clock may become trusted only after the boot, and then tell that the lockdown is long over.
      this.#cancelRelease = this.#options.clock.every(millis(1000), () => {
        if (
          claims.lockdown === null ||
          !timeTrusted(this.#options.clock) ||
          this.#remaining(claims.iat, claims.lockdown.until) > 0
        )
          return;
        void this.#lockdown({ ...claims, lockdown: null });
      });
    } else if (this.#locked) {
      this.#locked = false;
      await this.#options.act({ kind: "unlock", cid, who: claims.who });
    }
  }

  /** Without a trusted clock the whole length: shut too long is harmless, since exit and staff always go. */
  #remaining(iat: number, until: number): number {
    const whole = Math.min(until - iat, longestLockdown) * 1000;
    if (!timeTrusted(this.#options.clock)) return Math.max(0, whole);
    return Math.max(0, Math.min(until * 1000 - this.#options.clock.wall().at, longestLockdown * 1000));
  }
}
