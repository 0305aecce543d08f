/** `greenlane scan`: what the lane's reading path finds in picture files. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { monotonic } from "../core/units.ts";
import { explainPicture } from "../read/explain.ts";
import { FrameReader, type ReadCode } from "../read/frame-reader.ts";
import { Ladder } from "../read/ladder.ts";
import { openPicture } from "../read/picture-file.ts";
import { defaultReadSettings } from "../read/settings.ts";
import { StillReader } from "../read/still-reader.ts";
import { Zxing } from "../read/zxing.ts";
import { printJson, UsageError } from "./output.ts";

interface ScanOptions {
  readonly json?: true;
  readonly sequence?: string;
  readonly explain?: string;
}

export function register(program: Command): void {
  program
    .command("scan")
    .description("Read the QR codes in picture files (PNG, JPEG, WebP), each with whole effort")
    .argument("[file...]", "pictures; with --sequence none")
    .option("--json", "one JSON object per line")
    .option("--sequence <dir>", "the pictures of a folder in order of their names, as a camera's frames")
    .option("--explain <png>", "draw corners, sampled modules and the rung that read into a PNG (one file only)")
    .action((files: string[], options: ScanOptions) => scan(files, options));
}

async function scan(files: readonly string[], options: ScanOptions): Promise<void> {
  if (options.sequence !== undefined) {
    if (files.length > 0) throw new UsageError("give either files or --sequence, not both");
    return scanSequence(options.sequence, options.json === true);
  }
  if (files.length === 0) throw new UsageError("name at least one picture, or --sequence DIR");
  if (options.explain !== undefined && files.length !== 1) throw new UsageError("--explain draws one file; name one");
  const reader = await StillReader.load();
  for (const file of files) {
    const started = performance.now();
    try {
      const { codes, picture } = await reader.readFile(file);
      const ms = performance.now() - started;
      if (options.explain !== undefined) await explainPicture(picture, codes, options.explain);
      tell(file, codes, ms, options.json === true);
    } catch (error) {
      complain(file, error, options.json === true);
    }
  }
}

function tell(file: string, codes: readonly ReadCode[], ms: number, json: boolean): void {
  if (json) printJson({ file, codes: codes.map(shown), ms: Math.round(ms * 10) / 10 });
  else if (codes.length === 0) process.stdout.write(`${file}: no code found\n`);
  else for (const code of codes) process.stdout.write(`${file}: ${JSON.stringify(code.text)} (${code.colour})\n`);
}

const shown = (code: ReadCode) => ({
  text: code.text,
  bytes: Buffer.from(code.bytes).toString("base64"),
  corners: code.corners.map(([x, y]) => [Math.round(x * 10) / 10, Math.round(y * 10) / 10]),
  colour: code.colour,
});

function complain(file: string, error: unknown, json: boolean): void {
  const message = error instanceof Error ? error.message : String(error);
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "GL-1000";
  if (json) printJson({ file, error: message, code });
  else process.stderr.write(`greenlane: ${message}\n`);
  process.exitCode = 2;
}

const PICTURE = /\.(png|jpe?g|webp)$/i;
/** Stamps of a sequence's frames: a camera of 30 frames a second. */
const FRAME_TIME = 1000 / 30;

/** Frames in order through the lane's path: gate, tracking and the live lane's budget; tells the frame of first decode. */
async function scanSequence(folder: string, json: boolean): Promise<void> {
  const names = await readdir(folder).catch(() => {
    throw new UsageError(`can't list the folder ${folder}; name one with pictures in it`);
  });
  const files = names.filter((name) => PICTURE.test(name)).sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  if (files.length === 0) throw new UsageError(`no PNG, JPEG or WebP in ${folder}`);
  const settings = defaultReadSettings();
  const reader = new FrameReader(new Ladder(await Zxing.load(), () => performance.now()), settings);
  let hint = null;
  let allowance: number = settings.enhancementPerSecond;
  let firstDecode: number | null = null;
  for (const [index, name] of files.entries()) {
    const file = join(folder, name);
    const started = performance.now();
    try {
      const { raster } = await openPicture(file);
      const reading = reader.read(raster, monotonic(index * FRAME_TIME), allowance, hint);
      hint = reading.hint;
      const refill = (settings.enhancementPerSecond * FRAME_TIME) / 1000;
      allowance = Math.min(settings.enhancementPerSecond, Math.max(0, allowance - reading.enhancement) + refill);
      if (reading.codes.length > 0) firstDecode ??= index + 1;
      const ms = performance.now() - started;
      if (json) printJson({ file, frame: index + 1, codes: reading.codes.map(shown), ms: Math.round(ms * 10) / 10 });
      else tell(file, reading.codes, ms, false);
    } catch (error) {
      complain(file, error, json);
    }
  }
  if (json) printJson({ sequence: folder, frames: files.length, firstDecode });
  else process.stdout.write(firstDecode === null ? "no frame was read\n" : `first read in frame ${firstDecode}\n`);
}
