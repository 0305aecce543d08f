/** Each known way of cheating, done to a lane with real bytes: what the code proves, the verdict, what is reported. */
import { createHmac } from "node:crypto";
import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Credential, CredentialOutcome, VerdictKind } from "../../src/core/flow.ts";
import { days, instant, later, minutes, seconds } from "../../src/core/units.ts";
import { coseNumber, makeSignature } from "../../src/pass/algorithms.ts";
import { decodeBase45, encodeBase45 } from "../../src/pass/base45.ts";
import { encodeCbor, Tagged } from "../../src/pass/cbor.ts";
import { writeClaims } from "../../src/pass/claims.ts";
import { readSign1, writeSign1 } from "../../src/pass/cose.ts";
import { deflate, inflate, MAX_INFLATED } from "../../src/pass/inflate.ts";
import { createSigningKey, publicPem, trustedKeyOf } from "../../src/pass/keys.ts";
import { createTagStore } from "../../src/verify/replay/replay-memory.ts";
import { createOwnTagKeys } from "../../src/verify/replay/tag-keys.ts";
import { judge } from "../core/verdict/facts.ts";
import { Lane, start } from "./lane-of-passes.ts";

interface Row {
  readonly cheat: string;
  readonly done: () => Promise<Credential>;
  readonly outcome: CredentialOutcome;
  readonly verdict: VerdictKind;
  /** Of a single event; a security report goes out from the third within ten minutes. */
  readonly level: "none" | "yellow" | "red";
  readonly paperAgain?: boolean;
}

const wrap = (bytes: Uint8Array): string => `HP1:${encodeBase45(deflate(bytes))}`;
const unwrap = (text: string): Uint8Array =>
  inflate(decodeBase45(text.slice(4)) ?? new Uint8Array()) ?? new Uint8Array();
const nothing = new Uint8Array();

/** A pass whose signature is made by `sign` under any header. */
function forge(lane: Lane, header: { alg: number; kid: string }, sign: (data: Uint8Array) => Uint8Array): string {
  const kid = Buffer.from(header.kid, "hex");
  return wrap(writeSign1({ alg: header.alg, kid }, writeClaims(lane.claims()), sign));
}

/** Signed by the right key, with the algorithm where anybody could have put it: in the unprotected header. */
function withLooseAlgorithm(lane: Lane): string {
  const protectedHeader = encodeCbor(new Map([[4, Buffer.from(lane.key.kid, "hex")]]));
  const parts = [protectedHeader, new Map([[1, coseNumber("ES256")]]), writeClaims(lane.claims())];
  const signed = readSign1(new Tagged(18, [...parts, nothing]), "own")?.signed ?? nothing;
  const item = encodeCbor([...parts, makeSignature(lane.key, signed)]);
  return wrap(Buffer.concat([Uint8Array.of(0xd2), item]));
}

async function screenshot(): Promise<Credential> {
  const lane = new Lane();
  const text = lane.pass();
  lane.clock.advance(minutes(5));
  return lane.show(text);
}

/** Two lanes of one gate group that share what was used. */
async function onAnotherLane(afterwards: number, used: boolean): Promise<Credential> {
  const key = createSigningKey();
  const first = new Lane({}, key);
  const shared = createOwnTagKeys(first.clock);
  const beside = createTagStore({ clock: first.clock, tagKeys: shared, group: "main" });
  const own = createTagStore({ clock: first.clock, tagKeys: shared, group: "main", share: beside.add });
  const one = new Lane({ replay: own }, key);
  const two = new Lane({ replay: beside }, key);
  const text = one.pass();
  const credential = await one.show(text);
  if (used) one.verifier.used(credential, "entry");
  first.clock.advance(afterwards);
  two.clock.advance(afterwards);
  return two.show(text);
}

async function borrowedPaper(): Promise<Credential> {
  const lane = new Lane();
  const text = lane.pass({ medium: "paper" });
  lane.verifier.used(await lane.show(text), "entry");
  lane.clock.advance(seconds(60));
  return lane.show(text);
}

async function clockRolledBack(): Promise<Credential> {
  const lane = new Lane();
  const old = lane.pass({ medium: "paper", issuedAt: instant(start - days(15)) });
  lane.clock.setWall(instant(start - days(3)));
  lane.clock.setTrust("unsynced");
  return lane.show(old);
}

/** Bytes of an honest pass with something done to them. */
async function edited(change: (bytes: Uint8Array) => Uint8Array): Promise<Credential> {
  const lane = new Lane();
  return lane.show(wrap(change(unwrap(lane.pass({ status: "red" })))));
}

/** The payload starts with a map of six: says one more entry and repeats the first key. */
function withRepeatedKey(lane: Lane): string {
  const honest = writeClaims(lane.claims());
  const repeated = Buffer.concat([Uint8Array.of(0xa7), honest.subarray(1), encodeCbor(1), encodeCbor("CN-37")]);
  const kid = Buffer.from(lane.key.kid, "hex");
  return wrap(writeSign1({ alg: coseNumber("ES256"), kid }, repeated, () => new Uint8Array(64)));
}

const bomb = (): string => `HP1:${encodeBase45(deflateSync(Buffer.alloc(1_900_000), { level: 9 }))}`;

const rows: readonly Row[] = [
  { cheat: "an old screenshot", done: screenshot, outcome: "expired", verdict: "deny", level: "none" },
  {
    cheat: "the same phone on the lane beside, after it was used",
    done: () => onAnotherLane(20_000, true),
    outcome: "replayed",
    verdict: "attend",
    level: "yellow",
  },
  {
    cheat: "the same phone on the lane beside, when nobody had turned the arm (no cheat)",
    done: () => onAnotherLane(20_000, false),
    outcome: "green",
    verdict: "grant",
    level: "none",
  },
  {
    cheat: "a look-alike page with a free text",
    done: () => new Lane().show("山东健康通行码 绿码 张三 可通行"),
    outcome: "not-a-pass",
    verdict: "deny",
    level: "none",
  },
  {
    cheat: "a page edited from red to green",
    done: () =>
      edited((bytes) => {
        const changed = Buffer.from(bytes);
        const at = changed.indexOf(Buffer.from("a3010202", "hex"));
        changed[at + 2] = 0;
        return changed;
      }),
    outcome: "bad-signature",
    verdict: "attend",
    level: "yellow",
  },
  {
    cheat: "a paper pass lent to the next person",
    done: borrowedPaper,
    outcome: "green",
    paperAgain: true,
    verdict: "attend",
    level: "none",
  },
  {
    cheat: "a key of one's own under its own id",
    done: () => {
      const lane = new Lane();
      return lane.show(lane.pass({}, createSigningKey()));
    },
    outcome: "unverifiable",
    verdict: "attend",
    level: "none",
  },
  {
    cheat: "a key of one's own under the issuer's id",
    done: () => {
      const lane = new Lane();
      return lane.show(lane.pass({}, { ...createSigningKey(), kid: lane.key.kid }));
    },
    outcome: "bad-signature",
    verdict: "attend",
    level: "yellow",
  },
  {
    cheat: "an expired paper pass under a clock turned back",
    done: clockRolledBack,
    outcome: "no-trusted-time",
    verdict: "attend",
    level: "none",
  },
  {
    cheat: "a pass printed for next week",
    done: () => {
      const lane = new Lane();
      return lane.show(lane.pass({ medium: "paper", issuedAt: later(start, days(7)) }));
    },
    outcome: "not-yet-valid",
    verdict: "deny",
    level: "none",
  },
  {
    cheat: "algorithm confusion: HMAC with the public key as its secret",
    done: () => {
      const lane = new Lane();
      const hmac = (data: Uint8Array) => createHmac("sha256", publicPem(lane.key)).update(data).digest();
      return lane.show(forge(lane, { alg: 5, kid: lane.key.kid }, hmac));
    },
    outcome: "bad-signature",
    verdict: "attend",
    level: "yellow",
  },
  {
    cheat: "algorithm confusion: no algorithm and no signature",
    done: () => {
      const lane = new Lane();
      return lane.show(forge(lane, { alg: 0, kid: lane.key.kid }, () => nothing));
    },
    outcome: "bad-signature",
    verdict: "attend",
    level: "yellow",
  },
  {
    cheat: "algorithm confusion: EdDSA under the id of an ES256 key",
    done: () => {
      const lane = new Lane();
      return lane.show(lane.pass({}, { ...createSigningKey("EdDSA"), kid: lane.key.kid }));
    },
    outcome: "bad-signature",
    verdict: "attend",
    level: "yellow",
  },
  {
    cheat: "algorithm confusion: the right key's own signature under a header that names another algorithm",
    done: () => {
      const lane = new Lane();
      const sign = (data: Uint8Array) => makeSignature(lane.key, data);
      return lane.show(forge(lane, { alg: coseNumber("EdDSA"), kid: lane.key.kid }, sign));
    },
    outcome: "bad-signature",
    verdict: "attend",
    level: "yellow",
  },
  {
    cheat: "algorithm confusion: the right key's own signature, the algorithm outside of what it signs",
    done: () => {
      const lane = new Lane();
      return lane.show(withLooseAlgorithm(lane));
    },
    outcome: "bad-signature",
    verdict: "attend",
    level: "yellow",
  },
  {
    cheat: "a signature of nothing but zeros",
    done: () => {
      const lane = new Lane();
      return lane.show(forge(lane, { alg: -7, kid: lane.key.kid }, () => new Uint8Array(64)));
    },
    outcome: "bad-signature",
    verdict: "attend",
    level: "yellow",
  },
  {
    cheat: "key-id collision: another believed key shares the id (no cheat: the right one is found)",
    done: () => {
      const key = createSigningKey();
      const collision = trustedKeyOf(createSigningKey(), { kids: [key.kid] });
      const lane = new Lane({ keys: [collision, trustedKeyOf(key)] }, key);
      return lane.show(lane.pass());
    },
    outcome: "green",
    verdict: "grant",
    level: "none",
  },
  {
    cheat: "key-id collision: a believed key for certificates signs a pass",
    done: () => {
      const key = createSigningKey();
      const lane = new Lane({ keys: [trustedKeyOf(key, { purposes: ["vaccination"] })] }, key);
      return lane.show(lane.pass());
    },
    outcome: "unverifiable",
    verdict: "attend",
    level: "none",
  },
  {
    cheat: "duplicate map keys",
    done: () => {
      const lane = new Lane();
      return lane.show(withRepeatedKey(lane));
    },
    outcome: "malformed",
    verdict: "deny",
    level: "none",
  },
  {
    cheat: "trailing bytes behind the signature",
    done: () => edited((bytes) => Buffer.concat([bytes, Uint8Array.of(0)])),
    outcome: "malformed",
    verdict: "deny",
    level: "none",
  },
  {
    cheat: "trailing bytes behind the zlib stream",
    done: () => {
      const lane = new Lane();
      const compressed = decodeBase45(lane.pass().slice(4)) ?? nothing;
      return lane.show(`HP1:${encodeBase45(Buffer.concat([compressed, Uint8Array.of(0, 0)]))}`);
    },
    outcome: "malformed",
    verdict: "deny",
    level: "none",
  },
  {
    cheat: "a compressed bomb",
    done: () => new Lane().show(bomb()),
    outcome: "malformed",
    verdict: "deny",
    level: "none",
  },
  {
    cheat: "a text longer than any code",
    done: () => new Lane().show(`HP1:${"A".repeat(100_000)}`),
    outcome: "malformed",
    verdict: "deny",
    level: "none",
  },
  {
    cheat: "a foreign certificate with a broken signature",
    done: () => new Lane().show("HC1:NCFOXN"),
    outcome: "needs-conversion",
    verdict: "deny",
    level: "none",
  },
  {
    cheat: "a shell command, an address, a page",
    done: () => new Lane().show('https://example.org/$(reboot)"><script>alert(1)</script>'),
    outcome: "not-a-pass",
    verdict: "deny",
    level: "none",
  },
];

describe("a cheat", () => {
  it.each(rows)("by $cheat is $outcome, $verdict, reported $level", async (row) => {
    const credential = await row.done();
    expect(credential.outcome).toBe(row.outcome);
    expect(credential.paperAgain).toBe(row.paperAgain ?? false);
    const verdict = judge({ credential });
    expect(verdict.kind).toBe(row.verdict);
    expect(verdict.report?.level ?? "none").toBe(row.level);
    if (row.verdict !== "grant") expect(verdict.reasons.length).toBeGreaterThan(0);
  });

  it("never holds anybody inside (P0)", async () => {
    for (const { done } of rows) {
      const verdict = judge({ credential: await done(), direction: "exit", temperature: null });
      expect(verdict.kind).not.toBe("deny");
    }
  });

  it("with a bomb costs no more than the cap", () => {
    expect(inflate(deflateSync(Buffer.alloc(MAX_INFLATED)))).not.toBeNull();
    expect(inflate(deflateSync(Buffer.alloc(MAX_INFLATED + 1)))).toBeNull();
  });
});
