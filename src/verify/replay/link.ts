/** The site link: each peer is sent one datagram of fixed size at a fixed rate, whether there is news or not. */
import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import { after, type Millis, type Monotonic, millis, seconds, since } from "../../core/units.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import { MOST_TAGS, type TagNews } from "./body.ts";
import { BOOT_SIZE } from "./datagram.ts";
import { createPeer } from "./peer.ts";
import { createTagStore, type TagStore } from "./replay-memory.ts";
import { createSiteTagKeys } from "./site-tag-keys.ts";

/** Sends and receives datagrams; the real one is UDP. */
export interface DatagramPort {
  open(onDatagram: (datagram: Buffer) => void): Promise<void>;
  send(datagram: Buffer, to: { readonly host: string; readonly port: number }): void;
  close(): Promise<void>;
}

export interface LinkSettings {
  readonly lane: string;
  /** Lanes of one outer gate share it; null at an inner gate, where nothing is ever a replay. */
  readonly group: string | null;
  /** The site's secret, 32 bytes or more. */
  readonly siteKey: Uint8Array;
  readonly peers: readonly { readonly lane: string; readonly host: string; readonly port: number }[];
}

export interface ReplayLink extends TagStore {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Peers heard within the last five seconds. */
  audible(): number;
}

export const RATE: Millis = millis(250);
const OPEN_AGAIN: Millis = seconds(5);
/** UDP may lose a datagram; three in a row it does not. */
const TIMES = 3;

export function createReplayLink(settings: LinkSettings, port: DatagramPort, clock: Clock, logger: Logger): ReplayLink {
  const tagKeys = createSiteTagKeys(settings.lane, clock);
  const boot = randomBytes(BOOT_SIZE);
  const peers = settings.peers.map((address) => ({
    address,
    peer: createPeer(settings.lane, address.lane, settings.siteKey, boot),
    heardAt: null as Monotonic | null,
  }));
  let outbox: { readonly tag: number; readonly until: Monotonic; left: number }[] = [];
  let cancel: (() => void) | null = null;
  let cancelOpening: (() => void) | null = null;

  const store = createTagStore({
    clock,
    tagKeys,
    group: settings.group,
    share: (tag, life) => outbox.push({ tag, until: after(clock.monotonic(), life), left: TIMES }),
  });

  const tick = (): void => {
    const now = clock.monotonic();
    outbox = outbox.filter(({ until, left }) => left > 0 && until > now);
    const batch = outbox.slice(0, MOST_TAGS);
    const tags: TagNews[] = batch.map(({ tag, until }) => ({ tag, life: since(now, until) }));
    for (const { peer, address } of peers) port.send(peer.write({ key: tagKeys.news(), tags }), address);
    for (const each of batch) each.left--;
  };

  /** A lane starts without its network: the address may come later. */
  const open = async (): Promise<void> => {
    try {
      await port.open(take);
    } catch {
      logger.warn("GL-3021: the site link has no address yet; replays at other lanes go unseen until it has one");
      cancelOpening = clock.after(OPEN_AGAIN, () => void open());
    }
  };

  const take = (datagram: Buffer): void => {
    for (const each of peers) {
      const heard = each.peer.read(datagram);
      if (heard === null) continue;
      if (heard.body !== null) {
        if (each.heardAt === null) logger.info("a lane of the site is heard");
        each.heardAt = clock.monotonic();
        tagKeys.heard(each.peer.lane, heard.body.key);
        for (const { tag, life } of heard.body.tags) store.add(tag, life);
      }
      return;
    }
  };

  return {
    seen: store.seen,
    used: store.used,
    add: store.add,
    get size() {
      return store.size;
    },
    audible: () => peers.filter(({ heardAt }) => heardAt !== null && since(heardAt, clock.monotonic()) <= 5_000).length,
    async start() {
      await open();
      cancel = clock.every(RATE, tick);
    },
    async stop() {
      cancel?.();
      cancelOpening?.();
      await port.close();
    },
  };
}

/** UDP on the site's own network. */
export function createUdpPort(listen: { readonly host: string; readonly port: number }, logger: Logger): DatagramPort {
  let socket: Socket | null = null;
  return {
    async open(onDatagram) {
      const opened = createSocket(isIPv6(listen.host) ? "udp6" : "udp4");
      await new Promise<void>((resolve, reject) => {
        const refuse = (error: Error): void => {
          opened.close();
          reject(error);
        };
        opened.once("error", refuse);
        opened.bind(listen.port, listen.host, () => {
          opened.off("error", refuse);
          resolve();
        });
      });
      opened.on("error", () => logger.warn("GL-3020: the site link's socket failed; replays at other lanes go unseen"));
      opened.on("message", onDatagram);
      socket = opened;
    },
    // A peer that is away is nothing to report: it is heard again or it is not.
    send: (datagram, { host, port }) => socket?.send(datagram, port, host, () => {}),
    close: () => new Promise((resolve) => (socket === null ? resolve() : socket.close(resolve))),
  };
}
