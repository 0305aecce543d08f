import type { Millis } from "../../core/units.ts";
import { createKeyRing, type KeyRing } from "../../pass/key-ring.ts";
import type { TrustedKey } from "../../pass/keys.ts";
import { type BuiltTrustList, MAX_TRUST_LIST_BYTES, openTrustList } from "../../pass/trust-list.ts";
import type { TrustSource } from "../parts.ts";
import { createDocumentStore, type Dated, type DocumentParts, type DocumentStore } from "./document-store.ts";

export interface TrustStore extends TrustSource, Pick<DocumentStore<TrustListInUse>, "start" | "stop" | "refresh"> {
  /** For screens and the technician: version and age; null before the first list. */
  status(): { readonly version: number; readonly age: Millis; readonly keys: number; readonly stale: boolean } | null;
}

interface TrustListInUse extends BuiltTrustList, Dated {
  readonly ring: KeyRing;
}

export interface TrustStoreParts extends Omit<DocumentParts<TrustListInUse>, "name" | "open" | "settings"> {
  readonly settings: Omit<DocumentParts<TrustListInUse>["settings"], "maxBytes"> & { readonly staleAfter: Millis };
  /** The keys that may sign a list; given with the lane, never fetched. */
  readonly roots: readonly TrustedKey[];
}

/** The keys of the newest list that a root has signed. Without any list nothing is known and everything is stale. */
export function createTrustStore(parts: TrustStoreParts): TrustStore {
  const store = createDocumentStore<TrustListInUse>({
    ...parts,
    name: "trust list",
    settings: { ...parts.settings, maxBytes: MAX_TRUST_LIST_BYTES * 2 },
    open: (text) => {
      const list = openTrustList(text, parts.roots);
      return { ...list, ring: createKeyRing(list.keys), followsHeld: false };
    },
  });
  const empty = createKeyRing([]);
  const stale = (): boolean => {
    const age = store.age();
    return age === null || age > parts.settings.staleAfter;
  };
  return {
    start: store.start,
    stop: store.stop,
    refresh: store.refresh,
    ring: () => store.held()?.ring ?? empty,
    stale,
    status() {
      const held = store.held();
      const age = store.age();
      if (held === null || age === null) return null;
      return { version: held.version, age, keys: held.keys.length, stale: stale() };
    },
  };
}
