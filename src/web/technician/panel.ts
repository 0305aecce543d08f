/** Puts the panel together from a lane's file and its running parts: what the composition root calls. */
import { existsSync, readFileSync } from "node:fs";
import { uptime } from "node:os";
import type { JSONWebKeySet } from "jose";
import type { LaneConfig } from "../../config/schema.ts";
import { nodeHost } from "../../service/node-host.ts";
import { Provisioning } from "../../service/provisioning.ts";
import { Series } from "../../service/series.ts";
import { configHistory, Settings } from "../../service/settings.ts";
import { StaffBook } from "../../service/staff.ts";
import { TechnicianCode } from "../../service/technician-code.ts";
import { type Changing, laneTrial } from "../../service/trial.ts";
import { Wizard } from "../../service/wizard.ts";
import type { Workbench } from "../../service/workbench.ts";
import { findGuard, hashPin } from "../pins.ts";
import { Access, type BootTime, PanelSessions } from "./access.ts";
import type { Panel } from "./panel-parts.ts";

export interface PanelOptions extends Pick<Panel, "program" | "codeKept"> {
  /** The lane's file. */
  readonly file: string;
  readonly config: LaneConfig;
  readonly bench: Workbench;
  readonly changing: Changing;
  /** JWKS of whoever may sign provisioning tokens; where it is missing there is no provisioning. */
  readonly provisioningKeys: string;
}

/** The panel of a lane. Its files lie in the lane's data directory; nothing is changed before somebody asks for it. */
export function createPanel({ bench, config, file, changing, provisioningKeys, ...rest }: PanelOptions): Panel {
  const { directory } = config.storage;
  const now = () => bench.clock.wall().at;
  const code = new TechnicianCode(directory);
  const sessions = new PanelSessions(directory, bootTime(), config.web.idleSignOut);
  return {
    ...rest,
    bench,
    settings: new Settings(file, configHistory(directory), now),
    trial: laneTrial(bench, changing),
    access: new Access(sessions, code, bench.clock),
    code,
    staff: new StaffBook(directory, { hash: hashPin, find: findGuard }),
    wizard: new Wizard(directory, now),
    series: new Series(),
    provisioning: provisioningOf(provisioningKeys, directory),
    host: nodeHost(),
    directory,
  };
}

/** The boot that this program runs in. */
export function bootTime(): BootTime {
  const path = "/proc/sys/kernel/random/boot_id";
  return { id: existsSync(path) ? readFileSync(path, "utf8").trim() : "unknown", uptimeSeconds: uptime };
}

function provisioningOf(path: string, directory: string): Provisioning | null {
  if (!existsSync(path)) return null;
  return new Provisioning(JSON.parse(readFileSync(path, "utf8")) as JSONWebKeySet, directory);
}
