/** Native zxing-cpp on the same pictures, where its command is installed (Debian: zxing-cpp-tools): the practical floor. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Grey } from "../../../src/read/luma.ts";

const ROUNDS = 8;

/** Milliseconds of processor time per picture, reading the file included, starting the command not; null without it. */
export function nativeCost(pictures: readonly Grey[]): number | null {
  const folder = mkdtempSync(join(tmpdir(), "greenlane-native-"));
  try {
    const files = pictures.map(({ width, height, data }, index) => {
      const file = join(folder, `${index}.pgm`);
      writeFileSync(file, Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), data]));
      return file;
    });
    const many = Array.from({ length: ROUNDS }, () => files).flat();
    const [one, all] = [processorTime(files.slice(0, 1)), processorTime(many)];
    return one === null || all === null ? null : (all - one) / (many.length - 1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The shell's `times` tells user and system time of its children on its second line: 0m1.250000s 0m0.010000s. */
function processorTime(files: readonly string[]): number | null {
  const script = 'command -v ZXingReader > /dev/null || exit 127; ZXingReader -format QRCode "$@" > /dev/null; times';
  const { status, stdout } = spawnSync("sh", ["-c", script, "sh", ...files], { encoding: "utf8" });
  if (status !== 0) return null;
  const parts = [...(stdout.trim().split("\n")[1] ?? "").matchAll(/(\d+)m([\d.]+)s/g)];
  return parts.length < 2
    ? null
    : parts.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000, 0);
}
