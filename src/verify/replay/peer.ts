/** One lane beside this one: the handshake by boots, the counters both ways, what still has to be told. Pure but for the cipher. */
import { millis } from "../../core/units.ts";
import { type Body, readBody, writeBody } from "./body.ts";
import { type Head, NO_BOOT, readHead, seal, sessionKey, unseal } from "./datagram.ts";

export interface Heard {
  /** Null for the first word of a fresh boot: it proves who speaks, but not that it speaks now. */
  readonly body: Body | null;
}

export interface Peer {
  readonly lane: string;
  /** The next datagram for it. */
  write(body: Body): Buffer;
  /** What it says; null for anything that is not provably from it, for this boot, and new. */
  read(datagram: Buffer): Heard | null;
}

const MOST_BOOTS = 256;
const MOST_KEYS = 8;

/** A lane that never heard the other one's boot sends no key and no tags: somebody could play that datagram again later. */
const SILENCE: Body = { key: { key: new Uint8Array(32), age: millis(0) }, tags: [] };

export function createPeer(own: string, lane: string, siteKey: Uint8Array, ownBoot: Buffer): Peer {
  let theirBoot: Buffer = NO_BOOT;
  let sent = 0n;
  /** Highest counter of each boot that spoke to this boot of ours. */
  const heard = new Map<string, bigint>();
  /** The boot that last proved it speaks to us; boots before it are never heard again. */
  let confirmed: string | null = null;
  const retired = new Set<string>();

  const confirm = (boot: string): void => {
    if (confirmed === boot) return;
    if (confirmed !== null) retired.add(confirmed);
    if (retired.size > MOST_BOOTS) retired.delete([...retired][0] ?? "");
    confirmed = boot;
    heard.clear();
  };

  /** Derived once for each pair of boots and direction; the last few are all that is ever in use. */
  const keys = new Map<string, Buffer>();
  const keyFor = (from: string, to: string, head: Head): Buffer => {
    const name = `${from} ${head.fromBoot.toString("hex")} ${head.toBoot.toString("hex")}`;
    const found = keys.get(name);
    if (found !== undefined) return found;
    if (keys.size >= MOST_KEYS) keys.clear();
    const made = sessionKey(siteKey, { from, to }, head);
    keys.set(name, made);
    return made;
  };
  return {
    lane,
    write(body) {
      const head: Head = { fromBoot: ownBoot, toBoot: theirBoot, counter: sent++ };
      const said = theirBoot.equals(NO_BOOT) ? SILENCE : body;
      return seal(keyFor(own, lane, head), head, writeBody(said));
    },
    read(datagram) {
      const head = readHead(datagram);
      if (head === null) return null;
      const answersUs = head.toBoot.equals(ownBoot);
      const introduces = head.toBoot.equals(NO_BOOT);
      if (!answersUs && !introduces) return null;
      const boot = head.fromBoot.toString("hex");
      if (retired.has(boot)) return null;
      if (answersUs && head.counter <= (heard.get(boot) ?? -1n)) return null;
      const bytes = unseal(keyFor(lane, own, head), head, datagram);
      const body = bytes === null ? null : readBody(bytes);
      if (body === null) return null;
      // An introduction may be an old one played again: it changes whom we greet, and the next true word puts it right.
      theirBoot = Buffer.from(head.fromBoot);
      if (!answersUs) return { body: null };
      confirm(boot);
      heard.set(boot, head.counter);
      return { body };
    },
  };
}
