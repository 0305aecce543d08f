/**
 * Everything that a lane's verifier asks, built from plain settings: the composition root gives files' contents and
 * addresses, starts this before the lane and stops it after.
 */
import type { Millis } from "../core/units.ts";
import type { TrustedKey } from "../pass/keys.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { PlatformLookup, ReplayMemory, RevocationFilter, TrustSource } from "./parts.ts";
import { createHttpTransport } from "./platform/http-transport.ts";
import type { MappingTable } from "./platform/mapping.ts";
import { createPlatformClient, defaultPlatformSettings, type PlatformClient } from "./platform/platform-client.ts";
import { createReplayLink, createUdpPort, type LinkSettings, type ReplayLink } from "./replay/link.ts";
import { createTagStore } from "./replay/replay-memory.ts";
import { createOwnTagKeys } from "./replay/tag-keys.ts";
import { createRevocationStore, type RevocationStore } from "./revocation/revocation-store.ts";
import { anyAuthority, type TlsMaterial } from "./trust/fetch-document.ts";
import { createTrustStore, type TrustStore } from "./trust/trust-store.ts";

export interface VerificationSettings {
  /** The lane's own certificate and its authority. List and filter may come from servers of public ones as well. */
  readonly tls: TlsMaterial;
  readonly trust: {
    /** May sign lists and filters (`readTrustFile` of `trust.roots`). */
    readonly roots: readonly TrustedKey[];
    readonly listUrl: string | null;
    readonly revocationUrl: string | null;
    /** Folder for what was fetched, made by the caller. */
    readonly folder: string;
    readonly refresh: Millis;
    readonly staleAfter: Millis;
  };
  readonly platform: {
    readonly url: string;
    /** The one authority of the platform; null: the lane's own. */
    readonly ca: string | null;
    readonly mapping: MappingTable;
    readonly deadline: Millis;
    readonly timeout: Millis;
  } | null;
  readonly replay: {
    readonly lane: string;
    /** Null at an inner gate. */
    readonly group: string | null;
    /** Null: a lane on its own, that remembers for itself alone. */
    readonly link:
      | (Pick<LinkSettings, "siteKey" | "peers"> & {
          readonly listen: { readonly host: string; readonly port: number };
        })
      | null;
  };
}

export interface Verification {
  readonly trust: TrustSource;
  readonly revocation: RevocationFilter;
  readonly platform?: PlatformLookup;
  readonly replay: ReplayMemory;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Asks for the list and the filter now, as the district says that there are newer ones. */
  refresh(): Promise<void>;
  /** For screens, troubles and the technician: ages in milliseconds, numbers, no names. */
  status(): VerificationStatus;
}

export interface VerificationStatus {
  readonly trust: ReturnType<TrustStore["status"]>;
  readonly revocation: { readonly version: number; readonly age: Millis } | null;
  readonly platformDown: boolean | null;
  /** Lanes of the site that are heard; null on a lane of its own. */
  readonly audibleLanes: number | null;
}

/** Requests to the platform under way at once. */
const SOCKETS = defaultPlatformSettings.limit;

export function createVerification(settings: VerificationSettings, clock: Clock, logger: Logger): Verification {
  const { tls, trust: lists } = settings;
  const common = { clock, logger, roots: lists.roots };
  const signed = anyAuthority(tls);
  const trust: TrustStore = createTrustStore({
    ...common,
    settings: {
      url: lists.listUrl,
      file: `${lists.folder}/trust-list.json`,
      tls: signed,
      refresh: lists.refresh,
      staleAfter: lists.staleAfter,
    },
  });
  const revocation: RevocationStore = createRevocationStore({
    ...common,
    settings: {
      url: lists.revocationUrl,
      file: `${lists.folder}/revocation.jsonl`,
      tls: signed,
      refresh: lists.refresh,
    },
  });
  const platform = platformOf(settings, clock, logger);
  const link = linkOf(settings, clock, logger);
  const alone = { clock, tagKeys: createOwnTagKeys(clock), group: settings.replay.group };
  const parts = [trust, revocation, ...(link === null ? [] : [link])];
  return {
    trust,
    revocation,
    ...(platform === null ? {} : { platform }),
    replay: link ?? createTagStore(alone),
    async start() {
      await Promise.all(parts.map((part) => part.start()));
    },
    async stop() {
      platform?.stop();
      await Promise.all(parts.map((part) => part.stop()));
    },
    async refresh() {
      await Promise.allSettled([trust.refresh(), revocation.refresh()]);
    },
    status() {
      const version = revocation.version();
      const age = revocation.age();
      return {
        trust: trust.status(),
        revocation: version === null || age === null ? null : { version, age },
        platformDown: platform?.state().down ?? null,
        audibleLanes: link?.audible() ?? null,
      };
    },
  };
}

function platformOf({ platform, tls }: VerificationSettings, clock: Clock, logger: Logger): PlatformClient | null {
  if (platform === null) return null;
  const { url, ca, mapping, deadline, timeout } = platform;
  return createPlatformClient({
    transport: createHttpTransport(url, ca === null ? tls : { ...tls, ca }, SOCKETS),
    mapping,
    clock,
    settings: { ...defaultPlatformSettings, deadline, timeout },
    logger,
  });
}

function linkOf({ replay }: VerificationSettings, clock: Clock, logger: Logger): ReplayLink | null {
  if (replay.link === null) return null;
  const { siteKey, peers, listen } = replay.link;
  const { lane, group } = replay;
  return createReplayLink({ lane, group, siteKey, peers }, createUdpPort(listen, logger), clock, logger);
}
