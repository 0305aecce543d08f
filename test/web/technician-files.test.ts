import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAuthority } from "../support/certificates.ts";
import { districtKeys, orderKeys } from "../support/keys.ts";
import { PanelRig } from "../support/panel.ts";
import { type Caller, panelCalls } from "./panel-calls.ts";

let rig: PanelRig;
beforeEach(async () => {
  rig = await new PanelRig().start();
});
afterEach(() => rig.stop());
const { post, get, technician } = panelCalls(() => rig);

describe("the files that a technician brings", () => {
  const made = (...args: string[]): string =>
    execFileSync("openssl", args, { stdio: ["ignore", "pipe", "ignore"] }).toString();
  const secret = () => randomBytes(32).toString("base64");
  const pem = () => made("ecparam", "-name", "prime256v1", "-genkey", "-noout");
  const bring = async (kind: string, text: string, take: boolean, caller: Caller) => {
    const answer = await post("files", { kind, text, take }, caller);
    return { status: answer.status, text: await answer.clone().text(), body: (await answer.json()) as never as Look };
  };
  interface Look {
    readonly code?: string;
    readonly why?: string;
    readonly field?: string;
    readonly path?: string;
    readonly items?: readonly {
      name: string;
      type: string;
      role: string | null;
      until: string | null;
      fingerprint: string;
    }[];
  }

  it("are told for what they are before they are taken, and lie there for the lane alone afterwards", async () => {
    const caller = await technician();
    const { certificate } = createAuthority("District CA", 90);
    const { publicKey } = await districtKeys();
    const orders = [(await orderKeys("op-1")).believed, (await orderKeys("conf-1", "configuration")).believed];
    const good: [string, string, string, unknown][] = [
      ["ca", certificate, "broker.ca", [{ name: "District CA", type: "ec prime256v1" }]],
      ["certificate", certificate, "broker.certificate", [{ name: "District CA" }]],
      ["key", pem(), "broker.key", [{ type: "ec prime256v1", name: "" }]],
      [
        "district-key",
        JSON.stringify(publicKey),
        "broker.districtKey",
        [{ name: "district-1", type: "ec prime256v1" }],
      ],
      [
        ...(["order-keys", JSON.stringify(orders), "broker.orderKeys"] as const),
        [
          { name: "op-1", role: "operator" },
          { name: "conf-1", role: "configuration", type: "ed25519" },
        ],
      ],
      // As `greenlane order keygen` prints it.
      ["order-keys", JSON.stringify(orders[0]), "broker.orderKeys", [{ name: "op-1", role: "operator" }]],
      ["roots", certificate, "trust.roots", [{ type: "ec prime256v1" }]],
      ["web-certificate", certificate, "web.certificate", [{ name: "District CA" }]],
      ["web-key", pem(), "web.key", [{ type: "ec prime256v1", name: "" }]],
      ["site-key", `${secret()}\n`, "replay.siteKey", [{ type: "secret 256", name: "" }]],
      [
        ...(["day-keys", JSON.stringify({ "2020-05-06": secret(), "2020-05-07": secret() })] as const),
        ...(["broker.pseudonymKeys", [{ type: "secret 256 × 2", until: "2020-05-07" }]] as const),
      ],
    ];
    for (const [kind, text, field, items] of good) {
      const seen = await bring(kind, text, false, caller);
      expect([kind, seen.status, seen.body]).toMatchObject([kind, 200, { field, items }]);
      expect(seen.body.path).toBeUndefined();
      for (const item of seen.body.items ?? []) expect(item.fingerprint).toMatch(/^[0-9a-f]{16}$/);
    }
    expect(existsSync(join(rig.folder, "tls"))).toBe(false);
    for (const [kind, text, field] of good) {
      const { body } = await bring(kind, text, true, caller);
      expect(body.field).toBe(field);
      expect(body.path).toMatch(new RegExp(`^${rig.folder}/tls/${kind}-[0-9a-f]{16}$`));
      expect(readFileSync(body.path ?? "", "utf8")).toBe(text);
      expect(statSync(body.path ?? "").mode & 0o777).toBe(0o600);
    }
    expect(statSync(join(rig.folder, "tls")).mode & 0o077).toBe(0);
  }, 30_000);

  it("are refused with a reason where they are something else, whole or broken, and nothing is kept", async () => {
    const caller = await technician();
    const { certificate, key } = createAuthority("District CA", 90);
    const district = await districtKeys();
    const order = await orderKeys("op-1");
    const rsa = { kty: "RSA", n: "AQAB", e: "AQAB" };
    const bad: [string, string, string][] = [
      ...["", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", pem()].map(
        (text): [string, string, string] => ["certificate", text, text.includes("PRIVATE") ? "GL-4116" : "GL-4114"],
      ),
      ["ca", certificate + key, "GL-4116"],
      ["key", certificate, "GL-4114"],
      ["key", made("genpkey", "-algorithm", "ed25519", "-aes-256-cbc", "-pass", "pass:secret"), "GL-4114"],
      ["district-key", "{", "GL-4117"],
      ["district-key", "null", "GL-4117"],
      ["district-key", "[]", "GL-4117"],
      ["district-key", JSON.stringify(order.believed.jwk), "GL-4117"],
      ["district-key", JSON.stringify(rsa), "GL-4117"],
      ["district-key", JSON.stringify({ ...district.publicKey, x: "AAAA" }), "GL-4117"],
      ["district-key", JSON.stringify(district.privateKey), "GL-4116"],
      ["order-keys", "[]", "GL-4117"],
      ["order-keys", JSON.stringify([order.believed, order.believed]), "GL-4117"],
      ["order-keys", JSON.stringify([{ ...order.believed, role: "root" }]), "GL-4117"],
      ["order-keys", JSON.stringify([{ ...order.believed, kid: "\u202e<b>" }]), "GL-4117"],
      ["order-keys", JSON.stringify([{ ...order.believed, jwk: district.publicKey }]), "GL-4117"],
      ["order-keys", JSON.stringify(order.signing), "GL-4116"],
      ["roots", "-----BEGIN X-----\n-----END X-----", "GL-4117"],
      ["roots", "[".repeat(16_000), "GL-4117"],
      ["roots", pem(), "GL-4116"],
      ["web-certificate", pem(), "GL-4116"],
      ["web-key", certificate, "GL-4114"],
      ["site-key", pem(), "GL-4116"],
      ["site-key", secret().slice(0, 40), "GL-4117"],
      ["site-key", "every lane of this site knows this long sentence", "GL-4117"],
      ["day-keys", "{}", "GL-4117"],
      ["day-keys", "[]", "GL-4117"],
      ["day-keys", JSON.stringify({ today: secret() }), "GL-4117"],
      ["day-keys", JSON.stringify({ "2020-05-06": "AAAA" }), "GL-4117"],
      ["day-keys", JSON.stringify({ "2020-05-06": 7 }), "GL-4117"],
    ];
    for (const [kind, text, code] of bad)
      for (const take of [false, true]) {
        const { status, body } = await bring(kind, text, take, caller);
        expect([kind, text.slice(0, 40), status, body.code]).toEqual([kind, text.slice(0, 40), 422, code]);
        expect(body.why).toMatch(/\w{4}/);
      }
    expect(existsSync(join(rig.folder, "tls"))).toBe(false);
  }, 30_000);

  it("never repeat a secret, neither in an answer nor in the bundle", async () => {
    const caller = await technician();
    const file = pem();
    const scalar = file.split("\n")[1] ?? "";
    const shared = secret();
    const answers = [await bring("key", file, false, caller), await bring("key", file, true, caller)];
    answers.push(await bring("certificate", file, true, caller), await bring("roots", file, true, caller));
    answers.push(await bring("site-key", shared, true, caller), await bring("site-key", `${shared}.`, true, caller));
    await post("config/apply", { changes: { "broker.key": answers[1]?.body.path } }, caller);
    const told = [...answers.map(({ text }) => text), await (await get("config", caller)).text()];
    told.push(await (await get("log", caller)).text(), await (await get("config/history", caller)).text());
    const bundle = gunzipSync(Buffer.from(await (await get("bundle", caller)).arrayBuffer())).toString();
    for (const text of [...told, bundle])
      for (const hidden of [scalar, shared]) expect(text).not.toContain(hidden.slice(0, 20));
  }, 30_000);

  it("never overwrite the file in use, and the oldest of many make room", async () => {
    const caller = await technician();
    const another = async () => JSON.stringify((await districtKeys()).publicKey);
    const first = (await bring("district-key", await another(), true, caller)).body.path ?? "";
    const used = await post("config/apply", { changes: { "broker.districtKey": first } }, caller);
    expect(used.status).toBe(200);
    const others = new Set<string>();
    for (let n = 0; n < 12; n++)
      others.add((await bring("district-key", await another(), true, caller)).body.path ?? "");
    expect(others.size).toBe(12);
    expect(existsSync(first)).toBe(true);
    expect(readdirSync(join(rig.folder, "tls")).length).toBeLessThanOrEqual(10);
  }, 30_000);
});
