import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as issueCommand from "../../src/cli/issue.ts";
import * as keysCommand from "../../src/cli/keys.ts";
import * as posterCommand from "../../src/cli/poster.ts";
import { localTime } from "../../src/cli/print/paper-pass.ts";
import { createTypeFace } from "../../src/cli/print/type-face.ts";
import * as verifyCommand from "../../src/cli/verify.ts";
import { runCommand } from "../support/run-command.ts";

const at = "2020-05-01T08:00:00+08:00";
let folder = "";
const path = (name: string): string => join(folder, name);

const commands = [issueCommand, keysCommand, posterCommand, verifyCommand].map(({ register }) => register);
const run = (...words: readonly string[]) => runCommand(commands, ...words);
const one = async (...words: readonly string[]): Promise<Record<string, unknown>> => (await run(...words))[0] ?? {};
const keyPair = async (name: string, alg = "ES256"): Promise<{ key: string; pub: string; kid: string }> => {
  const made = await one("keys", "new", "--out", folder, "--name", name, "--alg", alg, "--json");
  return { key: String(made.privateKey), pub: String(made.publicKey), kid: String(made.kid) };
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "greenlane-passes-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("greenlane keys, issue and verify", () => {
  it.each(["ES256", "EdDSA", "PS256", "SM2"])("go together with %s", async (alg) => {
    const { key, pub, kid } = await keyPair("pass", alg);
    expect((await stat(key)).mode & 0o777).toBe(0o600);
    const pass = await one("issue", "--key", key, "--at", at, "--json");
    expect(pass).toMatchObject({ kid, alg, status: "green", medium: "electronic", forWhom: "self" });
    expect(await one("verify", "--json", "--trust", pub, "--at", at, "--", String(pass.text))).toEqual({
      format: "HP1",
      outcome: "green",
      checks: {
        prefix: true,
        base45: true,
        inflate: true,
        cbor: true,
        structure: true,
        signature: true,
        keyUsage: true,
        validity: true,
      },
      issuer: "CN-37",
      kid,
      issuedAt: "2020-05-01T00:00:00.000Z",
      expiresAt: "2020-05-01T00:01:00.000Z",
      reason: "signed by a trusted key and in time",
    });
  });

  it("says of each check what it is, the ones behind a failed one too", async () => {
    const { key, pub, kid } = await keyPair("a");
    const other = await keyPair("b");
    const text = String((await one("issue", "--key", key, "--at", at, "--json")).text);
    const late = await one("verify", "--json", "--trust", pub, "--at", "2020-06-01T00:00:00Z", text);
    expect(late).toMatchObject({ outcome: "expired", checks: { signature: true, keyUsage: true, validity: false } });
    const unknown = await one("verify", "--json", "--trust", other.pub, "--at", at, text);
    expect(unknown).toMatchObject({
      outcome: "unverifiable",
      kid,
      checks: { structure: true, signature: null, keyUsage: null, validity: true },
    });
    const cut = await one("verify", "--json", "--trust", pub, text.slice(0, -7));
    expect(cut).toMatchObject({
      outcome: "malformed",
      checks: { prefix: true, base45: expect.any(Boolean), cbor: null },
    });
    const long = await one("verify", "--json", `HP1:${"A".repeat(5000)}`);
    expect(long).toMatchObject({ format: "HP1", outcome: "malformed", checks: { prefix: true, base45: null } });
    const payment = await one("verify", "--json", "281234567890123456");
    expect(Object.keys(payment)).toEqual(Object.keys(late));
    expect(payment).toMatchObject({
      format: "payment",
      outcome: "not-a-pass",
      checks: { prefix: false, base45: null },
    });
  });

  it.each(["2020-05-01T00:00:30", "2020-05-01T00:00:30.123456", "2020-05-01T08:00:30+0800", "2020-05-01"])(
    "judges at %s, which is UTC where no zone is given",
    async (when) => {
      const { key, pub } = await keyPair("zone");
      const { text } = await one("issue", "--key", key, "--at", "2020-05-01T00:00:00Z", "--json");
      expect(await one("verify", "--json", "--trust", pub, "--at", when, String(text))).toMatchObject({
        outcome: "green",
      });
    },
  );

  it("take over a trust list and revoke a key in it", async () => {
    const [root, first, second] = [await keyPair("root", "EdDSA"), await keyPair("one"), await keyPair("two")];
    const list = path("trust.json");
    const sign = ["keys", "trust-list", "--sign", root.key, "--out", list, "--at", at, "--json"];
    expect(await one(...sign, "--add", first.pub, "--region", "37", "--purpose", "pass")).toMatchObject({ version: 1 });
    expect(await one(...sign, "--from", list, "--add", second.pub, "--region", "32")).toMatchObject({
      version: 2,
      keys: 2,
    });
    const text = String((await one("issue", "--key", first.key, "--at", at, "--json")).text);
    const verify = () => one("verify", "--json", "--trust", list, "--at", at, text);
    expect((await verify()).outcome).toBe("green");
    expect((await run("keys", "show", list, "--json")).map((each) => each.region)).toEqual(["37", "32"]);
    await one(...sign, "--from", list, "--revoke", first.kid);
    expect((await verify()).outcome).toBe("unverifiable");
    expect(await run("keys", "show", list, "--json")).toHaveLength(1);
  });

  it("print a family's paper passes on one page, and pictures that hold the code", async () => {
    const { key } = await keyPair("paper");
    const pdf = path("family.pdf");
    const paper = ["issue", "--key", key, "--medium", "paper", "--family", "--at", at, "--json"];
    const passes = await run(...paper, "--subject", "a", "--subject", "b", "--out", pdf);
    expect(passes.map((each) => each.goodUntil)).toEqual(Array(2).fill("2020-05-15T00:00:00.000Z"));
    const bytes = await readFile(pdf);
    expect(bytes.subarray(0, 5).toString()).toBe("%PDF-");
    // Embedded letters: without them a machine lacking Chinese fonts prints boxes.
    expect(bytes.toString("latin1")).toMatch(/\/FontFile2 /);
    await one(...paper, "--out", path("code.png"), "--out", path("code.svg"));
    expect((await sharp(path("code.png")).metadata()).width).toBeGreaterThan(300);
    expect(await readFile(path("code.svg"), "utf8")).toContain("<svg");
  }, 30_000);

  it.each([
    [["issue", "--key", "KEY", "--status", "blue"], "--status"],
    [["issue", "--key", "KEY", "--medium", "wood"], "--medium"],
    [["issue", "--key", "KEY", "--at", "yesterday"], "--at"],
    [["issue", "--key", "KEY", "--out", "x.gif"], ".png, .svg or .pdf"],
    [["issue", "--key", "KEY", "--out", "x.pdf"], "paper"],
    [["issue", "--key", "KEY", "--subject", "a", "--subject", "b", "--out", "x.png"], "one .pdf"],
    [["issue", "--key", "KEY", "--pass-id", "xyz"], "--pass-id"],
    [["issue", "--key", "NOKEY"], "GL-3001"],
    [["issue", "--key", "/nowhere"], "/nowhere"],
    [["verify", "--trust", "NOKEY", "x"], "GL-3001"],
    [["verify", "--trust", "/nowhere", "x"], "/nowhere"],
    [["verify", "--at", "yesterday", "x"], "--at"],
    [["keys", "new", "--out", "DIR", "--alg", "RS256"], "--alg"],
    [["keys", "new", "--out", "DIR", "--name", "../x"], "--name"],
    [["poster", "--code", "x", "--name", "y"], "--out"],
    [["poster", "--code", "x", "--out", "DIR/p.svg"], "--name"],
    [["poster", "--name", "x", "--out", "DIR/p.svg"], "--code"],
  ])("%j says what is wrong: %s", async (words, says) => {
    const { key } = await keyPair("usage");
    await writeFile(path("nothing.pem"), "nothing\n");
    const replaced = words.map((word) =>
      word
        .replace(/^KEY$/, key)
        .replace(/^NOKEY$/, path("nothing.pem"))
        .replace("DIR", folder),
    );
    await expect(run(...replaced)).rejects.toThrow(says);
  });

  it("end with code 2 and one JSON line for a file that can't be read, and read a code from standard input", async () => {
    const { key, pub } = await keyPair("stdin");
    const text = String((await one("issue", "--key", key, "--at", at, "--json")).text);
    const command = join(import.meta.dirname, "../../src/cli/greenlane.js");
    const call = (words: readonly string[], input: string) =>
      new Promise<{ code: number; out: string }>((resolve) => {
        const child = execFile(process.execPath, [command, ...words], (error, out) =>
          resolve({ code: typeof error?.code === "number" ? error.code : 0, out }),
        );
        child.stdin?.end(input);
      });
    const good = await call(["verify", "--json", "--trust", pub, "--at", at, "-"], `${text}\n`);
    expect([good.code, JSON.parse(good.out).outcome]).toEqual([0, "green"]);
    const bad = await call(["verify", "--json", "--trust", "/nowhere", "-"], text);
    expect([bad.code, Object.keys(JSON.parse(bad.out))]).toEqual([2, ["error", "code"]]);
  }, 60_000);
});

describe("greenlane poster", () => {
  /** The example's configuration with a place code, for a site of this kind. */
  const config = async (kind: string): Promise<string> => {
    const example = JSON.parse(await readFile("config/lane.example.json", "utf8"));
    const site = { ...example.site, kind, placeCode: "https://example.invalid/place/7" };
    await writeFile(path(`${kind}.json`), JSON.stringify({ ...example, site }));
    return path(`${kind}.json`);
  };

  it("takes name and code of a compound from its configuration, and is for compounds alone (P14)", async () => {
    const out = path("configured.svg");
    expect(await one("poster", "--config", await config("compound"), "--out", out, "--json")).toMatchObject({
      code: "https://example.invalid/place/7",
      name: { zh: "华安小区", en: "Huaan compound" },
    });
    await expect(run("poster", "--config", await config("mall"), "--out", out)).rejects.toThrow("P14");
  });

  it("draws the place's code as SVG, PNG and PDF, with letters as outlines", async () => {
    const files = ["p.svg", "p.png", "p.pdf"].map(path);
    const out = files.flatMap((file) => ["--out", file]);
    const told = await one(
      "poster",
      "--code",
      "https://example.invalid/place/7",
      "--name",
      "华安小区",
      ...out,
      "--json",
    );
    expect(told.code).toBe("https://example.invalid/place/7");
    const svg = await readFile(files[0] ?? "", "utf8");
    expect(svg).not.toContain("<text");
    expect(svg).toContain('width="210mm"');
    const { data, info } = await sharp(files[1]).greyscale().raw().toBuffer({ resolveWithObject: true });
    expect(info.width / info.height).toBeCloseTo(210 / 297, 2);
    expect(data.some((grey) => grey < 40)).toBe(true);
    expect((await readFile(files[2] ?? "")).toString("latin1")).toMatch(/\/FontFile2 /);
  }, 60_000);

  it("has a letter for every character it prints", () => {
    const face = createTypeFace(400);
    for (const text of ["健康通行码（纸质）", "为家人代办 · for a family member", "印制有效至持码人代办人疑问与投诉"])
      expect(face.outline(text).d.length).toBeGreaterThan(text.length * 20);
  });

  it("tells Beijing time", () => {
    expect(localTime(Date.UTC(2020, 4, 1, 0, 0))).toBe("2020-05-01 08:00");
  });
});
