import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { comesBack } from "../../src/cli/ends.ts";

const root = resolve(import.meta.dirname, "../..");
let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "run-"));
  file = join(folder, "lane.json");
  const example = JSON.parse(readFileSync(join(root, "config/lane.example.json"), "utf8")) as Record<string, unknown>;
  const devices = { ...(example.devices as object), gpio: { chip: "no-such-chip" } };
  writeFileSync(file, JSON.stringify({ ...example, devices, storage: { directory: folder } }));
});
afterAll(() => rmSync(folder, { recursive: true }));

const greenlane = (...args: readonly string[]) =>
  spawnSync(process.execPath, [join(root, "src/cli/greenlane.js"), ...args], { encoding: "utf8" });

describe("what systemd tells of the end of a lane", () => {
  const ended = (result: string, how: string, status: string | number) =>
    comesBack({ SERVICE_RESULT: result, EXIT_CODE: how, EXIT_STATUS: String(status) });

  it.each([
    ["began anew", true, ended("exit-code", "exited", 75)],
    ["crashed", true, ended("exit-code", "exited", 1)],
    ["hung", true, ended("watchdog", "killed", "KILL")],
    ["was killed", true, ended("signal", "killed", "KILL")],
    ["runs, and somebody asks by hand", true, comesBack({})],
    ["was stopped", false, ended("success", "exited", 0)],
    ["could not start", false, ended("exit-code", "exited", 2)],
    ["never got ready", false, ended("timeout", "killed", "TERM")],
    ["can't even be run", false, ended("exit-code", "exited", 203)],
  ])("P0: a lane that %s: the way is held for its return is %s", (_, expected, back) => expect(back).toBe(expected));
});

describe("greenlane run", () => {
  it("touches the outputs before anything else, and says which part is missing and what to do", {
    timeout: 120_000,
  }, () => {
    const { status, stderr } = greenlane("run", "--config", file);
    expect(status).toBe(2);
    // The key files that the configuration names are missing, too; the outputs come first. A machine without any GPIO
    // is told of the tool to install, one with chips of another name of the chip that is not there.
    expect(stderr).toMatch(/GL-230[34]/);
    expect(stderr).toMatch(/no-such-chip|install the package gpiod/);
    expect(stderr).not.toContain("GL-1103");
  });

  it("leaves its outputs to a command that a file that is wrong elsewhere doesn't stop (P0)", {
    timeout: 120_000,
  }, () => {
    const wrong = join(folder, "wrong.json");
    writeFileSync(wrong, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), lane: 5 }));
    expect(greenlane("run", "--config", wrong).stderr).toContain("GL-1012");
    expect(greenlane("outputs-safe", "--config", wrong).stderr).toMatch(/GL-230[34]/);
  });
});
