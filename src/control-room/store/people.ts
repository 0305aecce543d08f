import { createHash, randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import type { Role } from "../../core/room.ts";
import { hours, type Instant, instant, minutes } from "../../core/units.ts";
import type { Database, Row, Session as Statements } from "../database/database.ts";

export interface Operator {
  readonly id: string;
  readonly role: Role;
  readonly mustChange: boolean;
  readonly disabled: boolean;
}
export interface Session {
  readonly operator: Operator;
  readonly csrf: string;
}
interface OperatorRow extends Row {
  id: string;
  role: string;
  password: string;
  must_change: number;
  disabled: number;
}

export const roles = ["watcher", "operator", "supervisor"] as const;
export const operatorIdPattern = "^[a-z0-9-]{2,32}$";
export const shortestPassword = 10;
const longestPassword = 200;
/** A page that is open keeps its session; a closed one ends after a quarter of an hour, and any after a long shift. */
export const idleEnd = minutes(15);
export const sessionEnd = hours(12);
/** Five wrong passwords for one account or from one address, then a quarter of an hour's rest. */
export const attemptsAllowed = 5;
export const attemptWindow = minutes(15);

/** scrypt, r = 8, p = 1: 2^17 takes about 0.3 s and 128 MiB (OWASP's figure); at most two run at once. */
export const defaultCost = 2 ** 17;

/** Operators, their sessions, and the brake on guessing. Tokens and passwords are stored as digests only. */
export class PeopleStore {
  readonly #db: Database;
  readonly #cost: number;
  #hashing = 0;
  readonly #queue: (() => void)[] = [];
  constructor(db: Database, cost: number = defaultCost) {
    this.#db = db;
    this.#cost = cost;
  }

  async count(): Promise<number> {
    const [row] = await this.#db.all<{ count: number }>("SELECT count(*) AS count FROM operator");
    return Number(row?.count ?? 0);
  }

  /**
   * Adds one, or sets role and password anew; sessions of before end. `also` is done in the same transaction.
   * @throws RangeError for an id or password that won't do.
   */
  async put(
    id: string,
    role: Role,
    password: string,
    at: Instant,
    mustChange: boolean,
    also: (session: Statements, wasThere: boolean) => Promise<void> = async () => {},
  ): Promise<void> {
    if (!new RegExp(operatorIdPattern).test(id))
      throw new RangeError("GL-6012: an operator's id has 2 to 32 of a-z, 0-9 and -");
    if (password.length < shortestPassword || password.length > longestPassword)
      throw new RangeError(`GL-6012: a password has ${shortestPassword} to ${longestPassword} characters`);
    const stored = await this.#hash(password);
    await this.#db.transaction(async (session) => {
      const before = await session.all("SELECT id FROM operator WHERE id = $1", id);
      await session.run(
        `INSERT INTO operator (id, role, password, must_change, disabled, created) VALUES ($1, $2, $3, $4, 0, $5)
         ON CONFLICT (id) DO UPDATE SET role = excluded.role, password = excluded.password,
           must_change = excluded.must_change, disabled = 0`,
        id,
        role,
        stored,
        mustChange ? 1 : 0,
        at,
      );
      await session.run("DELETE FROM session WHERE operator = $1", id);
      await also(session, before.length > 0);
    });
  }

  async disable(id: string): Promise<void> {
    await this.#db.transaction(async (session) => {
      await session.run("UPDATE operator SET disabled = 1 WHERE id = $1", id);
      await session.run("DELETE FROM session WHERE operator = $1", id);
    });
  }

  async all(): Promise<Operator[]> {
    return (await this.#db.all<OperatorRow>("SELECT * FROM operator ORDER BY id")).map(operatorOf);
  }

  /** The operator whose password this is; null otherwise. Takes as long for an unknown id as for a known one. */
  async check(id: string, password: string): Promise<Operator | null> {
    const [row] = await this.#db.all<OperatorRow>("SELECT * FROM operator WHERE id = $1", id);
    const stored = row?.password ?? `scrypt$${this.#cost}$${"0".repeat(32)}$${"0".repeat(64)}`;
    const right = await this.#matches(password.slice(0, longestPassword), stored);
    return right && row !== undefined && row.disabled === 0 ? operatorOf(row) : null;
  }

  /** Whether one more try may be made, counted on each of `keys` (account and address). */
  async mayTry(keys: readonly string[], at: Instant): Promise<boolean> {
    for (const key of keys) {
      const [row] = await this.#db.all<{ count: number }>(
        "SELECT count(*) AS count FROM attempt WHERE key = $1 AND at > $2",
        key,
        at - attemptWindow,
      );
      if (Number(row?.count ?? 0) >= attemptsAllowed) return false;
    }
    return true;
  }
  async countAttempt(keys: readonly string[], at: Instant): Promise<void> {
    for (const key of keys) await this.#db.run("INSERT INTO attempt (key, at) VALUES ($1, $2)", key, at);
  }
  async forgetAttempts(key: string): Promise<void> {
    await this.#db.run("DELETE FROM attempt WHERE key = $1", key);
  }

  async begin(operator: string, at: Instant): Promise<{ readonly token: string; readonly csrf: string }> {
    const token = randomBytes(32).toString("base64url");
    const csrf = randomBytes(24).toString("base64url");
    await this.#db.run(
      "INSERT INTO session (token, operator, csrf, created, seen) VALUES ($1, $2, $3, $4, $5)",
      digest(token),
      operator,
      csrf,
      at,
      at,
    );
    return { token, csrf };
  }

  /** The session of a cookie; touched, so that it goes on. Null where there is none or it has ended. */
  async session(token: string | undefined, at: Instant): Promise<Session | null> {
    if (token === undefined || token.length > 100) return null;
    const [row] = await this.#db.all<OperatorRow & { csrf: string; seen: number; token: string }>(
      `SELECT operator.*, session.csrf, session.seen, session.token FROM session
       JOIN operator ON operator.id = session.operator
       WHERE session.token = $1 AND session.seen > $2 AND session.created > $3 AND operator.disabled = 0`,
      digest(token),
      at - idleEnd,
      at - sessionEnd,
    );
    if (row === undefined) return null;
    // Once a minute is often enough to know that somebody is there.
    if (at - row.seen > 60_000)
      await this.#db.run("UPDATE session SET seen = $1 WHERE token = $2", instant(at), row.token);
    return { operator: operatorOf(row), csrf: row.csrf };
  }

  async end(token: string): Promise<void> {
    await this.#db.run("DELETE FROM session WHERE token = $1", digest(token));
  }

  async #hash(password: string): Promise<string> {
    const salt = randomBytes(16);
    const key = await this.#scrypt(password, salt, this.#cost);
    return `scrypt$${this.#cost}$${salt.toString("hex")}$${key.toString("hex")}`;
  }

  async #matches(password: string, stored: string): Promise<boolean> {
    const [, cost = "", salt = "", hex = ""] = stored.split("$");
    const key = await this.#scrypt(password, Buffer.from(salt, "hex"), Number(cost));
    const expected = Buffer.from(hex, "hex");
    return key.length === expected.length && timingSafeEqual(key, expected);
  }

  async #scrypt(password: string, salt: Buffer, cost: number): Promise<Buffer> {
    while (this.#hashing >= 2) await new Promise<void>((go) => this.#queue.push(go));
    this.#hashing += 1;
    try {
      return await new Promise<Buffer>((done, failed) =>
        scrypt(password.normalize("NFKC"), salt, 32, { N: cost, r: 8, p: 1, maxmem: 256 * cost * 8 }, (error, key) =>
          error === null ? done(key) : failed(error),
        ),
      );
    } finally {
      this.#hashing -= 1;
      this.#queue.shift()?.();
    }
  }
}

const digest = (token: string): string => createHash("sha256").update(token).digest("hex");
const operatorOf = (row: OperatorRow): Operator => ({
  id: row.id,
  role: roles.find((role) => role === row.role) ?? "watcher",
  mustChange: row.must_change === 1,
  disabled: row.disabled === 1,
});
