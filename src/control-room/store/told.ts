import type { Instant } from "../../core/units.ts";
import type { Case } from "../cases/case.ts";
import type { Row, Session } from "../database/database.ts";

/**
 * What the staff were told of a condition that lasts, so that a case they resolved isn't opened again for it. Both are
 * called within the transaction that opens the case; `keep` only where one is opened.
 */
export interface Memory {
  told(session: Session): Promise<boolean>;
  keep(session: Session): Promise<void>;
}

export const nothingTold: Memory = { told: async () => false, keep: async () => {} };

/** That the lane has been away since then. The resolved case is the memory: nothing is kept beside it. */
export function absence(key: string, since: Instant): Memory {
  return {
    told: async (session) => {
      const rows = await session.all<Row & { doc: string }>(
        "SELECT doc FROM cases WHERE resolved_at > $1 AND key = $2",
        since,
        key,
      );
      // A case that had ended, or was told, before this absence began is about an earlier one.
      return rows
        .map((row) => JSON.parse(row.doc) as Case)
        .some((one) => one.annunciatedAt > since && (one.normalAt === null || one.normalAt > since));
    },
    keep: async () => {},
  };
}

/** That of this epoch nothing is missing up to `upTo` but what the staff were told. */
export function gapsUpTo(src: string, epoch: string, upTo: number): Memory {
  return {
    told: async (session) => (await read(session, src, epoch)) >= upTo,
    keep: async (session) => {
      await session.run(
        `INSERT INTO gap_told (src, epoch, up_to) VALUES ($1, $2, $3)
         ON CONFLICT (src, epoch) DO UPDATE SET up_to = excluded.up_to`,
        src,
        epoch,
        upTo,
      );
    },
  };
}

async function read(session: Session, src: string, epoch: string): Promise<number> {
  const [row] = await session.all<{ up_to: number }>(
    "SELECT up_to FROM gap_told WHERE src = $1 AND epoch = $2",
    src,
    epoch,
  );
  return row?.up_to ?? 0;
}
