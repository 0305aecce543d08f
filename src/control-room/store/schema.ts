import { type Database, DatabaseError } from "../database/database.ts";

/**
 * The tables. Instants are milliseconds since 1970, truth is 0 or 1, structured values are JSON texts. `{id}` and the
 * like are spelled by the driver. Statements only create what is missing; a change of meaning is a new statement below.
 */
const tables = [
  // One row per (lane, epoch): which numbers have come, which the lane gave up, which it says it has given out.
  `CREATE TABLE IF NOT EXISTS stream (
    id {id}, src {text} NOT NULL, epoch {text} NOT NULL,
    have {text} NOT NULL DEFAULT '[]', shed {text} NOT NULL DEFAULT '[]', shed_count {int} NOT NULL DEFAULT 0,
    head {int} NOT NULL DEFAULT 0, tail {int} NOT NULL DEFAULT 0, holes {int} NOT NULL DEFAULT 0,
    first_at {int} NOT NULL, last_at {int} NOT NULL, asked_at {int} NOT NULL DEFAULT 0, asked_from {int} NOT NULL DEFAULT 0,
    UNIQUE (src, epoch))`,
  `CREATE INDEX IF NOT EXISTS stream_holes ON stream (asked_at) WHERE holes > 0`,
  // sealed: subject and temperature under the key of their day of erasure (retention/); body has neither.
  // again: above 0 where the lane used the number before for another event (its disk was put back); both are kept.
  `CREATE TABLE IF NOT EXISTS event (
    n {id}, stream {int} NOT NULL, seq {int} NOT NULL, again {int} NOT NULL DEFAULT 0, src {text} NOT NULL,
    type {text} NOT NULL, at {int} NOT NULL, received {int} NOT NULL,
    body {text} NOT NULL, sealed {blob}, seal_day {int}, filed {int} NOT NULL DEFAULT 0, case_id {text},
    UNIQUE (stream, seq, again))`,
  `CREATE INDEX IF NOT EXISTS event_unfiled ON event (n) WHERE filed = 0`,
  `CREATE INDEX IF NOT EXISTS event_case ON event (case_id, n) WHERE case_id IS NOT NULL`,
  `CREATE INDEX IF NOT EXISTS event_sealed ON event (seal_day) WHERE sealed IS NOT NULL`,
  `CREATE TABLE IF NOT EXISTS cases (
    id {text} PRIMARY KEY, key {text} NOT NULL, state {text} NOT NULL, priority {int} NOT NULL, src {text} NOT NULL,
    opened {int} NOT NULL, last_at {int} NOT NULL, resolved_at {int}, erased {int} NOT NULL DEFAULT 0, due {int},
    rev {int} NOT NULL, doc {text} NOT NULL)`,
  `CREATE INDEX IF NOT EXISTS cases_open ON cases (key) WHERE state <> 'resolved'`,
  `CREATE INDEX IF NOT EXISTS cases_resolved ON cases (resolved_at) WHERE resolved_at IS NOT NULL`,
  `CREATE INDEX IF NOT EXISTS cases_opened ON cases (opened)`,
  `CREATE INDEX IF NOT EXISTS cases_due ON cases (due) WHERE due IS NOT NULL`,
  `CREATE TABLE IF NOT EXISTS counter (name {text} PRIMARY KEY, value {int} NOT NULL)`,
  // Free text of operators, sealed as a subject is, and apart from the audit log, which holds a salted digest of it.
  `CREATE TABLE IF NOT EXISTS note (
    n {id}, case_id {text} NOT NULL, at {int} NOT NULL, who {text} NOT NULL,
    sealed {blob} NOT NULL, seal_day {int} NOT NULL)`,
  `CREATE INDEX IF NOT EXISTS note_case ON note (case_id)`,
  `CREATE TABLE IF NOT EXISTS audit (
    n {int} PRIMARY KEY, at {int} NOT NULL, who {text} NOT NULL, action {text} NOT NULL, case_id {text},
    detail {text} NOT NULL, prev {text} NOT NULL, hash {text} NOT NULL)`,
  `CREATE INDEX IF NOT EXISTS audit_case ON audit (case_id) WHERE case_id IS NOT NULL`,
  `CREATE TABLE IF NOT EXISTS lane (
    src {text} PRIMARY KEY, online {int} NOT NULL, planned {int} NOT NULL DEFAULT 0, boot {text}, session {int} NOT NULL DEFAULT 0,
    epoch {text}, version {text}, since {int} NOT NULL, heard {int} NOT NULL)`,
  // Lanes that were taken down for good, until one speaks again.
  `CREATE TABLE IF NOT EXISTS lane_forgotten (src {text} PRIMARY KEY, at {int} NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS quarter (src {text} NOT NULL, quarter {int} NOT NULL, persons {text} NOT NULL, PRIMARY KEY (src, quarter))`,
  `CREATE TABLE IF NOT EXISTS operator (
    id {text} PRIMARY KEY, role {text} NOT NULL, password {text} NOT NULL, must_change {int} NOT NULL DEFAULT 0,
    disabled {int} NOT NULL DEFAULT 0, created {int} NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS session (
    token {text} PRIMARY KEY, operator {text} NOT NULL, csrf {text} NOT NULL, created {int} NOT NULL, seen {int} NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS attempt (key {text} NOT NULL, at {int} NOT NULL)`,
  `CREATE INDEX IF NOT EXISTS attempt_key ON attempt (key, at)`,
  // Up to which number of a (lane, epoch) what is missing was told: a case that was resolved stays resolved.
  `CREATE TABLE IF NOT EXISTS gap_told (
    src {text} NOT NULL, epoch {text} NOT NULL, up_to {int} NOT NULL, PRIMARY KEY (src, epoch))`,
  `CREATE TABLE IF NOT EXISTS notice (
    n {id}, case_id {text} NOT NULL, addressee {text} NOT NULL, stage {text} NOT NULL, created {int} NOT NULL,
    tries {int} NOT NULL DEFAULT 0, next_at {int} NOT NULL, done_at {int}, failure {text}, UNIQUE (case_id, addressee, stage))`,
  `CREATE INDEX IF NOT EXISTS notice_due ON notice (next_at) WHERE done_at IS NULL`,
] as const;

/** The audit log takes rows and gives them back; nothing changes or removes one, whoever holds the connection. */
const guards = {
  sqlite: [
    `CREATE TRIGGER IF NOT EXISTS audit_kept BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'GL-6003: the audit log is append-only'); END`,
    `CREATE TRIGGER IF NOT EXISTS audit_whole BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'GL-6003: the audit log is append-only'); END`,
  ],
  postgres: [
    `CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'GL-6003: the audit log is append-only'; END $$`,
    `DROP TRIGGER IF EXISTS audit_kept ON audit`,
    `CREATE TRIGGER audit_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()`,
  ],
} as const;

/** Columns that later statements ask for; a database from before them has other tables of the same names. */
const newest = { event: "again", note: "sealed" } as const;

/**
 * Makes what is missing. @throws DatabaseError GL-6017 for a database of an earlier form, which is left as it is, since
 * nothing may be lost by a change in place.
 */
export async function prepareSchema(db: Database): Promise<void> {
  for (const [table, column] of Object.entries(newest)) {
    if (!(await answers(db, `SELECT 1 FROM ${table} WHERE 1 = 0`))) continue;
    if (await answers(db, `SELECT ${column} FROM ${table} WHERE 1 = 0`)) continue;
    const advice = "keep it for reading with the release that made it, and give this one a new database";
    throw new DatabaseError(`the database is of an earlier form (${table}.${column}); ${advice}`, {}, "GL-6017");
  }
  await db.migrate(schemaFor(db.kind));
}

const answers = (db: Database, sql: string): Promise<boolean> =>
  db.all(sql).then(
    () => true,
    () => false,
  );

export const schemaFor = (kind: "sqlite" | "postgres"): readonly string[] => [...tables, ...guards[kind]];
