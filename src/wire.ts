/**
 * Builds a lane from its configuration and a set of ports: the one place where siblings meet. `main.ts` brings real
 * devices, `demo.ts` the rig; everything from here on is the same for both.
 */
import type { JWK } from "jose";
import type { LaneConfig } from "./config/schema.ts";
import { seconds } from "./core/units.ts";
import { Lane } from "./lane/lane.ts";
import type { LanePorts } from "./lane/lane-parts.ts";
import type { LogFields } from "./ports/logger.ts";
import type { OrderKey } from "./protocol/orders.ts";
import { PooledCodeReader } from "./read/code-reader.ts";
import { createReporter, type Reporter, type ReporterOptions, type ReporterSettings } from "./report/reporter.ts";
import type { PlatformLookup, ReplayMemory, RevocationFilter, TrustSource } from "./verify/parts.ts";
import { createVerifier } from "./verify/verifier.ts";
import type { Guard } from "./web/pins.ts";
import { createWeb, type Face, type Web, type WebOptions } from "./web/server.ts";
import { type TroubleLook, watchHealth } from "./wire-health.ts";
import { type ServiceOptions, serviceOf } from "./wire-service.ts";
import { faceOf, laneSettings, readSettings, reporterSettings, shiftOf, verifierSettings } from "./wire-settings.ts";

/** What stands outside of the process: the devices of main.ts or the fakes of the rig. */
export type Devices = Pick<
  LanePorts,
  | "clock"
  | "frames"
  | "scanner"
  | "thermometer"
  | "release"
  | "freePassage"
  | "inputs"
  | "latch"
  | "voice"
  | "watchdog"
  | "logger"
>;

/** What stands outside of the lane: keys, addresses, people. */
export interface Surroundings {
  readonly trust: TrustSource;
  readonly platform?: PlatformLookup;
  readonly revocation?: RevocationFilter;
  readonly replay?: ReplayMemory;
  readonly mqtt: ReporterOptions["mqtt"];
  readonly districtKey: JWK;
  readonly dayKey: () => Uint8Array | null;
  readonly orderKeys: readonly OrderKey[];
  readonly reporting?: Partial<ReporterSettings>;
  /** Has list and filter fetched now: the district says that there are newer ones. */
  readonly refresh?: () => Promise<void>;
  readonly signIn: (pin: string) => Promise<Guard | null>;
  /** Troubles that only the composition root can see. */
  readonly looks?: readonly TroubleLook[];
  /** What a technician works with; none where nobody installs anything. */
  readonly service?: ServiceOptions;
  readonly web: Pick<WebOptions, "port" | "network" | "rig" | "stamp" | "look" | "routes" | "names">;
}

export interface Kiosk {
  readonly lane: Lane;
  readonly reporter: Reporter;
  readonly web: Web;
  readonly reader: PooledCodeReader | null;
  /**
   * Screens first, so that the street sees "out of service" while the rest starts; then reports, then the lane. A new
   * lane gives its one-time code.
   */
  start(): Promise<{ readonly port: number; readonly firstCode: string | null }>;
  stop(): Promise<void>;
}

/** How often is looked whether a quarter of an hour has closed, and the device figures are brought up to date. */
const COUNT_EVERY = seconds(10);

export async function wire(config: LaneConfig, devices: Devices, around: Surroundings): Promise<Kiosk> {
  const { clock, logger } = devices;
  const face = (of: LaneConfig): Face => {
    const own = faceOf(of);
    return { ...own, look: { ...own.look, ...around.web.look } };
  };
  const reporter = await createReporter({
    directory: `${config.storage.directory}/outbox`,
    lane: { district: config.lane.district, site: config.lane.site, lane: config.lane.id },
    clock,
    logger: logger.child("report"),
    mqtt: around.mqtt,
    districtKey: around.districtKey,
    dayKey: around.dayKey,
    orderKeys: around.orderKeys,
    settings: { ...reporterSettings(config), ...around.reporting },
  });
  const verifier = createVerifier({
    clock,
    trust: around.trust,
    settings: verifierSettings(config),
    logger: logger.child("verify"),
    ...(around.platform === undefined ? {} : { platform: around.platform }),
    ...(around.revocation === undefined ? {} : { revocation: around.revocation }),
    ...(around.replay === undefined ? {} : { replay: around.replay }),
  });
  const reader =
    devices.frames === null
      ? null
      : new PooledCodeReader({ clock, settings: readSettings(config), logger: logger.child("read") });
  const web: Web = createWeb({
    ...around.web,
    clock,
    logger,
    ...face(config),
    shift: shiftOf(config),
    routes: async (app) => {
      await around.web.routes?.(app);
      await service?.routes(app);
    },
    signIn: around.signIn,
    onGuardAction: (action, guard, supervisor) => lane.guard(action, guard, supervisor),
    onShift: (guard) => lane.shift(guard),
    link: () => reporter.uplink.state(),
  });
  const lane: Lane = new Lane(
    {
      ...devices,
      codeReader: reader,
      verifier,
      log: reporter.eventLog,
      display: web.display,
      logger: logger.child("lane"),
    },
    laneSettings(config),
  );
  const service =
    around.service === undefined
      ? null
      : serviceOf(
          config,
          { lane, reporter, reader, web },
          devices,
          {
            async activate({ config: changed }) {
              lane.configure(laneSettings(changed));
              web.configure(face(changed));
            },
            restart: () => lane.restart(),
          },
          around.service,
        );
  reporter.orders.onOrder((order) => lane.order(order));
  if (service !== null)
    reporter.onDesired({
      async apply({ values, documents }) {
        if (Object.keys(documents).length > 0) void around.refresh?.();
        return service.take(values);
      },
      outcome: ({ values }) => service.outcome(values),
    });
  const ends: (() => void)[] = [];

  return {
    lane,
    reporter,
    web,
    reader,
    async start() {
      const listening = await web.start();
      await reporter.start();
      await lane.start();
      ends.push(
        watchHealth(lane.health, reporter, around.looks ?? [], clock),
        clock.every(COUNT_EVERY, () => {
          if (reader !== null) reporter.uplink.count(readerFigures(reader));
          const published = lane.takePublished();
          if (published !== null) reporter.uplink.count(personFigures(published));
        }),
      );
      return { ...listening, firstCode: (await service?.start()) ?? null };
    },
    async stop() {
      for (const end of ends.splice(0)) end();
      await service?.stop();
      await lane.stop();
      await reporter.stop();
      await web.stop();
    },
  };
}

/** Closed names for the wire: `persons.granted` and so on. */
function personFigures(cells: LogFields): Record<string, number> {
  return Object.fromEntries(
    Object.entries(cells).flatMap(([cell, people]) =>
      typeof people === "number" ? [[`persons.${cell}`, people]] : [],
    ),
  );
}

function readerFigures(reader: PooledCodeReader): Record<string, number> {
  const { decodeMs, offered, gated, tooOld, found, workersReplaced } = reader.counters();
  return {
    "reader.offered": offered,
    "reader.gated": gated,
    "reader.tooOld": tooOld,
    "reader.found": found,
    "reader.workersReplaced": workersReplaced,
    "reader.decodeP95Ms": decodeMs.p95,
  };
}
