import type { KeyRing } from "../pass/key-ring.ts";
import { createKeyRing } from "../pass/key-ring.ts";
import type { TrustedKey } from "../pass/keys.ts";
import type { TrustSource } from "./parts.ts";

/** Keys given once and never too old: for a pilot without a list, the rig and the tools. */
export function fixedTrust(keys: readonly TrustedKey[]): TrustSource {
  const ring: KeyRing = createKeyRing(keys);
  return { ring: () => ring, stale: () => false };
}
