import type { TrustedKey } from "./keys.ts";

/** The keys believed at one moment, found by key id. Never changed: a new list makes a new ring (build, then swap). */
export interface KeyRing {
  /** All keys with that id, those for any id after them. */
  find(kid: string, foreign: boolean): readonly TrustedKey[];
  readonly keys: readonly TrustedKey[];
}

export function createKeyRing(keys: readonly TrustedKey[]): KeyRing {
  const byId = new Map<string, TrustedKey[]>();
  for (const key of keys) for (const kid of key.kids) byId.set(kid, [...(byId.get(kid) ?? []), key]);
  const loose = keys.filter((key) => key.anyKid);
  return {
    keys,
    find: (kid, foreign) => {
      const own = byId.get(kid) ?? [];
      return foreign && loose.length > 0 ? [...own, ...loose.filter((key) => !own.includes(key))] : own;
    },
  };
}
