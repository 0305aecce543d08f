/** What the tests of the verifier share: an issuer, a lane's clock, a verifier of chosen parts. */
import { SimClock } from "../../device/clock/clock.sim.ts";
import type { CodeRead, ModuleColour } from "../../src/core/flow.ts";
import { instantFromIso, monotonic } from "../../src/core/units.ts";
import type { PassClaims } from "../../src/pass/claims.ts";
import { issuePass, newClaims } from "../../src/pass/issue.ts";
import { createSigningKey, type SigningKey, type TrustedKey, trustedKeyOf } from "../../src/pass/keys.ts";
import type { Verifier } from "../../src/ports/verifier.ts";
import { createTagStore } from "../../src/verify/replay/replay-memory.ts";
import { createOwnTagKeys } from "../../src/verify/replay/tag-keys.ts";
import { fixedTrust } from "../../src/verify/trust-source.ts";
import { createVerifier, defaultVerifierSettings, type VerifierParts } from "../../src/verify/verifier.ts";
import { MemoryLogger } from "../support/quiet.ts";

export const start = instantFromIso("2020-04-27T08:00:00+08:00");

export const read = (text: string, colour: ModuleColour | null = null): CodeRead => ({
  at: monotonic(0),
  reader: "camera",
  bytes: new TextEncoder().encode(text),
  text,
  corners: null,
  colour,
});

export class Lane {
  readonly clock = new SimClock(start);
  readonly logger = new MemoryLogger();
  readonly key: SigningKey;
  readonly verifier: Verifier;

  constructor(
    parts: Partial<Omit<VerifierParts, "clock" | "logger">> & { readonly keys?: readonly TrustedKey[] } = {},
    key: SigningKey = createSigningKey(),
  ) {
    this.key = key;
    const trust = parts.trust ?? fixedTrust(parts.keys ?? [trustedKeyOf(key)]);
    const replay =
      parts.replay ?? createTagStore({ clock: this.clock, tagKeys: createOwnTagKeys(this.clock), group: "main" });
    const settings = parts.settings ?? defaultVerifierSettings;
    this.verifier = createVerifier({ ...parts, clock: this.clock, trust, settings, logger: this.logger, replay });
  }

  claims(given: Partial<PassClaims> = {}): PassClaims {
    return newClaims({ issuer: "CN-37", subject: "s-7", status: "green", ...given }, this.clock.wall().at);
  }

  pass(given: Partial<PassClaims> = {}, key: SigningKey = this.key): string {
    return issuePass(this.claims(given), key);
  }

  show = (text: string, direction: "entry" | "exit" = "entry") => this.verifier.verify(read(text), direction);
}
