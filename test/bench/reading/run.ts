/**
 * `npm run bench:reading [-- --frames N --sequences N --only class,class --memory [N]]`: everybody reads the same frames
 * in one run, one after the other per frame in changing order, so that a busy machine slows all alike.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { seeded } from "../../../device/rig/render/random.ts";
import { createRenderer } from "../../../device/rig/render/render-frame.ts";
import { monotonic } from "../../../src/core/units.ts";
import { moduleColour } from "../../../src/read/colour.ts";
import { PresenceGate } from "../../../src/read/gate.ts";
import type { Raster } from "../../../src/read/luma.ts";
import { defaultReadSettings } from "../../../src/read/settings.ts";
import { StillReader } from "../../../src/read/still-reader.ts";
import { Zxing } from "../../../src/read/zxing.ts";
import { throughJpeg } from "./camera-jpeg.ts";
import { type Contest, type Contestant, contest, contestantNames } from "./contestants.ts";
import { type CorpusClass, classes, corpusColours, hardClasses, specimen } from "./corpus.ts";
import { measureMemory } from "./memory.ts";
import { runSequence } from "./sequences.ts";

const { values: options } = parseArgs({
  options: {
    frames: { type: "string", default: "100" },
    sequences: { type: "string", default: "120" },
    only: { type: "string" },
    memory: { type: "string" },
    photos: { type: "boolean", default: false },
  },
});
const print = (line: string): void => void process.stdout.write(`${line}\n`);

interface Tally {
  read: number;
  all: number;
}
class Table {
  readonly #rows = new Map<string, Map<string, Tally>>();

  add(row: string, column: string, read: boolean): void {
    const columns = this.#rows.get(row) ?? new Map<string, Tally>();
    this.#rows.set(row, columns);
    const tally = columns.get(column) ?? { read: 0, all: 0 };
    columns.set(column, tally);
    tally.all++;
    if (read) tally.read++;
  }

  print(columns: readonly string[]): void {
    print(`| | n | ${columns.join(" | ")} |\n|---|---|${columns.map(() => "---|").join("")}`);
    for (const [row, tallies] of this.#rows) {
      const cells = columns.map((column) => percent(tallies.get(column)));
      print(`| ${row} | ${tallies.get(columns[0] ?? "")?.all ?? 0} | ${cells.join(" | ")} |`);
    }
  }
}
const percent = (tally: Tally | undefined): string =>
  tally === undefined ? "–" : ((100 * tally.read) / tally.all).toFixed(1);
const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;

async function corpus(rivals: Contest): Promise<void> {
  const render = createRenderer();
  const table = new Table();
  const colours = new Table();
  const times = new Map<string, number[]>();
  const confusion = new Map<string, number>();
  const wrong: string[] = [];
  const perClass = Math.max(1, Math.ceil(Number(options.frames) / corpusColours.length));
  const chosen = options.only === undefined ? classes : (options.only.split(",") as CorpusClass[]);
  for (let seed = 0; seed < perClass; seed++) {
    for (const kind of chosen) {
      for (const colour of corpusColours) {
        const { scene, camera, jpeg, payloads, name } = specimen(kind, colour, seed);
        const drawn = render(scene, camera, seeded(seed + 1));
        const frame = jpeg === null ? drawn : await throughJpeg(drawn, jpeg);
        for (let turn = 0; turn < contestantNames.length; turn++) {
          const who = contestantNames[(turn + seed) % contestantNames.length] as Contestant;
          const started = performance.now();
          const answer = await rivals.readers[who](frame);
          const ms = performance.now() - started;
          const read = payloads.every((payload) => answer.texts.includes(payload));
          for (const row of [kind, `colour ${colour}`, ...(hardClasses.includes(kind) ? ["hard"] : []), "all"])
            table.add(row, who, read);
          const key = `${who} ${read ? "found" : "not found"}`;
          times.set(key, [...(times.get(key) ?? []), ms]);
          for (const text of answer.texts) if (!payloads.includes(text)) wrong.push(`${who} ${name}`);
          if (who !== "ours") continue;
          for (const code of answer.decoded) {
            const judged = moduleColour(frame, code, rivals.ladder.tables).colour;
            const row = kind === "inverted" ? "inverted" : "not inverted";
            colours.add(row, "right", judged === colour);
            colours.add(row, "unsure", judged === "unsure");
            if (judged !== colour)
              confusion.set(`${row} ${colour}→${judged}`, (confusion.get(`${row} ${colour}→${judged}`) ?? 0) + 1);
          }
        }
      }
    }
  }
  print("\n## Decoded, %\n");
  table.print(contestantNames);
  print(`\nfalse reads: ${wrong.length} ${wrong.slice(0, 10).join(", ")}`);
  print("\n## Milliseconds, p50 / p95\n");
  for (const [key, list] of [...times].sort())
    print(`- ${key}: ${quantile(list, 0.5).toFixed(1)} / ${quantile(list, 0.95).toFixed(1)} (n = ${list.length})`);
  print("\n## Colour of decoded codes, %\n");
  colours.print(["right", "unsure"]);
  print([...confusion].map(([pair, count]) => `${pair}: ${count}`).join(", "));
}

/** Paired, on the same empty frames: gate and one pass of ours against jsQR's default. */
async function emptyFrames(rivals: Contest): Promise<void> {
  const render = createRenderer();
  const settings = defaultReadSettings(2);
  const gated: number[] = [];
  const passes: number[] = [];
  for (let seed = 0; seed < 12; seed++) {
    const { scene, camera } = specimen("empty", "black", seed);
    const frame = render(scene, { ...camera, width: 640, height: 480 }, seeded(seed));
    const gate = new PresenceGate(settings.gate);
    gate.decide(frame, monotonic(0));
    gate.learn(false, monotonic(0));
    const rounds = 300;
    const started = performance.now();
    for (let round = 1; round <= rounds; round++) {
      gate.decide(frame, monotonic(round * 33));
      gate.learn(false, monotonic(round * 33));
    }
    const gate1 = (performance.now() - started) / rounds;
    const pass1 = timed(() => rivals.onePass(frame), 5);
    const before = performance.now();
    await rivals.readers.jsqr(frame);
    const jsqr = performance.now() - before;
    gated.push(jsqr / gate1);
    passes.push(jsqr / pass1);
  }
  print("\n## Empty frame, jsQR default / ours, median of paired ratios (640 × 480)\n");
  print(`- gated: ${quantile(gated, 0.5).toFixed(0)}\n- one ungated pass: ${quantile(passes, 0.5).toFixed(1)}`);
}

function timed(work: () => void, rounds: number): number {
  const started = performance.now();
  for (let round = 0; round < rounds; round++) work();
  return (performance.now() - started) / rounds;
}

async function sequences(rivals: Contest): Promise<void> {
  const render = createRenderer();
  const zxing = await Zxing.load();
  const ours: number[] = [];
  const jsqr: number[] = [];
  for (let seed = 0; seed < Number(options.sequences); seed++) {
    const result = await runSequence(seed, render, zxing, rivals);
    ours.push(result.ours);
    jsqr.push(result.jsqr);
  }
  print(`\n## Sequences of 12 frames (n = ${ours.length}): decoded within 12, median frame\n`);
  for (const [name, frames] of [
    ["ours", ours],
    ["jsqr", jsqr],
  ] as const) {
    const within = frames.filter((frame) => frame !== 99).length;
    print(`- ${name}: ${((100 * within) / frames.length).toFixed(1)} %, ${quantile(frames, 0.5)}`);
  }
}

function photoFolder(): string | null {
  const root = resolve(import.meta.dirname, "../../..");
  const places = [process.env.GREENLANE_DATA, join(dirname(root), "shared/data"), join(root, "../../shared/data")];
  return (
    places.map((place) => (place === undefined ? "" : join(place, "qr-photos"))).find((place) => existsSync(place)) ??
    null
  );
}

async function photos(rivals: Contest): Promise<void> {
  const folder = photoFolder();
  if (folder === null) return print("\nno photos: set GREENLANE_DATA to the folder that holds qr-photos");
  const still = await StillReader.load();
  const table = new Table();
  let falseReads = 0;
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
    if (!/\.(png|jpe?g|webp)$/.test(file)) continue;
    const base = join(folder, file.replace(/\.\w+$/, ""));
    const { codes, picture } = await still.readFile(join(folder, file));
    if (file.startsWith("falsepositives")) {
      falseReads += codes.length;
      continue;
    }
    const isRight = (text: string, bytes: Uint8Array | null): boolean =>
      existsSync(`${base}.txt`)
        ? text.trim() === readFileSync(`${base}.txt`, "utf8").trim()
        : bytes !== null && Buffer.from(bytes).equals(readFileSync(`${base}.bin`));
    const set = file.split("/")[0] ?? "";
    const jsqr = await rivals.readers.jsqr(picture.raster as Raster);
    for (const row of [set, "all photos"]) {
      table.add(
        row,
        "ours",
        codes.some((code) => isRight(code.text, code.bytes)),
      );
      table.add(
        row,
        "jsqr",
        jsqr.texts.some((text) => isRight(text, null)),
      );
    }
  }
  print("\n## Photos, %\n");
  table.print(["ours", "jsqr"]);
  print(`\nfalse reads in pictures without a code: ${falseReads}`);
}

if (options.memory !== undefined) await measureMemory(Number(options.memory) || 100_000, print);
else {
  const rivals = await contest();
  if (!options.photos) {
    await emptyFrames(rivals);
    await sequences(rivals);
    await corpus(rivals);
  }
  await photos(rivals);
}
