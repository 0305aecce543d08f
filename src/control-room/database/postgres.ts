import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { type Column, type Database, DatabaseError, type Row, type Session, type Value } from "./database.ts";
import { alive, connectListener } from "./postgres-listener.ts";

const types = { id: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", int: "BIGINT", text: "TEXT", blob: "BYTEA" };
const arrays = { int: "bigint[]", text: "text[]", blob: "bytea[]" } as const;
/** Any number, but the same in every process: creating the schema is done by one at a time. */
const MIGRATION_LOCK = 6_001;

export interface PostgresOptions {
  /** `postgres://user@host/database`; a unix socket is `?host=/run/postgresql`. The password comes from PGPASSWORD or a pass file. */
  readonly url: string;
  readonly connections?: number;
  /** Client program for backups. */
  readonly dump?: string;
  /** How often the listening connection is asked whether it still lives, in milliseconds, and how long it may think. */
  readonly beat?: number;
}

/**
 * A PostgreSQL database shared by any number of collectors and web servers. Commits are synchronous; changes are told
 * to the other processes by LISTEN / NOTIFY.
 * @throws DatabaseError GL-6001 where the server doesn't answer or refuses.
 */
export async function openPostgres(options: PostgresOptions): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connections ?? 8,
    ...alive,
    types: { getTypeParser: parserOf as never },
  });
  // An idle connection that breaks is replaced by the pool at the next use; without a listener the process would end.
  pool.on("error", () => {});
  const listening = await connectListener(options.url, options.beat).catch(async (cause: unknown) => {
    await pool.end();
    throw new DatabaseError("PostgreSQL doesn't answer; check the address, the server and the role", { cause });
  });

  return {
    kind: "postgres",
    lock: "FOR UPDATE",
    ...sessionOn(pool),
    transaction: async (work) => {
      const { client, release } = await checkOut(pool);
      try {
        await client.query("BEGIN");
        const result = await work(sessionOn(client));
        await client.query("COMMIT");
        release(false);
        return result;
      } catch (error) {
        const broken = await client.query("ROLLBACK").then(
          () => false,
          () => true,
        );
        release(broken);
        throw error;
      }
    },
    exclusive: (work) => work(),
    migrate: async (texts) => {
      const { client, release } = await checkOut(pool);
      let broken = false;
      try {
        await client.query("BEGIN");
        await client.query(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`);
        for (const text of texts)
          await client.query(text.replace(/\{(id|int|text|blob)\}/g, (_, name: keyof typeof types) => types[name]));
        await client.query("COMMIT");
      } catch (error) {
        await client.query("ROLLBACK").catch(() => {
          broken = true;
        });
        throw error;
      } finally {
        release(broken);
      }
    },
    notify: async (session, topic, payload) => {
      await session.all("SELECT pg_notify($1, $2)", topic, payload);
    },
    onNotify: listening.on,
    scrub: async () => {},
    backup: async (folder, name) => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const target = join(folder, `${name}.dump`);
      await promisify(execFile)(options.dump ?? "pg_dump", ["--format=custom", `--file=${target}`, options.url]);
      return target;
    },
    stop: async () => {
      await listening.stop();
      await pool.end();
    },
  };
}

interface CheckedOut {
  readonly client: pg.PoolClient;
  /** Gives the connection back; a broken one is closed and replaced. */
  release(broken: boolean): void;
}

/**
 * A connection for several statements. The pool listens for errors only on those that lie idle: one that is lost while it
 * is checked out would end the process, although the statement that fails with it says all there is to say.
 */
async function checkOut(pool: pg.Pool): Promise<CheckedOut> {
  const client = await pool.connect();
  let lost = false;
  const onError = (): void => {
    lost = true;
  };
  client.on("error", onError);
  return {
    client,
    release: (broken) => {
      client.release(broken || lost);
      client.off("error", onError);
    },
  };
}

/** int8 (20) as a number: row numbers, instants and counts stay far below 2^53. */
function parserOf(oid: number): (text: string) => unknown {
  if (oid === 20 || oid === 23) return Number;
  return pg.types.getTypeParser(oid as never) as (text: string) => unknown;
}

function sessionOn(client: pg.Pool | pg.PoolClient): Session {
  const query = (sql: string, values: readonly unknown[]): Promise<pg.QueryResult> =>
    client.query(sql, [...values].map(asBuffer));
  return {
    all: async <R extends Row>(sql: string, ...values: readonly Value[]) => (await query(sql, values)).rows as R[],
    run: async (sql, ...values) => (await query(sql, values)).rowCount ?? 0,
    insertMany: async (table, columns, rows, conflict = "") => {
      if (rows.length === 0) return;
      const byColumn = columns.map((_, at) => rows.map((row) => asBuffer(row[at] ?? null)));
      await query(insertText(table, columns, conflict), byColumn);
    },
  };
}

const asBuffer = (value: unknown): unknown =>
  value instanceof Uint8Array && !Buffer.isBuffer(value) ? Buffer.from(value) : value;

function insertText(table: string, columns: readonly Column[], conflict: string): string {
  const names = columns.map((column) => column.name).join(", ");
  const lists = columns.map((column, at) => `$${at + 1}::${arrays[column.type]}`).join(", ");
  return `INSERT INTO ${table} (${names}) SELECT * FROM unnest(${lists}) ${conflict}`;
}
