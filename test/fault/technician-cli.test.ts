import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { exportJWK, generateKeyPair } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withValue } from "../../src/config/walk.ts";
import { celsius, instant, millis } from "../../src/core/units.ts";
import { ControlSocket, controlPath } from "../../src/service/control-socket.ts";
import { Provisioning } from "../../src/service/provisioning.ts";
import { Bench } from "../support/bench.ts";

const program = resolve("src/cli/greenlane.js");
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cli-"));
  file = join(folder, "lane.json");
  const example = JSON.parse(readFileSync("config/lane.example.json", "utf8"));
  writeFileSync(file, JSON.stringify(withValue(example, "storage.directory", folder)));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}
function greenlane(...args: string[]): Promise<Ran> {
  return new Promise((done) => {
    const child: ChildProcess = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let err = "";
    child.stdout?.on("data", (chunk) => (out += chunk));
    child.stderr?.on("data", (chunk) => (err += chunk));
    child.on("close", (code) => done({ code, out, err }));
  });
}
const json = (ran: Ran): unknown[] =>
  ran.out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("greenlane config", () => {
  it("checks a good and a bad file and says what to write", async () => {
    const bad = join(folder, "bad.json");
    writeFileSync(
      bad,
      JSON.stringify(withValue(JSON.parse(readFileSync(file, "utf8")), "rules.feverLimit", "37.2 °C")),
    );
    const [good, wrong, prose, missing] = await Promise.all([
      greenlane("config", "check", file, "--json"),
      greenlane("config", "check", bad, "--json"),
      greenlane("config", "check", bad),
      greenlane("config", "check", join(folder, "none.json"), "--json"),
    ]);
    expect([good.code, json(good)]).toMatchObject([0, [{ ok: true, findings: [] }]]);
    expect([wrong.code, json(wrong)]).toMatchObject([
      1,
      [{ ok: false, findings: [{ path: "rules.feverLimit", clause: "P4" }] }],
    ]);
    expect(prose.out).toMatch(
      /GL-1017 rules\.feverLimit: found "37\.2 °C", expected 37\.3 °C to 38 °C \(P4\); a lower limit would be an added condition/,
    );
    expect(prose.out).not.toContain("\u001b[");
    expect([missing.code, json(missing)]).toMatchObject([2, [{ code: "GL-1010" }]]);
  }, 60_000);

  it("sets a field only when the whole file can then be used", async () => {
    const before = readFileSync(file, "utf8");
    const [refused, unknown] = [
      await greenlane("config", "set", "timings.lockdownMax", "2 h", "-c", file),
      await greenlane("config", "set", "timing.lockdownMax", "20 min", "-c", file),
    ];
    expect([refused.code, unknown.code, readFileSync(file, "utf8")]).toEqual([2, 2, before]);
    expect(refused.err).toContain('write "30 min"');
    expect(unknown.err).toContain("did you mean timings.lockdownMax?");
    const done = await greenlane("config", "set", "timings.lockdownMax", "20 min", "-c", file, "--json");
    expect([done.code, json(done)]).toMatchObject([
      0,
      [{ path: "timings.lockdownMax", value: "20 min", restart: false }],
    ]);
    const other = join(folder, "other.json");
    copyFileSync(file, other);
    writeFileSync(other, before);
    expect(json(await greenlane("config", "diff", other, file, "--json"))).toMatchObject([
      { changes: [{ path: "timings.lockdownMax", from: "30 min", to: "20 min" }] },
    ]);
  }, 60_000);
});

describe("greenlane doctor", () => {
  it("prints one object per check and fails where a camera is missing", async () => {
    const ran = await greenlane("doctor", "--json", "-c", file);
    expect(ran.code).toBe(1);
    expect(json(ran)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: "camera.device", status: "fail", code: "GL-2051" }),
        expect.objectContaining({ id: "storage.directory", status: "ok" }),
      ]),
    );
  }, 60_000);
});

describe("greenlane selftest and calibrate", () => {
  it("say how to start the lane where none runs", async () => {
    const ran = await greenlane("selftest", "camera", "--json", "-c", file);
    expect([ran.code, json(ran)]).toMatchObject([
      2,
      [{ code: "GL-1061", error: expect.stringContaining("systemctl start greenlane") }],
    ]);
    expect((await greenlane("selftest", "turnstile", "-c", file)).code).toBe(2);
  }, 60_000);

  it("reach the running lane, and the relay only in maintenance mode", async () => {
    const bench = new Bench();
    const socket = new ControlSocket(folder, bench);
    await socket.start();
    const timer = setInterval(() => bench.clock.advance(200), 5);
    try {
      expect(statSync(dirname(controlPath(folder))).mode & 0o077).toBe(0);
      const refused = await greenlane("selftest", "relay", "--json", "-c", file);
      expect([refused.code, json(refused)]).toMatchObject([1, [{ code: "GL-2312" }]]);
      expect(bench.pulses).toEqual([]);
      const moved = await greenlane("selftest", "relay", "--maintenance", "--json", "-c", file);
      expect([moved.code, bench.pulses, bench.mode()]).toEqual([0, ["entry", "exit"], "normal"]);
    } finally {
      clearInterval(timer);
      await socket.stop();
    }
  }, 60_000);

  it("calibrate: two points end in a record of the file, a wrong sensor in a refusal and an unchanged file", async () => {
    const bench = new Bench();
    const socket = new ControlSocket(folder, bench);
    await Promise.all([socket.start(), bench.thermometer.start()]);
    let truth = 35;
    let error = 0.1;
    const original = bench.thermometer.onSample.bind(bench.thermometer);
    bench.thermometer.onSample = (listener) => {
      bench.thermometer.look(celsius(truth - error));
      bench.clock.advance(3000);
      truth = truth === 35 ? 39 : 35;
      return original(listener);
    };
    const timer = setInterval(() => bench.clock.advance(500), 5);
    const args = [
      "calibrate",
      "--serial",
      "BB-1",
      "--sensor",
      "mlx-1",
      "--by",
      "tech-1",
      "--yes",
      "--json",
      "-c",
      file,
    ];
    try {
      const done = await greenlane(...args);
      expect([done.code, json(done)]).toMatchObject([
        0,
        [{ gain: expect.closeTo(1, 1), offset: expect.closeTo(0.1, 0) }],
      ]);
      expect(JSON.parse(readFileSync(file, "utf8")).temperature.calibration).toMatchObject({
        serial: "BB-1",
        by: "tech-1",
      });
      const before = readFileSync(file, "utf8");
      [truth, error] = [35, 1.6];
      const refused = await greenlane(...args);
      expect([refused.code, json(refused)]).toMatchObject([2, [{ code: "GL-2149" }]]);
      expect(readFileSync(file, "utf8")).toBe(before);
    } finally {
      clearInterval(timer);
      await socket.stop();
    }
  }, 60_000);
});

describe("greenlane completion", () => {
  it("gives a script that bash accepts and that knows parts and fields", async () => {
    const { code, out } = await greenlane("completion", "bash");
    expect(code).toBe(0);
    const answer = await new Promise<string>((done) => {
      const shell = spawn("bash", ["--norc"], { stdio: ["pipe", "pipe", "ignore"] });
      let text = "";
      shell.stdout.on("data", (chunk) => (text += chunk));
      shell.on("close", () => done(text));
      shell.stdin.end(
        `${out}\nCOMP_WORDS=(greenlane selftest the); COMP_CWORD=2; _greenlane; echo "\${COMPREPLY[@]}"\nCOMP_WORDS=(greenlane config set timings.lock); COMP_CWORD=3; _greenlane; echo "\${COMPREPLY[@]}"\n`,
      );
    });
    expect(answer.trim().split("\n")).toEqual(["thermometer", "timings.lockdownMax"]);
  }, 60_000);
});

describe("greenlane staff and provision", () => {
  it("add a post by a PIN from standard input, and a signed code that a lane accepts once", async () => {
    const withInput = (input: string, ...args: string[]): Promise<Ran> =>
      new Promise((done) => {
        const child = spawn(process.execPath, [program, ...args], { stdio: ["pipe", "pipe", "pipe"] });
        let out = "";
        let err = "";
        child.stdout.on("data", (chunk) => {
          out += chunk;
        });
        child.stderr.on("data", (chunk) => {
          err += chunk;
        });
        child.on("close", (code) => done({ code, out, err }));
        child.stdin.end(input);
      });
    const added = await withInput("418203\n", "staff", "add", "east-gate", "--json", "-c", file);
    expect([added.code, json(added)]).toEqual([0, [{ id: "east-gate", supervisor: false }]]);
    const weak = await withInput("123456\n", "staff", "add", "west-gate", "--json", "-c", file);
    expect([weak.code, json(weak)]).toMatchObject([2, [{ code: "GL-5012" }]]);

    const { privateKey, publicKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
    const key = join(folder, "district.jwk");
    writeFileSync(key, JSON.stringify({ ...(await exportJWK(privateKey)), kid: "district-1" }));
    const part = join(folder, "part.json");
    writeFileSync(part, JSON.stringify({ lane: { id: "east-09", number: "09" } }));
    const picture = join(folder, "code.svg");
    const made = await greenlane("provision", part, "--key", key, "--out", picture, "--json");
    expect(made.code).toBe(0);
    expect(readFileSync(picture, "utf8")).toContain("<svg");
    const [{ token }] = json(made) as [{ token: string }];
    const lane = new Provisioning({ keys: [{ ...(await exportJWK(publicKey)), kid: "district-1" }] }, folder);
    const now = { at: instant(Date.now()), trust: "synced" as const, error: millis(0) };
    expect(await lane.accept(token, JSON.parse(readFileSync(file, "utf8")), now)).toMatchObject({
      ok: true,
      file: { lane: { id: "east-09" } },
    });
  }, 60_000);

  it("every command's help shows an example", async () => {
    for (const command of ["config", "doctor", "selftest", "calibrate", "completion", "staff", "provision"])
      expect([command, (await greenlane(command, "--help")).out.includes("Example")]).toEqual([command, true]);
  }, 120_000);
});
