/** What the control room asks of a database; `sqlite.ts` and `postgres.ts` answer. See README. */

export type Value = string | number | Uint8Array | null;
export type Row = Readonly<Record<string, Value>>;

/** Column types of the schema, spelled by each driver: a growing row number, whole number, text, bytes. */
export type ColumnType = "int" | "text" | "blob";
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/** Statements on one connection; inside `transaction` all of them belong to it. */
export interface Session {
  /** Rows of a query. Parameters are `$1 … $n`. */
  all<R extends Row>(sql: string, ...values: readonly Value[]): Promise<R[]>;
  /** Runs a statement; resolves with the number of rows changed. */
  run(sql: string, ...values: readonly Value[]): Promise<number>;
  /** Inserts many rows in one go; `conflict` is the statement's `ON CONFLICT …` tail or empty. */
  insertMany(
    table: string,
    columns: readonly Column[],
    rows: readonly (readonly Value[])[],
    conflict?: string,
  ): Promise<void>;
}

export interface Database extends Session {
  readonly kind: "sqlite" | "postgres";
  /** Tail of a SELECT that locks its rows until the transaction ends. */
  readonly lock: "FOR UPDATE" | "";
  /** Durable when it resolves; rolled back when `work` throws. Transactions of one SQLite file queue up. */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Runs `work`, which writes through a connection of its own, while no other writer of this process is at work. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
  /** Creates what is missing. `{id}` `{int}` `{text}` `{blob}` in the text stand for the driver's types. */
  migrate(statements: readonly string[]): Promise<void>;
  /** Tells every process on this database, this one included, after the running statement's commit. */
  notify(session: Session, topic: string, payload: string): Promise<void>;
  onNotify(topic: string, listener: (payload: string) => void): () => void;
  /** Folds the write-ahead log into the file, so that nothing erased is left in it (SQLite; nothing to do elsewhere). */
  scrub(): Promise<void>;
  /** A consistent copy in `folder`; resolves with its path. */
  backup(folder: string, name: string): Promise<string>;
  stop(): Promise<void>;
}

/** `$from, $from+1, …`: the placeholders of an IN list of `count` values. */
export function placeholders(count: number, from = 1): string {
  return Array.from({ length: count }, (_, index) => `$${from + index}`).join(", ");
}

/** The database can't be used; the text says what to do. Stable code GL-6001. */
export class DatabaseError extends Error {
  readonly code: string;
  constructor(message: string, options?: ErrorOptions, code = "GL-6001") {
    super(`${code}: ${message}`, options);
    this.name = "DatabaseError";
    this.code = code;
  }
}
