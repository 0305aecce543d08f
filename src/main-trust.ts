/** Keys, lists and look-ups of a kiosk, from the files that its configuration names. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { JWK } from "jose";
import { configFolder } from "./config/load.ts";
import type { LaneConfig } from "./config/schema.ts";
import { readTrustedKeys, type TrustedKey } from "./pass/keys.ts";
import type { Clock } from "./ports/clock.ts";
import type { Logger } from "./ports/logger.ts";
import type { OrderKey } from "./protocol/orders.ts";
import type { ReporterOptions } from "./report/reporter.ts";
import { createHttpTransport } from "./verify/platform/http-transport.ts";
import { readMapping } from "./verify/platform/mapping.ts";
import { createPlatformClient, defaultPlatformSettings } from "./verify/platform/platform-client.ts";
import { createReplayLink, createUdpPort } from "./verify/replay/link.ts";
import { createTagStore } from "./verify/replay/replay-memory.ts";
import { createOwnTagKeys } from "./verify/replay/tag-keys.ts";
import { createRevocationStore } from "./verify/revocation/revocation-store.ts";
import { createTrustStore } from "./verify/trust/trust-store.ts";
import type { Surroundings } from "./wire.ts";

export class KeyFileError extends Error {
  readonly code = "GL-1103";
  constructor(field: string, why: string, cause?: unknown) {
    super(`GL-1103: ${field}: ${why}`, { cause });
    this.name = "KeyFileError";
  }
}

type Material = Pick<
  Surroundings,
  "trust" | "platform" | "revocation" | "replay" | "mqtt" | "districtKey" | "dayKey" | "orderKeys"
>;

/** Reads what there is and prepares what has to run. @throws KeyFileError with the field and what to do. */
export function materialOf(config: LaneConfig, clock: Clock, logger: Logger) {
  const { broker, trust, replay, storage, lane } = config;
  const tls = {
    ...(broker.ca === null ? {} : { ca: text("broker.ca", broker.ca) }),
    ...(broker.certificate === null ? {} : { certificate: text("broker.certificate", broker.certificate) }),
    ...(broker.key === null ? {} : { key: text("broker.key", broker.key) }),
  };
  const roots = trust.roots === null ? [] : rootsOf(trust.roots);
  const documents = (name: string, url: string | null) => ({
    url,
    file: join(storage.directory, name),
    tls,
    refresh: trust.refresh,
  });
  const trustStore = createTrustStore({
    settings: { ...documents("trust-list", trust.listUrl), staleAfter: trust.staleAfter },
    roots,
    clock,
    logger: logger.child("trust"),
  });
  const revocation = createRevocationStore({
    settings: documents("revocation", trust.revocationUrl),
    roots,
    clock,
    logger: logger.child("revocation"),
  });
  const platform = trust.platform === null ? null : platformOf(trust.platform, tls, clock, logger);
  const group = replay.inner ? null : replay.gateGroup;
  const link =
    replay.listen === null || replay.siteKey === null
      ? null
      : createReplayLink(
          { lane: lane.id, group, siteKey: bytes("replay.siteKey", replay.siteKey), peers: replay.peers },
          createUdpPort(replay.listen, logger),
          clock,
          logger.child("replay"),
        );
  const material: Material = {
    trust: trustStore,
    revocation,
    replay: link ?? createTagStore({ clock, tagKeys: createOwnTagKeys(clock), group, share: () => {} }),
    ...(platform === null ? {} : { platform }),
    mqtt: mqttOf(config, tls),
    districtKey: districtKey(broker.districtKey),
    dayKey: dayKeys(broker.pseudonymKeys, clock),
    orderKeys: broker.orderKeys === null ? [] : (json("broker.orderKeys", broker.orderKeys) as OrderKey[]),
  };
  return {
    material,
    async start(): Promise<void> {
      await trustStore.start();
      await revocation.start();
      await link?.start();
    },
    async stop(): Promise<void> {
      await trustStore.stop();
      await revocation.stop();
      await link?.stop();
      platform?.stop();
    },
  };
}

interface Tls {
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
}

function mqttOf({ broker, lane }: LaneConfig, { ca, certificate, key }: Tls): ReporterOptions["mqtt"] {
  const secrets = {
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(key === undefined ? {} : { key }),
  };
  return {
    url: broker.url,
    protocolVersion: broker.protocol === "5" ? 5 : 4,
    clientId: broker.clientId ?? `${lane.district}.${lane.site}.${lane.id}`,
    keepalive: broker.keepalive,
    ...(broker.url.startsWith("mqtts:") ? { tls: secrets } : {}),
  };
}

function platformOf(settings: NonNullable<LaneConfig["trust"]["platform"]>, tls: Tls, clock: Clock, logger: Logger) {
  const table = join(configFolder(), "platforms", `${settings.mapping}.json`);
  return createPlatformClient({
    transport: createHttpTransport(settings.url, tls, defaultPlatformSettings.limit),
    mapping: readMapping(json("trust.platform.mapping", table)),
    clock,
    settings: { ...defaultPlatformSettings, deadline: settings.slowAfter, timeout: settings.timeout },
    logger: logger.child("platform"),
  });
}

function rootsOf(path: string): TrustedKey[] {
  try {
    return readTrustedKeys(bytes("trust.roots", path));
  } catch (error) {
    throw error instanceof KeyFileError ? error : new KeyFileError("trust.roots", (error as Error).message, error);
  }
}

function districtKey(path: string | null): JWK {
  if (path === null)
    throw new KeyFileError("broker.districtKey", "is missing; without it no red or yellow code could be reported");
  return json("broker.districtKey", path) as JWK;
}

/** File of `{"2020-05-06": "<32 bytes, base64url>"}`; days are those of the site's clock, +08:00. */
function dayKeys(path: string | null, clock: Clock): () => Uint8Array | null {
  if (path === null) return () => null;
  const keys = json("broker.pseudonymKeys", path) as Readonly<Record<string, string>>;
  return () => {
    const key = keys[new Date(clock.wall().at + 8 * 3_600_000).toISOString().slice(0, 10)];
    return key === undefined ? null : Buffer.from(key, "base64url");
  };
}

function bytes(field: string, path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new KeyFileError(field, `${path} cannot be read; put the file there or provision the lane again`, error);
  }
}

const text = (field: string, path: string): string => Buffer.from(bytes(field, path)).toString("utf8");

function json(field: string, path: string): unknown {
  try {
    return JSON.parse(text(field, path));
  } catch (error) {
    throw error instanceof KeyFileError ? error : new KeyFileError(field, `${path} is no JSON`, error);
  }
}
