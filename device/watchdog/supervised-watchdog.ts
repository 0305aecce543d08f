/**
 * Feeds the service manager (sd_notify) and, where one is named, a hardware watchdog. Fed by the call that reports
 * progress, and only while every declared part has progressed within its own limit: a timer that goes on turning in a
 * dead lane feeds nothing.
 */
import { execFile } from "node:child_process";
import { type FileHandle, open } from "node:fs/promises";
import { type Millis, type Monotonic, millis, since } from "../../src/core/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Logger } from "../../src/ports/logger.ts";
import type { Watchdog } from "../../src/ports/watchdog.ts";
import { type Limits, type Part, Progress } from "./progress.ts";

export interface WatchdogSettings {
  readonly limits: Limits;
  /** The service manager's or the hardware's, whichever is shorter; fed three times as often. */
  readonly timeout: Millis;
  /** Hardware watchdog of our own, as /dev/watchdog; null where the service manager keeps it (RuntimeWatchdogSec). */
  readonly device: string | null;
}

/** Tells the service manager something, as `READY=1`. */
export type Notify = (state: string) => void;

/** By systemd-notify, since Node has no datagram sockets in the file system. Silent where nobody listens. */
export function systemdNotify(environment: NodeJS.ProcessEnv = process.env): Notify {
  if (environment.NOTIFY_SOCKET === undefined) return () => {};
  return (state) => {
    execFile("systemd-notify", [state], { timeout: 5000 }, () => {});
  };
}

export class SupervisedWatchdog implements Watchdog {
  readonly #clock: Clock;
  readonly #set: WatchdogSettings;
  readonly #notify: Notify;
  readonly #log: Logger;
  #progress: Progress | null = null;
  #hardware: FileHandle | null = null;
  #fed: Monotonic | null = null;
  #silentTold = "";

  constructor(clock: Clock, settings: WatchdogSettings, notify: Notify, log: Logger) {
    this.#clock = clock;
    this.#set = settings;
    this.#notify = notify;
    this.#log = log;
  }

  /** @throws Error `GL-2501` where the named hardware watchdog cannot be opened: better no lane than an unwatched one. */
  async start(): Promise<void> {
    if (this.#set.device !== null) {
      try {
        this.#hardware = await open(this.#set.device, "w");
      } catch (cause) {
        throw new Error(`GL-2501: ${this.#set.device} cannot be opened; does the service manager hold it already?`, {
          cause,
        });
      }
    }
    this.#progress = new Progress(this.#set.limits, this.#clock.monotonic());
    this.#notify("READY=1");
    this.#feed();
  }

  async stop(): Promise<void> {
    this.#progress = null;
    this.#notify("STOPPING=1");
    // The magic close: without it the board restarts although we ended in order.
    await this.#hardware?.write("V").catch(() => {});
    await this.#hardware?.close();
    this.#hardware = null;
  }

  progress(part: Part): void {
    const now = this.#clock.monotonic();
    const progress = this.#progress;
    if (progress === null) return;
    progress.progress(part, now);
    if (this.#fed !== null && since(this.#fed, now) < millis(this.#set.timeout / 3)) return;
    const silent = progress.silent(now);
    if (silent.length === 0) {
      this.#feed();
      return;
    }
    const told = silent.join(" ");
    if (told !== this.#silentTold)
      this.#log.error("no progress; the watchdog is not fed", { code: "GL-2502", parts: told });
    this.#silentTold = told;
  }

  #feed(): void {
    this.#fed = this.#clock.monotonic();
    this.#silentTold = "";
    this.#notify("WATCHDOG=1");
    this.#hardware?.write("\0").catch(() => {});
  }
}
