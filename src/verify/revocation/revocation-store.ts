import type { TrustedKey } from "../../pass/keys.ts";
import type { RevocationFilter } from "../parts.ts";
import { createDocumentStore, type DocumentParts, type DocumentStore } from "../trust/document-store.ts";
import { has, markOf } from "./filter.ts";
import { openBeside } from "./open-beside.ts";
import { MAX_REVOCATION_BYTES, type RevocationInUse } from "./revocation-document.ts";

export interface RevocationStore
  extends RevocationFilter,
    Pick<DocumentStore<RevocationInUse>, "start" | "stop" | "refresh" | "age"> {
  version(): number | null;
}

export interface RevocationStoreParts extends Omit<DocumentParts<RevocationInUse>, "name" | "open" | "settings"> {
  readonly settings: Omit<DocumentParts<RevocationInUse>["settings"], "maxBytes">;
  readonly roots: readonly TrustedKey[];
}

/**
 * The newest filter. Before the first one nothing counts as revoked: passes live a minute or a fortnight, and a lane
 * that called everything unverifiable for want of a filter would break P4 for every green holder.
 */
export function createRevocationStore(parts: RevocationStoreParts): RevocationStore {
  const store = createDocumentStore<RevocationInUse>({
    ...parts,
    name: "revocation filter",
    settings: { ...parts.settings, maxBytes: MAX_REVOCATION_BYTES },
    open: (text, held) => openBeside(text, parts.roots, held),
  });
  return {
    start: store.start,
    stop: store.stop,
    refresh: store.refresh,
    age: store.age,
    version: () => store.held()?.version ?? null,
    mayBeRevoked(passId) {
      const filter = store.held()?.filter;
      return filter !== undefined && has(filter, markOf(passId, filter.buckets));
    },
  };
}
