/**
 * The lane's configuration file with its history. Applying is provisional: a marker stays on disk until the self-test
 * has passed and the link is back; without both, also when the process dies meanwhile, the version before returns.
 */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "../config/findings.ts";
import { inspectConfig, type Loaded, loadFile, readWritten } from "../config/load.ts";
import type { Change, Version } from "../core/panel.ts";
import type { Instant } from "../core/units.ts";
import { diffFiles } from "./diff.ts";
import { notWhileRunning } from "./not-while-running.ts";
import { readPrivate, writePrivate } from "./private-file.ts";

interface Stored extends Omit<Version, "state"> {
  readonly returned: boolean;
  readonly file: Record<string, unknown>;
}

/** How the lane was when a change began. It lies beside the file while the change is on trial. */
export interface Before {
  readonly faults: readonly string[];
  readonly linked: boolean;
}

export interface Trial {
  /** Why nothing may be changed now, or null. */
  held(): string | null;
  /** How the lane is now. */
  before(): Before;
  /** Brings the new configuration to work; fields that need a restart wait for one. */
  activate(loaded: Loaded): Promise<void>;
  /** Null when no fault is there that was not there before, else what is. */
  selfTest(before: Before): Promise<string | null>;
  /** Resolves to whether the link to the centre stood again within its patience; one that was away need not come back. */
  linkBack(before: Before): Promise<boolean>;
  /** Some fields count from a new start of the process only: has it begin anew, after the answer to this change. */
  restart(): void;
}

export type Applied =
  | { readonly ok: true; readonly version: number; readonly restart: boolean }
  | { readonly ok: false; readonly code: "GL-1020"; readonly findings: readonly Finding[] }
  | {
      readonly ok: false;
      readonly code: "GL-1021" | "GL-1022" | "GL-1023" | "GL-1025";
      readonly why: string;
      readonly returnedTo: number;
    };

interface Marker {
  readonly version: number;
  readonly previous: number;
  readonly starts: number;
  readonly before: Before;
}

export type Confirmed = "nothing-on-trial" | "kept" | "returned";

/** A version that was taken back, told at the start after it. */
export interface Returned {
  readonly version: number;
  readonly why: string;
}

const KEPT = 50;

/** Where a lane keeps the versions of its file. */
export const configHistory = (directory: string): string => join(directory, "config-history");

export class Settings {
  readonly #path: string;
  readonly #folder: string;
  readonly #now: () => Instant;
  #busy = false;
  #confirming: Promise<Confirmed> | null = null;

  /** `folder` holds the history; nothing is read before a method is called. */
  constructor(path: string, folder: string, now: () => Instant) {
    this.#path = path;
    this.#folder = folder;
    this.#now = now;
  }

  /** The configuration on disk. @throws ConfigError where it can't be used. */
  current(): Loaded {
    return loadFile(this.#path);
  }

  /** The file as it is written, without defaults, brought up to date: what is changed in it are today's fields. */
  raw(): Record<string, unknown> {
    return readWritten(this.#path);
  }

  /** What a new file would change, and what is wrong with it. */
  preview(file: unknown): { readonly changes: readonly Change[]; readonly findings: readonly Finding[] } {
    const inspected = inspectConfig(file);
    const completed = inspected.ok ? inspected.loaded.file : inspected.file;
    const current = this.current().file;
    return {
      changes: completed === null ? [] : diffFiles(current, completed),
      findings: inspected.ok ? notWhileRunning(current, inspected.loaded.file) : inspected.findings,
    };
  }

  history(): readonly Version[] {
    const all = this.#stored();
    const current = all.findLast((entry) => !entry.returned)?.version;
    return all
      .map(
        ({ version, at, by, summary, returned }): Version => ({
          version,
          at,
          by,
          summary,
          state: returned ? "returned" : version === current ? "current" : "earlier",
        }),
      )
      .reverse();
  }

  /** Whether a change still has to prove itself, before or after its restart. */
  onTrial(): boolean {
    return this.#marker() !== null;
  }

  /** The file of an earlier version, or null. */
  fileOf(version: number): Record<string, unknown> | null {
    return this.#stored().find((entry) => entry.version === version)?.file ?? null;
  }

  /** Applies a file and keeps it only when the trial succeeds. One at a time, and after what `confirm` is about. */
  async apply(file: unknown, by: string, trial: Trial): Promise<Applied> {
    // `file` was made from the one that is being taken back, and would bring it again.
    if ((await this.#confirming) === "returned")
      return { ok: false, code: "GL-1023", why: "the change before is being taken back", returnedTo: this.#latest() };
    if (this.#busy)
      return { ok: false, code: "GL-1023", why: "another change is being applied", returnedTo: this.#latest() };
    const held = trial.held();
    if (held !== null) return { ok: false, code: "GL-1025", why: held, returnedTo: this.#latest() };
    const inspected = inspectConfig(file);
    if (!inspected.ok) return { ok: false, code: "GL-1020", findings: inspected.findings };
    this.#busy = true;
    try {
      this.#first();
      const current = this.current();
      const fixed = notWhileRunning(current.file, inspected.loaded.file);
      if (fixed.length > 0) return { ok: false, code: "GL-1020", findings: fixed };
      const previous = this.#latest();
      const changes = diffFiles(current.file, inspected.loaded.file);
      const waiting = this.#marker();
      if (changes.length === 0) return { ok: true, version: previous, restart: waiting !== null };
      const version = this.#nextVersion();
      this.#keep({
        version,
        at: this.#now(),
        by,
        summary: summaryOf(changes),
        returned: false,
        file: file as Record<string, unknown>,
      });
      // On top of a change that still waits for its restart, both prove themselves together.
      const before = waiting?.before ?? trial.before();
      this.#mark({ version, previous: waiting?.previous ?? previous, starts: 0, before });
      this.#write(file);
      const why = await tried(trial, before, () => trial.activate(inspected.loaded));
      if (why === null) {
        // Fields that wait for a restart prove themselves after it: the marker stays until `confirm`.
        const restart = waiting !== null || changes.some((change) => change.restart);
        if (restart) trial.restart();
        else this.#unmark();
        return { ok: true, version, restart };
      }
      this.#return(version, previous);
      if (waiting !== null) this.#mark(waiting);
      await trial.activate(this.current());
      return { ok: false, code: why.code, why: why.why, returnedTo: previous };
    } finally {
      this.#busy = false;
    }
  }

  /**
   * To be called at start, before the configuration is used: a version that was on trial and whose process started
   * once already without being confirmed is taken back. Says once which one was, here or by `confirm` before.
   */
  recover(): Returned | null {
    const marker = this.#marker();
    if (marker !== null && marker.starts > 0)
      this.#takeBack(marker, "the lane ended before the change had proved itself");
    else if (marker !== null) this.#mark({ ...marker, starts: 1 });
    const returned = readPrivate<Returned>(this.#returnedPath);
    rmSync(this.#returnedPath, { force: true });
    return returned;
  }

  /** After a start on trial: keeps the version when the trial succeeds, else takes it back (then restart). */
  confirm(trial: Pick<Trial, "selfTest" | "linkBack">): Promise<Confirmed> {
    const confirming = this.#confirm(trial);
    // One that could not be judged is taken back by the next start; nothing is built on it until then.
    this.#confirming = confirming.catch(() => "returned");
    return confirming;
  }

  async #confirm(trial: Pick<Trial, "selfTest" | "linkBack">): Promise<Confirmed> {
    const marker = this.#marker();
    if (marker === null) return "nothing-on-trial";
    const why = await tried(trial, marker.before, async () => {});
    if (why === null) this.#unmark();
    else this.#takeBack(marker, `${why.code} ${why.why}`);
    return why === null ? "kept" : "returned";
  }

  /** As `#return`, in a process whose end nobody sees: the next start tells. */
  #takeBack({ version, previous }: Marker, why: string): void {
    writePrivate(this.#returnedPath, { version, why } satisfies Returned);
    this.#return(version, previous);
  }

  #return(version: number, previous: number): void {
    const entry = this.#stored().find((one) => one.version === previous);
    if (entry !== undefined) this.#write(entry.file);
    for (const bad of this.#stored().filter((one) => one.version > previous && one.version <= version))
      this.#keep({ ...bad, returned: true });
    this.#unmark();
  }

  /** The file that the lane came with becomes version 1, so that there is something to return to. */
  #first(): void {
    if (this.#stored().length > 0) return;
    this.#keep({
      version: 1,
      at: this.#now(),
      by: "installation",
      summary: "As installed",
      returned: false,
      file: this.raw(),
    });
  }

  #latest(): number {
    return this.#stored().findLast((entry) => !entry.returned)?.version ?? 0;
  }

  #nextVersion(): number {
    return (this.#stored().at(-1)?.version ?? 0) + 1;
  }

  #stored(): Stored[] {
    let names: string[] = [];
    try {
      names = readdirSync(this.#folder).filter((name) => /^\d{6}\.json$/.test(name));
    } catch {
      return [];
    }
    return names.sort().flatMap((name) => {
      const entry = readPrivate<Stored>(join(this.#folder, name));
      return entry === null ? [] : [entry];
    });
  }

  #keep(entry: Stored): void {
    writePrivate(join(this.#folder, `${String(entry.version).padStart(6, "0")}.json`), entry);
    const names = readdirSync(this.#folder)
      .filter((name) => /^\d{6}\.json$/.test(name))
      .sort();
    for (const name of names.slice(0, Math.max(0, names.length - KEPT))) rmSync(join(this.#folder, name));
  }

  get #returnedPath(): string {
    return join(this.#folder, "returned.json");
  }
  #marker(): Marker | null {
    return readPrivate<Marker>(join(this.#folder, "on-trial.json"));
  }
  #mark(marker: Marker): void {
    writePrivate(join(this.#folder, "on-trial.json"), marker);
  }
  #unmark(): void {
    rmSync(join(this.#folder, "on-trial.json"), { force: true });
  }
  #write(file: unknown): void {
    writePrivate(this.#path, file);
  }
}

async function tried(
  trial: Pick<Trial, "selfTest" | "linkBack">,
  before: Before,
  activate: () => Promise<void>,
): Promise<{ readonly code: "GL-1021" | "GL-1022"; readonly why: string } | null> {
  try {
    await activate();
    const broken = await trial.selfTest(before);
    if (broken !== null) return { code: "GL-1021", why: broken };
  } catch (error) {
    return { code: "GL-1021", why: error instanceof Error ? error.message.slice(0, 200) : "it could not be activated" };
  }
  return (await trial.linkBack(before))
    ? null
    : { code: "GL-1022", why: "the link to the control room did not come back" };
}

function summaryOf(changes: readonly Change[]): string {
  if (changes.length === 0) return "No change";
  const paths = changes
    .slice(0, 3)
    .map((change) => change.path)
    .join(", ");
  return changes.length > 3 ? `${paths} and ${changes.length - 3} more` : paths;
}
