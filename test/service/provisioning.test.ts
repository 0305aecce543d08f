import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CryptoKey, exportJWK, generateKeyPair, type JSONWebKeySet } from "jose";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ClockTrust, WallTime } from "../../src/core/flow.ts";
import { instant, millis } from "../../src/core/units.ts";
import { makeToken, Provisioning } from "../../src/service/provisioning.ts";

const example = JSON.parse(readFileSync("config/lane.example.json", "utf8")) as Record<string, unknown>;
const part = { lane: { id: "east-04", number: "04" } };
const noon = new Date("2020-04-20T04:00:00Z");
const at = (seconds: number, trust: ClockTrust = "synced"): WallTime => ({
  at: instant(noon.getTime() + seconds * 1000),
  trust,
  error: millis(0),
});
let ours: CryptoKey;
let theirs: CryptoKey;
let keys: JSONWebKeySet;
let folder: string;

beforeAll(async () => {
  const [own, other] = await Promise.all([
    generateKeyPair("EdDSA", { crv: "Ed25519" }),
    generateKeyPair("EdDSA", { crv: "Ed25519" }),
  ]);
  ours = own.privateKey;
  theirs = other.privateKey;
  keys = { keys: [{ ...(await exportJWK(own.publicKey)), kid: "district-1" }] };
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "provisioning-"));
});
afterEach(() => rmSync(folder, { recursive: true }));
const lane = (): Provisioning => new Provisioning(keys, folder);

describe("a provisioning token", () => {
  it("sets up a lane once, and fits on a phone's screen", async () => {
    const token = await makeToken(part, null, ours, "district-1", noon);
    expect(token.length).toBeLessThan(600);
    const one = lane();
    const accepted = await one.accept(token, example, at(30));
    expect(accepted).toMatchObject({ ok: true, file: { lane: { id: "east-04", number: "04", site: "huaan" } } });
    expect(await one.accept(token, example, at(31))).toMatchObject({ ok: false, code: "GL-1056" });
    // Nor after a restart.
    expect(await lane().accept(token, example, at(32))).toMatchObject({ ok: false, code: "GL-1056" });
  });

  it.each([
    ["eleven minutes later", 660, "GL-1055"],
    ["a minute before it was made", -60, "GL-1055"],
    ["within the ten minutes", 599, null],
    ["within the leeway", 609, null],
  ] as const)("%s", async (_, seconds, code) => {
    const result = await lane().accept(await makeToken(part, null, ours, "district-1", noon), example, at(seconds));
    expect(result.ok ? null : result.code).toBe(code);
  });

  it("signed by a stranger, altered, of another type or plain nonsense is refused alike", async () => {
    const token = await makeToken(part, null, ours, "district-1", noon);
    const [mark, head, payload, signature] = token.split(".") as [string, string, string, string];
    const forged = Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(payload, "base64url").toString()), config: { lane: { id: "evil" } } }),
    ).toString("base64url");
    const hostile = [
      await makeToken(part, null, theirs, "district-1", noon),
      await makeToken(part, null, ours, "district-2", noon),
      [mark, head, forged, signature].join("."),
      [mark, Buffer.from('{"alg":"none"}').toString("base64url"), payload, ""].join("."),
      [mark, Buffer.from('{"alg":"HS256","kid":"district-1"}').toString("base64url"), payload, signature].join("."),
      `${token}.x`,
      "GLP1...",
      "https://example.invalid/",
      "",
    ];
    for (const text of hostile)
      expect(await lane().accept(text, example, at(30))).toMatchObject({ ok: false, code: "GL-1052" });
    expect(await lane().accept("x".repeat(5000), example, at(30))).toMatchObject({ ok: false, code: "GL-1051" });
  });

  it("needs the challenge on the screen where the lane has no trusted time", async () => {
    const one = lane();
    expect(
      await one.accept(await makeToken(part, null, ours, "district-1", noon), example, at(9e6, "unsynced")),
    ).toMatchObject({ code: "GL-1054", why: expect.stringContaining(one.challenge()) });
    const challenge = one.challenge();
    const token = await makeToken(part, challenge, ours, "district-1", noon);
    expect(await one.accept(token, example, at(9e6, "unsynced"))).toMatchObject({ ok: true });
    expect(one.challenge()).not.toBe(challenge);
    // For this lane and this start only.
    expect(await lane().accept(token, example, at(30))).toMatchObject({ code: "GL-1053" });
  });

  it("can bring nothing that a file may not say", async () => {
    const token = await makeToken({ rules: { feverLimit: "37.2 °C" } }, null, ours, "district-1", noon);
    expect(await lane().accept(token, example, at(30))).toMatchObject({
      ok: false,
      code: "GL-1057",
      findings: [{ clause: "P4" }],
    });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
