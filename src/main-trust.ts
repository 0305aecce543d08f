/** Keys, lists and look-ups of a kiosk, from the files that its configuration names. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { configFolder } from "./config/load.ts";
import type { LaneConfig } from "./config/schema.ts";
import { readTrustedKeys, type TrustedKey } from "./pass/keys.ts";
import type { Clock } from "./ports/clock.ts";
import type { Logger } from "./ports/logger.ts";
import { readDayKeys, readDistrictKey, readOrderKeys, readSiteKey } from "./protocol/key-files.ts";
import type { OrderKey } from "./protocol/orders.ts";
import type { ReporterOptions } from "./report/reporter.ts";
import { readMapping } from "./verify/platform/mapping.ts";
import { createVerification, type Verification } from "./verify/verification.ts";
import type { Surroundings } from "./wire.ts";

export class KeyFileError extends Error {
  readonly code = "GL-1103";
  constructor(field: string, why: string, cause?: unknown) {
    super(`GL-1103: ${field}: ${why}`, { cause });
    this.name = "KeyFileError";
  }
}

type Material = Omit<Surroundings, "signIn" | "web" | "service" | "looks" | "reporting"> &
  Pick<Verification, "start" | "stop" | "status">;

/** Reads what there is and prepares what has to run. @throws KeyFileError with the field and what to do. */
export function materialOf(
  config: LaneConfig,
  clock: Clock,
  logger: Logger,
  district = districtKey(config.broker.districtKey),
): Material {
  const { broker, trust, replay, storage, lane } = config;
  const tls = {
    ...(broker.ca === null ? {} : { ca: text("broker.ca", broker.ca) }),
    ...(broker.certificate === null ? {} : { certificate: text("broker.certificate", broker.certificate) }),
    ...(broker.key === null ? {} : { key: text("broker.key", broker.key) }),
  };
  const { listen, siteKey, peers } = replay;
  const verification = createVerification(
    {
      tls,
      trust: {
        roots: trust.roots === null ? [] : rootsOf(trust.roots),
        listUrl: trust.listUrl,
        revocationUrl: trust.revocationUrl,
        folder: storage.directory,
        refresh: trust.refresh,
        staleAfter: trust.staleAfter,
      },
      platform: trust.platform === null ? null : platformOf(trust.platform),
      replay: {
        lane: lane.id,
        group: replay.inner ? null : replay.gateGroup,
        link: listen === null || siteKey === null ? null : { listen, peers, siteKey: siteKeyOf(siteKey) },
      },
    },
    clock,
    logger.child("verify"),
  );
  return {
    ...verification,
    mqtt: mqttOf(config, tls),
    districtKey: district,
    dayKey: dayKeys(broker.pseudonymKeys, clock),
    orderKeys: broker.orderKeys === null ? [] : orderKeysOf(broker.orderKeys),
  };
}

/** For a lane that was never given its files: it trusts nobody, reaches no broker and can seal for nobody. */
export async function noMaterial(config: LaneConfig, clock: Clock, logger: Logger): Promise<Material> {
  const { publicKey } = await generateKeyPair("ECDH-ES", { crv: "P-256", extractable: true });
  const { broker, trust, replay } = config;
  const bare = {
    ...config,
    broker: { ...broker, ca: null, certificate: null, key: null, pseudonymKeys: null, orderKeys: null },
    trust: { ...trust, roots: null, listUrl: null, revocationUrl: null, platform: null },
    replay: { ...replay, siteKey: null },
  };
  const key = { ...(await exportJWK(publicKey)), kid: "none" };
  return materialOf(bare, clock, logger, key);
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

function platformOf({ url, ca, mapping, slowAfter, timeout }: NonNullable<LaneConfig["trust"]["platform"]>) {
  const table = join(configFolder(), "platforms", `${mapping}.json`);
  return {
    url,
    ca: ca === null ? null : text("trust.platform.ca", ca),
    mapping: readMapping(json("trust.platform.mapping", table)),
    deadline: slowAfter,
    timeout,
  };
}

const rootsOf = (path: string): TrustedKey[] => read("trust.roots", path, readTrustedKeys);

/** A file in one of the forms of key files; what is wrong with it is told with the field that names it. */
function read<T>(field: string, path: string, form: (file: Buffer) => T): T {
  const file = Buffer.from(bytes(field, path));
  try {
    return form(file);
  } catch (error) {
    throw new KeyFileError(field, `${path}: ${(error as Error).message}`, error);
  }
}

function districtKey(path: string | null): JWK {
  if (path === null)
    throw new KeyFileError("broker.districtKey", "is missing; without it no red or yellow code could be reported");
  return read("broker.districtKey", path, (file) => readDistrictKey(file.toString("utf8")));
}

const orderKeysOf = (path: string): readonly OrderKey[] =>
  read("broker.orderKeys", path, (file) => readOrderKeys(file.toString("utf8")));

const siteKeyOf = (path: string): Uint8Array =>
  read("replay.siteKey", path, (file) => readSiteKey(file.toString("utf8")));

/** The key of today, by the days of the site's clock, +08:00. */
function dayKeys(path: string | null, clock: Clock): () => Uint8Array | null {
  if (path === null) return () => null;
  const load = () => read("broker.pseudonymKeys", path, (file) => readDayKeys(file.toString("utf8")));
  let keys = load();
  return () => {
    const day = new Date(clock.wall().at + 8 * 3_600_000).toISOString().slice(0, 10);
    // New days are added to the file while the lane runs.
    if (!keys.has(day)) keys = orElse(load, keys);
    return keys.get(day) ?? null;
  };
}

/** A file that was damaged while the lane runs costs the pseudonym, never the event. */
function orElse<T>(load: () => T, before: T): T {
  try {
    return load();
  } catch (error) {
    if (error instanceof KeyFileError) return before;
    throw error;
  }
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
