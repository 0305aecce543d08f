import type { CodeRead, Credential, Direction } from "../core/flow.ts";

/** Answers what a code proves. Never throws; every way of not knowing is an outcome. */
export interface Verifier {
  verify(code: CodeRead, direction: Direction): Promise<Credential>;
  /** The pass was granted *and used* in this direction: from now on its repetition is `replayed` (P-replay). */
  used(credential: Credential, direction: Direction): void;
  /** The same credential as it counts now: its pass may have been used since it was verified. */
  again(credential: Credential, direction: Direction): Credential;
}
