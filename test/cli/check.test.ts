import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { toFile } from "qrcode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CheckResult } from "../../src/cli/check.ts";
import * as checkCommand from "../../src/cli/check.ts";
import * as issueCommand from "../../src/cli/issue.ts";
import * as keysCommand from "../../src/cli/keys.ts";
import { runCommand } from "../support/run-command.ts";

const at = "2020-05-01T08:00:00+08:00";
const exampleFile = join(import.meta.dirname, "../../config/lane.example.json");
let folder = "";
let trust = "";
let key = "";

const commands = [checkCommand, issueCommand, keysCommand].map(({ register }) => register);
const run = (...words: readonly string[]) => runCommand(commands, ...words, "--json");
const check = async (...words: readonly string[]): Promise<CheckResult> =>
  (await run("check", "--at", at, "--trust", trust, ...words))[0] as unknown as CheckResult;
const pass = async (status: string, ...more: readonly string[]): Promise<string> =>
  String((await run("issue", "--key", key, "--status", status, "--at", at, ...more))[0]?.text);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "greenlane-check-"));
  const [made] = await run("keys", "new", "--out", folder);
  const files = Object.values(made ?? {}).filter((value) => typeof value === "string" && value.endsWith(".pem"));
  key = String(files.find((file) => String(file).endsWith(".key.pem")));
  trust = String(files.find((file) => String(file).endsWith(".pub.pem")));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("greenlane check", () => {
  it("prints outcome, verdict, reasons, advice and report of a person, and nothing else", async () => {
    const text = await pass("red");
    expect(await check("--text", text, "--temperature", "38")).toEqual({
      outcome: "red",
      verdict: "deny",
      reasons: [
        { code: "red", clause: "P3", level: "red" },
        { code: "fever", clause: "P5", level: "none" },
      ],
      advice: ["central-isolation", "wear-mask"],
      report: { category: "health", level: "red", routing: ["subdistrict", "epidemic-control"] },
    });
  });

  it.each([
    [["--temperature", "36.6"], "grant", []],
    [["--temperature", "37.25"], "grant", []],
    [["--temperature", "37.35"], "deny", ["fever"]],
    [["--temperature", "37.4", "--site", "hospital"], "attend", ["fever"]],
    [["--temperature", "34.9"], "attend", ["low"]],
    [["--no-temperature"], "attend", ["unavailable"]],
    [[], "attend", ["unavailable"]],
    [["--temperature", "36.6", "--mask", "refused"], "deny", ["mask-refused"]],
    [["--temperature", "39", "--direction", "exit"], "attend", ["fever"]],
  ])("answers a green with %s: %s %s", async (words, verdict, reasons) => {
    const result = await check("--text", await pass("green"), ...words);
    expect([result.outcome, result.verdict, result.reasons.map(({ code }) => code)]).toEqual([
      "green",
      verdict,
      reasons,
    ]);
  });

  it.each([
    [{ effectiveFrom: "2020-05-01T08:01+08:00" }, "38", "grant", ["from-start-day"]],
    [{ effectiveFrom: "2020-05-01T08:00+08:00" }, "38", "deny", ["wear-mask", "clinic"]],
    [{ effectiveFrom: "2020-04-26T08:00+08:00", effectiveUntil: "2020-05-01T08:00+08:00" }, "38", "grant", []],
    [{}, "37.3", "grant", ["wear-mask", "clinic"]],
  ])("judges by a lane's own rules %j where its file is given (P2)", async (rules, warm, verdict, advice) => {
    const example = JSON.parse(await readFile(exampleFile, "utf8")) as object;
    const file = join(folder, "lane.json");
    await writeFile(file, JSON.stringify({ ...example, rules }));
    const result = await check("--text", await pass("green"), "--temperature", warm, "--config", file);
    expect([result.verdict, result.advice]).toEqual([verdict, advice]);
    await expect(check("--text", "x", "--config", file, "--site", "mall")).rejects.toThrow(/--site/);
  });

  it("reads the code from a picture, and takes a picture without one as somebody without a code", async () => {
    const picture = join(folder, "green.png");
    await toFile(picture, await pass("green"), { errorCorrectionLevel: "M", scale: 5 });
    expect(await check("--image", picture, "--temperature", "36.5")).toMatchObject({
      outcome: "green",
      verdict: "grant",
    });
    const blank = join(folder, "place.png");
    await toFile(blank, "PLACE:1", { scale: 5 });
    expect(await check("--image", blank)).toMatchObject({ outcome: "not-a-pass", verdict: "deny" });
  });

  it("says what is wrong with its arguments and never guesses", async () => {
    const bad = join(folder, "bad.png");
    await writeFile(bad, "not a picture");
    await expect(check("--image", bad)).rejects.toThrow(new RegExp(`GL-2042: ${bad}: not a picture`));
    await expect(check()).rejects.toThrow(/--image FILE or --text/);
    await expect(check("--text", "x", "--image", bad)).rejects.toThrow(/either/);
    await expect(check("--text", "x", "--temperature", "warm")).rejects.toThrow(/36\.6/);
    await expect(check("--text", "x", "--temperature", "1e1")).rejects.toThrow(/36\.6/);
    await expect(check("--text", "x", "--site", "moon")).rejects.toThrow(/Allowed choices/);
  });

  it("as a process leaves with 2 and one line holding error where it can't answer", async () => {
    const command = join(import.meta.dirname, "../../src/cli/greenlane.js");
    const ended = promisify(execFile)(process.execPath, [command, "check", "--json", "--site", "moon"]);
    const { code, stdout } = (await ended.catch((error: unknown) => error)) as { code: number; stdout: string };
    expect(code).toBe(2);
    expect(JSON.parse(stdout).error).toMatch(/^option '--site/);
  });
});
