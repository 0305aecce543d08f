import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SimClock } from "../../../device/clock/clock.sim.ts";
import { hours, instantFromIso, minutes, seconds } from "../../../src/core/units.ts";
import { createSigningKey, type SigningKey, trustedKeyOf } from "../../../src/pass/keys.ts";
import { signDocument } from "../../../src/pass/signed-document.ts";
import { signTrustList, type TrustEntry, type TrustList } from "../../../src/pass/trust-list.ts";
import { anyAuthority, type FetchDocument, fetchDocument } from "../../../src/verify/trust/fetch-document.ts";
import { createTrustStore } from "../../../src/verify/trust/trust-store.ts";
import { createAuthority } from "../../support/certificates.ts";
import { MemoryLogger } from "../../support/quiet.ts";

const start = instantFromIso("2020-05-06T09:00:00+08:00");
const root = createSigningKey("EdDSA");
const issuer = createSigningKey();
const entryOf = (key: SigningKey, given: Partial<TrustEntry> = {}): TrustEntry => ({
  spki: key.object.export({ type: "spki", format: "der" }).toString("base64"),
  issuer: "CN-37",
  region: "37",
  purposes: ["pass"],
  notBefore: null,
  notAfter: null,
  revoked: false,
  ...given,
});
const list = (version: number, keys: readonly TrustEntry[], issuedAt = "2020-05-06T08:00:00+08:00"): TrustList => ({
  version,
  issuedAt,
  keys,
});

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "greenlane-trust-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function store(
  answers: readonly (string | "unchanged" | "away" | "silent" | "impossible")[],
  file: string | null = join(folder, "trust.json"),
) {
  const clock = new SimClock(start);
  const logger = new MemoryLogger();
  const etags: (string | null)[] = [];
  let next = 0;
  const fetch: FetchDocument = async ({ etag, signal }) => {
    etags.push(etag);
    const answer = answers[Math.min(next++, answers.length - 1)] ?? "away";
    if (answer === "away") return { kind: "failed", why: "unreachable" };
    if (answer === "unchanged") return { kind: "unchanged" };
    if (answer === "impossible") throw new TypeError("Invalid URL");
    if (answer === "silent")
      return new Promise((done) =>
        signal.addEventListener("abort", () => done({ kind: "failed", why: "unreachable" })),
      );
    return { kind: "new", text: answer, etag: `"${next}"` };
  };
  const settings = {
    url: "https://lists.invalid/",
    file,
    tls: anyAuthority({}),
    refresh: minutes(15),
    staleAfter: hours(72),
  };
  const made = createTrustStore({ settings, roots: [trustedKeyOf(root)], clock, logger, fetch, random: () => 0.5 });
  return { clock, logger, etags, store: made };
}
/** Started, and its first fetch is done: a refresh joins the one under way. */
async function begin(made: ReturnType<typeof store>): Promise<void> {
  await made.store.start();
  await made.store.refresh();
}
const knows = (made: ReturnType<typeof store>, key: SigningKey): boolean =>
  made.store.ring().find(key.kid, false).length > 0;

describe("the trust list", () => {
  it("is stale and empty before the first list, and in use once a root's list has come", async () => {
    const made = store(["away", signTrustList(list(1, [entryOf(issuer)]), root)]);
    await begin(made);
    expect([knows(made, issuer), made.store.stale(), made.store.status()]).toEqual([false, true, null]);
    await made.clock.pass(minutes(16));
    expect([knows(made, issuer), made.store.stale()]).toEqual([true, false]);
    expect(made.store.status()).toMatchObject({ version: 1, keys: 1, stale: false });
    await made.store.stop();
    expect(made.clock.pending()).toBe(0);
  });

  it("grows stale by the date its signer wrote, however often it is fetched", async () => {
    const made = store([signTrustList(list(1, [entryOf(issuer)]), root), "unchanged"]);
    await begin(made);
    await made.clock.pass(hours(70));
    expect(made.store.stale()).toBe(false);
    await made.clock.pass(hours(2));
    expect(made.store.stale()).toBe(true);
    expect(made.etags.at(-1)).toBe('"1"');
    await made.store.stop();
  });

  it("holds up no start: what is on disk is in use at once, though the server never answers", async () => {
    const before = store([signTrustList(list(4, [entryOf(issuer)]), root)]);
    await begin(before);
    await before.store.stop();
    const after = store(["silent"]);
    await after.store.start();
    expect([knows(after, issuer), after.etags.length]).toEqual([true, 1]);
    await after.store.stop();
    expect(after.clock.pending()).toBe(0);
    expect(after.logger.lines.join()).not.toContain("GL-3006");
  });

  it("is asked for again soon after a failure, ever later up to the interval, and at the interval once it came", async () => {
    const away = Array<"away">(10).fill("away");
    const made = store([...away, signTrustList(list(1, [entryOf(issuer)]), root), "unchanged"], null);
    await begin(made);
    const pauses: number[] = [];
    for (let last = 0, second = 1; second <= 5500; second++) {
      const asked = made.etags.length;
      await made.clock.pass(seconds(1));
      if (made.etags.length > asked) pauses.push(second - last);
      if (made.etags.length > asked) last = second;
    }
    expect(pauses).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900, 900]);
    await made.store.stop();
  });

  it("is asked for again though the request can't even be made", async () => {
    const made = store(["impossible", signTrustList(list(1, [entryOf(issuer)]), root)], null);
    await made.store.start();
    await made.clock.pass(seconds(6));
    expect(knows(made, issuer)).toBe(true);
    expect(made.logger.lines.join()).toContain("GL-3006");
    await made.store.stop();
  });

  it("is kept across a restart without a network, and checked again", async () => {
    const file = join(folder, "trust.json");
    const before = store([signTrustList(list(4, [entryOf(issuer)]), root)]);
    await begin(before);
    await before.store.stop();
    const after = store(["away"]);
    await begin(after);
    expect(knows(after, issuer)).toBe(true);
    await after.store.stop();
    await writeFile(
      file,
      (await readFile(file, "utf8")).replace(
        /"signature":"(.)/,
        (_, first) => `"signature":"${first === "A" ? "B" : "A"}`,
      ),
    );
    const tampered = store(["away"]);
    await begin(tampered);
    expect(knows(tampered, issuer)).toBe(false);
    await tampered.store.stop();
  });

  it("is in use though the disk refuses to keep it", async () => {
    const made = store([signTrustList(list(1, [entryOf(issuer)]), root)], join(folder, "no-such-folder", "trust.json"));
    await begin(made);
    expect(knows(made, issuer)).toBe(true);
    expect(made.logger.lines.join()).toContain("GL-3007");
    await made.store.stop();
  });

  it("drops a revoked key at once and does not take it back from yesterday's list", async () => {
    const old = signTrustList(list(1, [entryOf(issuer)]), root);
    const made = store([old, signTrustList(list(2, [entryOf(issuer, { revoked: true })]), root), old]);
    await begin(made);
    expect(knows(made, issuer)).toBe(true);
    await made.store.refresh();
    expect(knows(made, issuer)).toBe(false);
    expect(await made.store.refresh()).toBe(false);
    expect(knows(made, issuer)).toBe(false);
    expect(made.logger.lines.join()).toContain("GL-3004");
    await made.store.stop();
  });

  const stranger = createSigningKey("EdDSA");
  const good = list(2, [entryOf(createSigningKey())]);
  it.each<[string, string]>([
    ["of a stranger", signTrustList(good, stranger)],
    ["of a stranger under the root's id", signTrustList(good, { ...stranger, kid: root.kid })],
    ["that is another kind of document", signDocument("greenlane-revocation", good, root)],
    ["that is not signed", JSON.stringify(good)],
    ["that is cut short", signTrustList(good, root).slice(0, 200)],
    ["that is a page", "<!doctype html>"],
    [
      "with one bad key among good ones",
      signTrustList(list(2, [...good.keys, entryOf(issuer, { spki: "AAAA" })]), root),
    ],
    ["with an unknown purpose", signTrustList(list(2, [{ ...entryOf(issuer), purposes: ["all" as "pass"] }]), root)],
    ["without a date", signTrustList(list(2, [], "yesterday"), root)],
  ])("%s is refused whole, and the one before stays in use", async (_, text) => {
    const made = store([signTrustList(list(1, [entryOf(issuer)]), root), text]);
    await begin(made);
    expect(await made.store.refresh()).toBe(false);
    expect(knows(made, issuer)).toBe(true);
    expect(made.store.status()).toMatchObject({ version: 1, keys: 1 });
    await made.store.stop();
  });
});

describe("fetching a document", () => {
  it("uses the tag, follows no redirect, and is cut off by size and time", async () => {
    const server = createServer((request, response) => {
      if (request.url === "/moved") response.writeHead(302, { location: "/list" }).end();
      else if (request.url === "/never") return;
      else if (request.url === "/cut") {
        response.writeHead(200, { "content-length": 100 }).write("half");
        setTimeout(() => response.destroy(), 10);
      } else if (request.headers["if-none-match"] === '"7"') response.writeHead(304).end();
      else response.writeHead(200, { etag: '"7"' }).end("x".repeat(1000));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const ask = (path: string, given = {}) =>
      fetchDocument({
        ...{ url: base + path, etag: null, maxBytes: 2000, timeout: seconds(5), tls: anyAuthority({}) },
        signal: AbortSignal.timeout(60_000),
        ...given,
      });
    expect(await ask("/list")).toEqual({ kind: "new", text: "x".repeat(1000), etag: '"7"' });
    expect(await ask("/list", { etag: '"7"' })).toEqual({ kind: "unchanged" });
    expect(await ask("/list", { maxBytes: 999 })).toEqual({ kind: "failed", why: "too-large" });
    expect(await ask("/moved")).toEqual({ kind: "failed", why: "status" });
    expect(await ask("/cut")).toEqual({ kind: "failed", why: "unreachable" });
    expect(await ask("/never", { timeout: seconds(0.05) })).toEqual({ kind: "failed", why: "timeout" });
    const ending = new AbortController();
    const ended = ask("/never", { signal: ending.signal });
    ending.abort();
    expect(await ended).toEqual({ kind: "failed", why: "unreachable" });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(await ask("/list")).toEqual({ kind: "failed", why: "unreachable" });
  });

  it("believes servers of the lane's own authority and of the public ones, and no stranger's", async () => {
    const [own, listed, stranger] = ["District CA", "Public CA", "Nobody"].map((name) => createAuthority(name));
    if (own === undefined || listed === undefined || stranger === undefined) throw new Error("three were made");
    const tls = anyAuthority({ ca: own.certificate }, [listed.certificate]);
    const answers = [];
    for (const authority of [own, listed, stranger]) {
      const { certificate: cert, key } = authority.issue("lists");
      const server = createTlsServer({ cert, key }, (_, response) => response.end("list"));
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
      const signal = AbortSignal.timeout(60_000);
      answers.push(await fetchDocument({ url, etag: null, maxBytes: 2000, timeout: seconds(5), tls, signal }));
      await new Promise((resolve) => server.close(resolve));
    }
    expect(answers.map(({ kind }) => kind)).toEqual(["new", "new", "failed"]);
    expect(tls()).toBe(tls());
  });
});
