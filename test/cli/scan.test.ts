import { execFile } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { toBuffer } from "qrcode";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const command = resolve(import.meta.dirname, "../../src/cli/greenlane.js");

interface Ran {
  readonly code: number;
  readonly lines: readonly Record<string, unknown>[];
  readonly stderr: string;
}
async function scan(...args: string[]): Promise<Ran> {
  const { stdout, stderr, code } = await run(process.execPath, [command, "scan", ...args]).then(
    (done) => ({ ...done, code: 0 }),
    (failed: { stdout: string; stderr: string; code: number }) => failed,
  );
  return {
    code,
    stderr,
    lines: stdout
      .trim()
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
  };
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "greenlane-scan-"));
  const code = await toBuffer("HP1:SCANNED", { scale: 6, margin: 4 });
  await sharp(code).png().toFile(join(folder, "2.png"));
  await sharp(code).rotate(90).jpeg().withMetadata({ orientation: 8 }).toFile(join(folder, "1.jpg"));
  await sharp(code).webp({ lossless: true }).toFile(join(folder, "3.webp"));
  await sharp({ create: { width: 90, height: 60, channels: 3, background: "#777" } })
    .png()
    .toFile(join(folder, "empty.png"));
  await writeFile(join(folder, "broken.png"), "no picture");
});

describe("greenlane scan", () => {
  it("prints one line per argument in their order, unreadable ones with an error and exit code 2", async () => {
    const files = ["2.png", "1.jpg", "broken.png", "empty.png", "3.webp", "gone.png"].map((name) => join(folder, name));
    const explained = join(folder, "explained.png");
    const [{ code, lines }, one] = await Promise.all([
      scan("--json", ...files),
      scan("--json", "--explain", explained, files[0] ?? ""),
    ]);
    expect(lines.map((line) => line.file)).toEqual(files);
    expect(
      lines.map((line) =>
        "error" in line ? line.code : (line.codes as { text: string }[]).map((found) => found.text),
      ),
    ).toEqual([["HP1:SCANNED"], ["HP1:SCANNED"], "GL-2042", [], ["HP1:SCANNED"], "GL-2042"]);
    expect(code).toBe(2);
    const [found] = (lines[0]?.codes ?? []) as { bytes: string; corners: number[][]; colour: string }[];
    expect(Buffer.from(found?.bytes ?? "", "base64").toString()).toBe("HP1:SCANNED");
    expect([found?.corners.length, found?.colour]).toEqual([4, "black"]);
    expect(found?.corners[0]?.[0]).toBeCloseTo(24, -1);
    expect(one.code).toBe(0);
    expect((await sharp(explained).metadata()).width).toBe((await sharp(files[0]).metadata()).width);
  }, 60_000);

  it("plays a folder as a sequence and tells the frame of first decode", async () => {
    const { lines, code } = await scan("--json", "--sequence", folder);
    expect(lines.at(-1)).toMatchObject({ sequence: folder, firstDecode: 1 });
    expect(code).toBe(2);
    expect((await scan("--json", "--sequence", join(folder, "gone"))).lines).toMatchObject([{ code: "GL-1002" }]);
  }, 60_000);
});
