import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { ControlRoomConfig } from "./config.ts";
import type { Database } from "./database/database.ts";
import { whenBackupIsDue } from "./retention/backup-schedule.ts";
import { backup } from "./retention/eraser.ts";
import type { AuditLog } from "./store/audit.ts";

export interface BackupDeps {
  readonly database: Database;
  readonly audit: Pick<AuditLog, "record">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Makes a copy whenever one is due and enters it in the audit log. What fails is logged (GL-6014 the copy, GL-6018 its
 * entry) and ends nothing; the next time makes another. Call what is returned to end it.
 */
export function backups(settings: ControlRoomConfig["backups"], deps: BackupDeps): () => void {
  if (settings === undefined) return () => {};
  return whenBackupIsDue(deps.clock, settings, () => void makeBackup(settings, deps));
}

async function makeBackup(settings: NonNullable<ControlRoomConfig["backups"]>, deps: BackupDeps): Promise<void> {
  const { database, audit, clock, logger } = deps;
  const { at } = clock.wall();
  try {
    await backup(database, settings.folder, settings.keep, at);
  } catch (error) {
    logger.error("backup failed", { code: "GL-6014", error: textOf(error) });
    return;
  }
  try {
    await audit.record({ at, who: "system", action: "backup", caseId: null, detail: {} });
  } catch (error) {
    logger.error("a backup was made and is not in the audit log; check the database's disk", {
      code: "GL-6018",
      error: textOf(error),
    });
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message.slice(0, 200) : "failed");
