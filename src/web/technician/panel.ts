/** Puts the panel together from a lane's file and its running parts: what the composition root calls. */
import { existsSync, readFileSync } from "node:fs";
import { uptime } from "node:os";
import type { JSONWebKeySet } from "jose";
import type { Loaded } from "../../config/load.ts";
import { nodeHost } from "../../service/node-host.ts";
import { Provisioning } from "../../service/provisioning.ts";
import { recordSeries, Series } from "../../service/series.ts";
import { Settings } from "../../service/settings.ts";
import { StaffBook } from "../../service/staff.ts";
import { TechnicianCode } from "../../service/technician-code.ts";
import { laneTrial } from "../../service/trial.ts";
import { Wizard } from "../../service/wizard.ts";
import type { Workbench } from "../../service/workbench.ts";
import { findGuard, hashPin } from "../pins.ts";
import { Access, type BootTime, PanelSessions } from "./access.ts";
import type { Panel } from "./panel-parts.ts";

export interface PanelOptions {
  /** The lane's file. */
  readonly file: string;
  readonly loaded: Loaded;
  readonly bench: Workbench;
  /** Hands a changed configuration to the running lane; fields that need a restart wait for one. */
  readonly activate: (loaded: Loaded) => Promise<void>;
  /** Version of the program. */
  readonly program: string;
  /** The pages are served over TLS. */
  readonly secure: boolean;
  /** JWKS of whoever may sign provisioning tokens; without it there is no provisioning. */
  readonly provisioningKeys?: string;
}

/** The panel and how to end what it keeps running. */
export function createPanel(options: PanelOptions): { readonly panel: Panel; readonly stop: () => void } {
  const { bench, loaded } = options;
  const { directory } = loaded.config.storage;
  const now = () => bench.clock.wall().at;
  const code = new TechnicianCode(directory);
  const series = new Series();
  const sessions = new PanelSessions(directory, bootTime(), loaded.config.web.idleSignOut);
  const panel: Panel = {
    bench,
    settings: new Settings(options.file, `${directory}/config-history`, now),
    trial: laneTrial(bench, options.activate),
    access: new Access(sessions, code, bench.clock, options.secure),
    code,
    staff: new StaffBook(directory, { hash: hashPin, find: findGuard }),
    wizard: new Wizard(directory, now),
    series,
    provisioning: provisioningOf(options.provisioningKeys, directory),
    host: nodeHost(),
    directory,
    program: options.program,
  };
  return { panel, stop: recordSeries(bench, series) };
}

/** The boot that this program runs in. */
export function bootTime(): BootTime {
  const path = "/proc/sys/kernel/random/boot_id";
  return { id: existsSync(path) ? readFileSync(path, "utf8").trim() : "unknown", uptimeSeconds: uptime };
}

function provisioningOf(path: string | undefined, directory: string): Provisioning | null {
  if (path === undefined || !existsSync(path)) return null;
  return new Provisioning(JSON.parse(readFileSync(path, "utf8")) as JSONWebKeySet, directory);
}
