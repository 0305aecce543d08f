import type { ControlRoomConfig } from "../config.ts";
import type { Database } from "./database.ts";
import { openPostgres } from "./postgres.ts";
import { openSqlite } from "./sqlite.ts";

/** The database that the configuration names. @throws DatabaseError GL-6001 */
export function openDatabase(database: ControlRoomConfig["database"]): Promise<Database> {
  return database.kind === "sqlite"
    ? Promise.resolve().then(() => openSqlite(database.file))
    : openPostgres({ url: database.url, connections: database.connections });
}
