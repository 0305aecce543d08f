/**
 * From a file to a configuration: migrate, put the profile of the kind of place and the defaults below it, check, read
 * the units, check what goes together. Nothing is used of a file with a finding.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { TSchema } from "typebox";
import { Default } from "typebox/value";
import { type SiteKind, siteKinds } from "../core/flow.ts";
import { check } from "./check.ts";
import { checkCombinations } from "./combinations.ts";
import { ConfigError, codes, type Finding, show } from "./findings.ts";
import { migrate } from "./migrations.ts";
import { CONFIG_VERSION, type LaneConfig, laneSchema } from "./schema.ts";
import { profileSchema, type SiteProfile } from "./schema-profile.ts";
import { decode } from "./walk.ts";

const LARGEST_FILE = 256 * 1024;

export interface Loaded {
  readonly config: LaneConfig;
  /** The file with every default filled in, quantities as texts: what `config print` and the form show. */
  readonly file: Readonly<Record<string, unknown>>;
  readonly profile: SiteProfile;
  /** What migrations changed, for the technician. */
  readonly notes: readonly string[];
}

/** Reads and checks a lane's file. @throws ConfigError with every finding, `GL-1010` where it can't be read at all. */
export function loadConfig(path: string): LaneConfig {
  return loadFile(path).config;
}

/** As `loadConfig`, with the completed file, the profile and the notes of migrations. */
export function loadFile(path: string): Loaded {
  return readConfig(parseFile(readText(path), path));
}

/**
 * The file as it is written, without defaults, brought up to date: a field that is set in it counts as today's, never as
 * what an old file meant by it. @throws ConfigError `GL-1010` where it can't be read at all.
 */
export function readWritten(path: string): Record<string, unknown> {
  const written = parseFile(readText(path), path);
  if (!isGroup(written)) throw new ConfigError([noObject(written)]);
  return migrate(written).file;
}

/** The folder with schema, defaults and profiles, beside the sources or beside the built package. */
export function configFolder(): string {
  for (const up of ["../../config/", "../../../config/"]) {
    const folder = fileURLToPath(new URL(up, import.meta.url));
    if (existsSync(`${folder}sites`)) return folder;
  }
  throw new ConfigError([
    finding(
      codes.unreadable,
      "config/sites",
      "no such folder",
      "the folder that comes with the program",
      "install the package again",
    ),
  ]);
}

/** The profile of a kind of place. @throws ConfigError where it is missing or says what a profile may not say. */
export function loadProfile(kind: SiteKind, folder = `${configFolder()}sites/`): SiteProfile {
  const path = `${folder}${kind}.json`;
  const file = filled(profileSchema, parseFile(readText(path), path));
  const findings = check(profileSchema, file).map((found) => ({ ...found, path: `sites/${kind}.json ${found.path}` }));
  if (findings.length > 0) throw new ConfigError(findings);
  return file as SiteProfile;
}

/** Checks a parsed file. @throws ConfigError with every finding. */
export function readConfig(parsed: unknown, profiles?: string): Loaded {
  const result = inspectConfig(parsed, profiles);
  if (!result.ok) throw new ConfigError(result.findings);
  return result.loaded;
}

export type Inspection =
  | { readonly ok: true; readonly loaded: Loaded; readonly findings: readonly [] }
  | {
      readonly ok: false;
      readonly findings: readonly Finding[];
      readonly file: Readonly<Record<string, unknown>> | null;
    };

/** As `readConfig`, but tells instead of throwing: for forms and `config check`. */
export function inspectConfig(parsed: unknown, profiles?: string): Inspection {
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    return {
      ok: false,
      file: null,
      findings: [noObject(parsed)],
    };
  const raw = parsed as Record<string, unknown>;
  if (typeof raw.version === "number" && raw.version > CONFIG_VERSION)
    return {
      ok: false,
      file: null,
      findings: [
        finding(
          codes.version,
          "version",
          String(raw.version),
          `at most ${CONFIG_VERSION}`,
          "this file was written by a newer program; update the lane first",
        ),
      ],
    };
  const { file: migrated, notes } = migrate(raw);
  const kind = siteKinds.find((known) => known === (migrated.site as { kind?: unknown } | undefined)?.kind);
  const profile = kind === undefined ? null : loadProfile(kind, profiles);
  const file = filled(laneSchema, profile === null ? migrated : merge(profile.defaults, migrated)) as Record<
    string,
    unknown
  >;
  const findings = check(laneSchema, file);
  if (findings.length > 0 || profile === null) return { ok: false, findings, file };
  const config = decode(laneSchema, file) as LaneConfig;
  const together = checkCombinations(config);
  if (together.length > 0) return { ok: false, findings: together, file };
  return { ok: true, findings: [], loaded: { config: deepFreeze(config), file, profile, notes } };
}

/** Parses JSON and says where it fails. @throws ConfigError `GL-1010`. */
export function parseFile(text: string, name = "the file"): unknown {
  try {
    return JSON.parse(text, (key, value) => {
      // Such a key would set a prototype instead of a field when groups are merged.
      if (key === "__proto__")
        throw new ConfigError([
          finding(codes.unknownKey, key, "a key that is not known", "only keys of the schema", "remove it"),
        ]);
      return value;
    });
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const position = Number(/position (\d+)/.exec(String(error))?.[1] ?? text.length);
    const before = text.slice(0, position).split("\n");
    throw new ConfigError([
      finding(
        codes.unreadable,
        name,
        `no JSON from line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`,
        "JSON",
        "look there for a missing comma, quote or bracket; comments are not allowed",
      ),
    ]);
  }
}

/** @throws ConfigError `GL-1010` where the file is missing, not ours to read or longer than 256 KiB. */
export function readText(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > LARGEST_FILE)
      throw new ConfigError([
        finding(codes.unreadable, path, `${size} bytes`, "at most 256 KiB", "this is no lane configuration"),
      ]);
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const why = (error as NodeJS.ErrnoException).code ?? "unreadable";
    throw new ConfigError([
      finding(
        codes.unreadable,
        path,
        why === "ENOENT" ? "no such file" : why,
        "a readable file",
        why === "ENOENT" ? "give the path of a lane's file, as config/lane.example.json" : "check its owner and mode",
      ),
    ]);
  }
}

/** Fields that a lower layer says and the upper does not. Lists are replaced, never joined. */
export function merge(below: unknown, above: unknown): unknown {
  if (!isGroup(below) || !isGroup(above)) return above === undefined ? below : above;
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above))
    merged[key] = Object.hasOwn(merged, key) ? merge(merged[key], value) : value;
  return merged;
}
const isGroup = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const filled = (schema: TSchema, file: unknown): unknown => Default(schema, structuredClone(file));

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value))
    for (const child of Object.values(Object.freeze(value))) deepFreeze(child);
  return value;
}

const noObject = (parsed: unknown): Finding =>
  finding(codes.unreadable, "", show(parsed), "a JSON object", "begin the file with { and end it with }");

const finding = (code: string, path: string, found: string, expected: string, suggestion: string): Finding => ({
  code,
  path,
  found,
  expected,
  suggestion,
  clause: null,
});
