/**
 * What a technician works with, on a wired lane: the panel's routes, the socket of the command line, the serial console,
 * and provisioning by the lane's own reader. `wire.ts` puts it behind the pages' server.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { configFolder } from "./config/load.ts";
import type { LaneConfig } from "./config/schema.ts";
import { eventOf } from "./core/reporting.ts";
import type { Logger } from "./ports/logger.ts";
import { ControlSocket } from "./service/control-socket.ts";
import { applyValues, outcomeOf, type ValuesAnswer } from "./service/desired-values.ts";
import { doctor } from "./service/doctor.ts";
import type { LogTail } from "./service/log-tail.ts";
import { inSafeMode } from "./service/safe-mode.ts";
import { SerialMenu, type Terminal } from "./service/serial-menu.ts";
import { recordSeries } from "./service/series.ts";
import { readTokens } from "./service/token-reader.ts";
import type { Changing } from "./service/trial.ts";
import type { Web } from "./web/server.ts";
import { createPanel } from "./web/technician/panel.ts";
import { technicianRoutes } from "./web/technician/routes.ts";
import type { Devices, Kiosk } from "./wire.ts";
import { workbenchOf } from "./wire-bench.ts";

export interface ServiceOptions {
  /** The lane's file, which the panel reads and writes. */
  readonly file: string;
  /** Version of the program. */
  readonly program: string;
  readonly logTail: Pick<LogTail, "last">;
  /** The UART where the menu answers, or null. */
  readonly console: (Terminal & { start(): Promise<void>; stop(): Promise<void> }) | null;
  /** Public keys of whoever may provision lanes; a file that may be missing. */
  readonly provisioningKeys: string;
  /** A version on trial did not prove itself at the last start and was taken back. */
  readonly returned: boolean;
}

export interface Service {
  routes(app: FastifyInstance): Promise<void>;
  /** Takes up values of the district's desired configuration. */
  take(values: Readonly<Record<string, unknown>>): Promise<ValuesAnswer>;
  /** What became of values that waited for a restart; at the earliest once the start has judged what is on trial. */
  outcome(values: Readonly<Record<string, unknown>>): Promise<ValuesAnswer>;
  /** After the lane's start. Gives the one-time code of a new lane, null where a technician has set a code. */
  start(): Promise<string | null>;
  stop(): Promise<void>;
}

export function serviceOf(
  config: LaneConfig,
  kiosk: Pick<Kiosk, "lane" | "reporter" | "reader"> & { readonly web: Pick<Web, "configure"> },
  devices: Devices,
  changing: Changing,
  options: ServiceOptions,
): Service {
  const { lane, reporter, web } = kiosk;
  const { clock } = devices;
  const { directory } = config.storage;
  const logger: Logger = devices.logger.child("service");
  const bench = workbenchOf(kiosk, devices, {
    logTail: (lines) => options.logTail.last(lines),
    drift: () => lane.drift,
  });
  const panel = createPanel({
    ...options,
    config,
    bench,
    changing,
    codeKept: () => web.configure({ firstCode: null }),
  });
  const socket = new ControlSocket(directory, bench);
  const menu =
    options.console === null
      ? null
      : new SerialMenu({
          terminal: options.console,
          bench,
          code: panel.code,
          title: `${config.lane.number} · GL ${options.program}`,
          directory,
          examine: () => doctor({ config, host: panel.host, now: clock.wall(), guards: panel.staff.entries().length }),
          chinese: sentencesOf(),
          onCodeKept: () => {
            // Whoever came in by the one-time code before is out with it.
            panel.access.sessions.endOthers(undefined);
            panel.codeKept();
          },
          onOpened: (how) => {
            const event = eventOf("tamper", clock.wall().at, { detail: { console: how } });
            reporter.eventLog.put(event).catch(() => lane.health.observe("events-not-stored", true));
          },
        });
  const ends: (() => void)[] = [];
  let judged: () => void = () => {};
  // The link may stand, and hand over a configuration, before the start has come to what is on trial.
  const trialOver = new Promise<void>((resolve) => {
    judged = resolve;
    if (!panel.settings.onTrial()) resolve();
  });
  return {
    routes: technicianRoutes(panel),
    async take(values) {
      await trialOver;
      return applyValues(values, panel.settings, panel.trial);
    },
    async outcome(values) {
      await trialOver;
      return outcomeOf(values, panel.settings);
    },
    async start() {
      lane.health.observe("safe-mode", inSafeMode(directory));
      lane.health.observe("last-config-refused", options.returned);
      ends.push(recordSeries(bench, panel.series));
      if (panel.provisioning !== null)
        ends.push(readTokens({ ...panel, provisioning: panel.provisioning, isNew: () => panel.code.isNew(), logger }));
      await socket.start().catch((error: Error) => logger.error("no socket for the command line", { why: error.name }));
      await options.console?.start();
      menu?.start();
      void panel.settings
        .confirm(panel.trial)
        .then((how) => how === "returned" && changing.restart())
        // A full disk, say: the next start takes the change back.
        .catch((error: Error) =>
          logger.error("what is on trial could not be judged", { code: "GL-1032", why: error.name }),
        )
        .finally(judged);
      const firstCode = await panel.code.issueOneTime();
      if (firstCode !== null) web.configure({ firstCode });
      return firstCode;
    },
    async stop() {
      for (const end of ends.splice(0)) end();
      menu?.stop();
      await options.console?.stop();
      await socket.stop();
    },
  };
}

/** What to do about each code, in Chinese. */
function sentencesOf(): (code: string) => string | null {
  const file = join(configFolder(), "locales/codes.zh-CN.json");
  const sentences = JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, string>>;
  return (code) => sentences[code] ?? null;
}
