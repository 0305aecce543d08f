import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { hours, instant, minutes, seconds } from "../../src/core/units.ts";
import { issuePass, newClaims } from "../../src/pass/issue.ts";
import { createSigningKey, trustedKeyOf } from "../../src/pass/keys.ts";
import { signTrustList } from "../../src/pass/trust-list.ts";
import { readMapping } from "../../src/verify/platform/mapping.ts";
import { PlatformSim } from "../../src/verify/platform/platform.sim.ts";
import { signRevocation } from "../../src/verify/revocation/revocation-document.ts";
import { createVerification } from "../../src/verify/verification.ts";
import { createVerifier, defaultVerifierSettings } from "../../src/verify/verifier.ts";
import { createAuthority } from "../support/certificates.ts";
import { MemoryLogger } from "../support/quiet.ts";
import { RealClock } from "../support/real-clock.ts";
import { read } from "./lane-of-passes.ts";

it("a lane built from settings fetches its list and filter, asks the platform, and judges with all of it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "greenlane-verification-"));
  const [root, issuer] = [createSigningKey("EdDSA"), createSigningKey("SM2")];
  const now = new Date().toISOString();
  const spki = issuer.object.export({ type: "spki", format: "der" }).toString("base64");
  const entry = {
    spki,
    issuer: "CN-37",
    region: "37",
    purposes: null,
    notBefore: null,
    notAfter: null,
    revoked: false,
  };
  const list = signTrustList({ version: 1, issuedAt: now, keys: [entry] }, root);
  const claims = (status: "green" | "red") => newClaims({ issuer: "CN-37", subject: "s", status }, instant(Date.now()));
  const revoked = claims("green");
  const filter = signRevocation([revoked.passId], 1, now, root);
  const lists = createServer((request, response) => response.end(request.url === "/list" ? list : filter));
  await new Promise<void>((done) => lists.listen(0, "127.0.0.1", done));
  const base = `http://127.0.0.1:${(lists.address() as AddressInfo).port}`;
  const platform = new PlatformSim();
  platform.revoked.add(revoked.passId);
  const table = resolve(import.meta.dirname, "../../config/platforms/standard.json");
  const [clock, logger] = [new RealClock(), new MemoryLogger()];
  const parts = createVerification(
    {
      tls: {},
      trust: {
        roots: [trustedKeyOf(root)],
        listUrl: `${base}/list`,
        revocationUrl: `${base}/filter`,
        folder,
        refresh: minutes(15),
        staleAfter: hours(72),
      },
      platform: {
        url: await platform.start(),
        ca: null,
        mapping: readMapping(JSON.parse(await readFile(table, "utf8"))),
        deadline: seconds(5),
        timeout: seconds(6),
      },
      replay: { lane: "a", group: "main", link: null },
    },
    clock,
    logger,
  );
  await parts.start();
  await parts.refresh();
  const verifier = createVerifier({ ...parts, clock, settings: defaultVerifierSettings, logger });
  const show = async (text: string) => (await verifier.verify(read(text), "entry")).outcome;
  expect(await show(issuePass(claims("green"), issuer))).toBe("green");
  expect(await show(issuePass(claims("red"), issuer))).toBe("red");
  expect(await show(issuePass(revoked, issuer))).toBe("revoked");
  platform.codes.set(`${"AB12".repeat(16)}:1`, { status: "yellow", subject: "p-1" });
  expect(await show(`${"AB12".repeat(16)}:1`)).toBe("yellow");
  expect(parts.status()).toMatchObject({
    trust: { version: 1, keys: 1, stale: false },
    revocation: { version: 1 },
    platformDown: false,
    audibleLanes: null,
  });
  await parts.stop();
  await platform.stop();
  lists.closeAllConnections();
  await new Promise((done) => lists.close(done));
  await rm(folder, { recursive: true });
}, 30_000);

it("a platform of another authority than the broker's is believed by its own one, and by that alone", async () => {
  const [ours, theirs] = [createAuthority("lanes"), createAuthority("platforms")];
  const server = theirs.issue("platform");
  const platform = new PlatformSim({ ...server, clientCa: ours.certificate });
  const [url, lane] = [await platform.start(), ours.issue("lane")];
  const code = `${"AB12".repeat(16)}:1`;
  platform.codes.set(code, { status: "green" });
  const table = resolve(import.meta.dirname, "../../config/platforms/standard.json");
  const mapping = readMapping(JSON.parse(await readFile(table, "utf8")));
  const ask = async (ca: string | null) => {
    const parts = createVerification(
      {
        tls: { ca: ours.certificate, ...lane },
        trust: {
          ...{ roots: [], listUrl: null, revocationUrl: null, folder: tmpdir() },
          ...{ refresh: minutes(15), staleAfter: hours(72) },
        },
        platform: { url, ca, mapping, deadline: seconds(5), timeout: seconds(6) },
        replay: { lane: "a", group: "main", link: null },
      },
      new RealClock(),
      new MemoryLogger(),
    );
    const outcome = (await parts.platform?.ask(code))?.outcome;
    await parts.stop();
    return outcome;
  };
  expect([await ask(theirs.certificate), await ask(null)]).toEqual(["green", "platform-down"]);
  await platform.stop();
}, 30_000);
