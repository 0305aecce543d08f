/**
 * How far the wall clock can be believed (RULES, clock). `synced` while the system's time service goes on setting it;
 * `holdover` after that, and after a boot with a battery-backed clock that was synced before; `unsynced` otherwise. The
 * estimated error grows with the drift of the crystal, and a jump that nobody announced ends all trust.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { ClockTrust } from "../../src/core/flow.ts";
import { type Millis, type Monotonic, millis, monotonic, since } from "../../src/core/units.ts";
import type { TrustSource } from "./system-clock.ts";

export interface TrustSettings {
  /** Touched by the time service each time it has the time, as /run/systemd/timesync/synchronized. */
  readonly syncedFile: string;
  /** Battery-backed clock, or null: without one nothing is believed after a boot until the first synchronisation. */
  readonly rtc: string | null;
  readonly driftPpm: number;
  /** Remembers the last synchronisation over a boot. */
  readonly memory: string;
}

/** Where the clock reads come from; tests bring their own. */
export interface TimeReads {
  readonly wall: () => number;
  readonly monotonic: () => number;
}
const systemReads: TimeReads = { wall: () => Date.now(), monotonic: () => Number(process.hrtime.bigint()) / 1e6 };

/** Error right after a synchronisation, and of setting a clock from an RTC with whole seconds. */
const SYNC_ERROR = 50;
const RTC_ERROR = 1_000;
/** Holdover is worth nothing beyond this (RULES, clock). */
const USELESS = 10_000;
/** Wall and monotonic time may part by this between two looks; more is a jump. */
const JUMP = 1_000;
const REMEMBER_EVERY = 10 * 60_000;
/** systemd-timesyncd asks every 34 minutes at the longest; one time may get lost. */
const SYNCED_FOR = 70 * 60_000;

interface Base {
  /** Monotonic time from which the error grows, and the error there. */
  readonly at: Monotonic;
  readonly error: number;
  readonly by: "service" | "rtc";
}

export class SystemTrust implements TrustSource {
  readonly #set: TrustSettings;
  readonly #reads: TimeReads;
  #base: Base | null;
  #offset: number;
  /** When the time service last had the time, as its file says; null without the file. */
  #touched: number | null;
  #remembered = Number.NEGATIVE_INFINITY;

  constructor(settings: TrustSettings, reads: TimeReads = systemReads) {
    this.#set = settings;
    this.#reads = reads;
    this.#offset = reads.wall() - reads.monotonic();
    this.#touched = touchedAt(settings.syncedFile);
    this.#base = this.#fromThisBoot(this.#touched) ?? this.#fromLastBoot();
  }

  trust(): { readonly trust: ClockTrust; readonly error: Millis } {
    const now = monotonic(this.#reads.monotonic());
    const offset = this.#reads.wall() - now;
    const jumped = Math.abs(offset - this.#offset) > JUMP;
    this.#offset = offset;
    const touched = touchedAt(this.#set.syncedFile);
    if (touched !== null && touched !== this.#touched) {
      this.#base = { at: now, error: SYNC_ERROR, by: "service" };
      this.#remember(now);
    } else if (jumped) this.#base = null;
    this.#touched = touched;
    if (this.#base === null) return { trust: "unsynced", error: millis(Number.MAX_SAFE_INTEGER) };
    const age = since(this.#base.at, now);
    const error = millis(this.#base.error + this.#drift(age));
    if (touched !== null && this.#base.by === "service" && age <= SYNCED_FOR) return { trust: "synced", error };
    return { trust: error <= USELESS ? "holdover" : "unsynced", error };
  }

  /** The process began anew, the system did not: the service had the time then. A file of the future is a clock set back. */
  #fromThisBoot(touched: number | null): Base | null {
    if (touched === null) return null;
    const age = this.#reads.wall() - touched;
    return age < 0 ? null : { at: monotonic(this.#reads.monotonic() - age), error: SYNC_ERROR, by: "service" };
  }

  #drift(elapsed: number): number {
    return (elapsed * this.#set.driftPpm) / 1e6;
  }

  /** With an RTC the time since the last synchronisation is known even over a boot, unless it has gone back. */
  #fromLastBoot(): Base | null {
    if (this.#set.rtc === null || !existsSync(this.#set.rtc)) return null;
    let lastSync: number;
    try {
      lastSync = Number(readFileSync(this.#set.memory, "utf8"));
    } catch {
      return null;
    }
    const elapsed = this.#reads.wall() - lastSync;
    if (!Number.isFinite(elapsed) || lastSync <= 0 || elapsed < 0) return null;
    return { at: monotonic(this.#reads.monotonic()), error: RTC_ERROR + this.#drift(elapsed), by: "rtc" };
  }

  #remember(now: Monotonic): void {
    if (this.#set.rtc === null || now - this.#remembered < REMEMBER_EVERY) return;
    this.#remembered = now;
    const text = String(Math.round(this.#reads.wall()));
    void mkdir(dirname(this.#set.memory), { recursive: true })
      .then(() => writeFileAtomic(this.#set.memory, text))
      .catch(() => {});
  }
}

function touchedAt(file: string): number | null {
  try {
    return statSync(file).mtimeMs;
  } catch {
    return null;
  }
}
