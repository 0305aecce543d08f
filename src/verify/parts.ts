/** What a verifier asks for: each part the narrowest question, so that a lane can be built with few of them. */
import type { Direction } from "../core/flow.ts";
import type { KeyRing } from "../pass/key-ring.ts";

/** The keys believed now. */
export interface TrustSource {
  ring(): KeyRing;
  /** The list is older than its limit: whatever it vouches for is `trust-stale`, never valid. */
  stale(): boolean;
}

/** What a platform can say about a code, already mapped to the lane's words (platform/mapping.ts). */
export type PlatformOutcome =
  | "green"
  | "yellow"
  | "red"
  | "pending"
  | "expired"
  | "unknown"
  | "malformed"
  | "revoked"
  | "needs-conversion"
  | "platform-slow"
  | "platform-down"
  | "unverifiable";

export interface PlatformAnswer {
  readonly outcome: PlatformOutcome;
  /** The platform's opaque reference to the person, for a red or yellow alone. */
  readonly subject: string | null;
}

/** Asks the platform. Never throws and never takes longer than its deadline: no answer is an outcome too. */
export interface PlatformLookup {
  /** The colour behind an opaque code. Identity in the answer is dropped before this returns. */
  ask(text: string): Promise<PlatformAnswer>;
  /** Whether a pass is revoked: asked only where the filter says that it may be. */
  askRevoked(passId: string): Promise<"revoked" | "good" | "no-answer">;
}

/** The signed filter of revoked passes. */
export interface RevocationFilter {
  /** False: certainly not revoked by this list. True: perhaps. */
  mayBeRevoked(passId: string): boolean;
}

/** Passes that were granted and used a moment ago at the lanes of this gate group (P-replay). */
export interface ReplayMemory {
  seen(passId: string, medium: "electronic" | "paper", direction: Direction): boolean;
  used(passId: string, medium: "electronic" | "paper", direction: Direction): void;
}
