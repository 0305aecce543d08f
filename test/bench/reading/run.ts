/**
 * `npm run bench:reading [-- --frames N --sequences N --advice N --memory N --seed N --only class,class --parts corpus,photos,…]`: everybody
 * reads the same frames in one run, one after the other per frame in changing order, so that a busy machine slows all
 * alike. Ends with the goals and what was measured; the exit code is 1 where one is not met.
 */
import { fork } from "node:child_process";
import { parseArgs } from "node:util";
import { seeded } from "../../../device/rig/render/random.ts";
import { createRenderer } from "../../../device/rig/render/render-frame.ts";
import { moduleColour } from "../../../src/read/colour.ts";
import { adviseSequence, type FirstAdvice, troubles } from "./advice.ts";
import { throughJpeg } from "./camera-jpeg.ts";
import { type Contest, type Contestant, contest, contestantNames, shotOf } from "./contestants.ts";
import { type CorpusClass, classes, corpusColours, easyClasses, hardClasses, specimen } from "./corpus.ts";
import { emptyFrames } from "./empty-frames.ts";
import { Goals, quantile, Shares } from "./figures.ts";
import { measureMemory } from "./memory.ts";
import { readPhotos } from "./photos.ts";
import { FRAMES, NEVER, runSequence } from "./sequences.ts";

const { values: options } = parseArgs({
  options: {
    frames: { type: "string", default: "100" },
    sequences: { type: "string", default: "120" },
    memory: { type: "string", default: "100000" },
    advice: { type: "string", default: "20" },
    seed: { type: "string", default: "0" },
    only: { type: "string" },
    parts: { type: "string", default: "empty,sequences,advice,corpus,photos,memory" },
  },
});
/** Frames and sequences are drawn from this seed on: another one gives others of the same kind. */
const firstSeed = Number(options.seed);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function corpus(rivals: Contest, goals: Goals): Promise<void> {
  const render = createRenderer();
  const decoded = new Shares();
  const colours = new Shares();
  const times = new Map<string, number[]>();
  const confusion = new Map<string, number>();
  const wrong: string[] = [];
  const perColour = Math.max(1, Math.ceil(Number(options.frames) / corpusColours.length));
  const chosen = options.only === undefined ? classes : (options.only.split(",") as CorpusClass[]);
  for (let seed = firstSeed; seed < firstSeed + perColour; seed++) {
    process.stderr.write(
      `frames: ${(seed - firstSeed) * corpusColours.length} of ${perColour * corpusColours.length} a class\n`,
    );
    for (const kind of chosen) {
      for (const colour of corpusColours) {
        const { scene, camera, jpeg, payloads, name } = specimen(kind, colour, seed);
        const drawn = render(scene, camera, seeded(seed + 1));
        const shot = shotOf(jpeg === null ? drawn : await throughJpeg(drawn, jpeg));
        for (let turn = 0; turn < contestantNames.length; turn++) {
          const who = contestantNames[(turn + seed) % contestantNames.length] as Contestant;
          const started = performance.now();
          const answer = await rivals.readers[who](shot);
          const ms = performance.now() - started;
          const read = payloads.every((payload) => answer.texts.includes(payload));
          for (const row of [kind, `colour ${colour}`, ...(hardClasses.includes(kind) ? ["hard"] : []), "all"])
            decoded.add(row, who, read);
          const key = `${who} ${read ? "found" : "not found"}`;
          times.set(key, [...(times.get(key) ?? []), ms]);
          for (const text of answer.texts) if (!payloads.includes(text)) wrong.push(`${who} ${name}`);
          for (const code of answer.decoded) {
            const judged = moduleColour(shot.raster, code, rivals.ladder.tables).colour;
            const row = kind === "inverted" ? "inverted" : "not inverted";
            colours.add(row, "right", judged === colour);
            colours.add(row, "unsure", judged === "unsure");
            const pair = `${row} ${colour}→${judged}`;
            if (judged !== colour) confusion.set(pair, (confusion.get(pair) ?? 0) + 1);
          }
        }
      }
    }
  }
  print("\n## Decoded, %\n");
  decoded.print(contestantNames, print);
  print(`\nfalse reads: ${wrong.length} ${wrong.slice(0, 10).join(", ")}`);
  print("\n## Milliseconds, p50 / p95\n");
  for (const [key, list] of [...times].sort())
    print(`- ${key}: ${quantile(list, 0.5).toFixed(1)} / ${quantile(list, 0.95).toFixed(1)} (n = ${list.length})`);
  print("\n## Colour of decoded codes, %\n");
  colours.print(["right", "unsure"], print);
  print([...confusion].map(([pair, count]) => `${pair}: ${count}`).join(", "));

  goals.atLeast("all frames", 84, decoded.percent("all", "ours"));
  goals.atLeast("yellow", 80, decoded.percent("colour yellow", "ours"));
  for (const kind of easyClasses) goals.atLeast(kind, 97, decoded.percent(kind, "ours"));
  goals.atLeast("small", 95, decoded.percent("small", "ours"));
  goals.atLeast("hard classes together", 78, decoded.percent("hard", "ours"));
  goals.atMost("false reads of frames", 0, wrong.filter((entry) => entry.startsWith("ours")).length);
  goals.atLeast("colour, not inverted", 98, colours.percent("not inverted", "right"));
  goals.atLeast("colour, inverted", 92, colours.percent("inverted", "right"));
  for (const row of ["not inverted", "inverted"])
    goals.atMost(`colour abstains, ${row}`, 3, colours.percent(row, "unsure"), " %");
  const lights = ["red", "yellow", "green"];
  const swaps = [...confusion].filter(([pair]) => lights.filter((light) => pair.includes(light)).length === 2);
  const swapped = swaps.reduce((sum, [, count]) => sum + count, 0);
  goals.atMost("swaps among red, yellow and green", 0, swapped);
}

async function sequences(rivals: Contest, goals: Goals): Promise<void> {
  const render = createRenderer();
  const count = Number(options.sequences);
  const first = new Map<Contestant, number[]>(contestantNames.map((who) => [who, []]));
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const reads = await runSequence(seed, render, rivals);
    for (const who of contestantNames) first.get(who)?.push(reads[who]);
  }
  print(`\n## Sequences of ${FRAMES} frames (n = ${count}): decoded within, frame of first decode p50 / p90\n`);
  const within = (frames: readonly number[]): number =>
    (100 * frames.filter((frame) => frame !== NEVER).length) / frames.length;
  for (const [who, frames] of first)
    print(`- ${who}: ${within(frames).toFixed(1)} %, ${quantile(frames, 0.5)} / ${quantile(frames, 0.9)}`);
  const ours = first.get("ours") ?? [];
  goals.atLeast(`sequences decoded within ${FRAMES} frames`, 92, within(ours));
  goals.atMost("sequences, median frame of first decode", 5, quantile(ours, 0.5));
}

function advice({ zxing }: Contest): void {
  const render = createRenderer();
  const count = Number(options.advice);
  print(`\n## Advice to somebody whose code can't be read (n = ${count} each)\n`);
  for (const [name, trouble] of Object.entries(troubles)) {
    const given = new Map<FirstAdvice, number>();
    for (let seed = firstSeed; seed < firstSeed + count; seed++) {
      const first = adviseSequence(name, seed, render, zxing);
      given.set(first, (given.get(first) ?? 0) + 1);
    }
    const list = [...given].map(([what, times]) => `${what ?? "nothing"} ${times}`);
    print(`- ${name} (should be "${trouble.advice}"): ${list.join(", ")}`);
  }
}

async function photos(rivals: Contest, goals: Goals): Promise<void> {
  const result = await readPhotos(rivals);
  if (result === null) return print("\nno photos: set GREENLANE_DATA to the folder that holds qr-photos");
  print("\n## Photos, %\n");
  result.shares.print(["ours", "jsqr"], print);
  print(`\nother texts than the expected one in: ${result.others.join(", ") || "none"}`);
  goals.atLeast("photos", 94, result.shares.percent("all photos", "ours"));
  goals.atMost("false reads of photos without a code", 0, result.falseReads);
}

async function empty(rivals: Contest, goals: Goals): Promise<void> {
  const { gated, ungated, native } = await emptyFrames(rivals);
  print(
    `\n## Empty frame of 640 × 480\n\ngated 1/${gated.toFixed(0)}, ungated 1/${ungated.toFixed(1)} of jsQR default`,
  );
  print(`native zxing-cpp: ${native === null ? "ZXingReader is not installed" : `1/${native.toFixed(1)}`}`);
  goals.atLeast("gated empty frame, jsQR default / ours", 300, gated, "");
  goals.atLeast("ungated empty pass, jsQR default / ours", 15, ungated, "");
}

/** In a process of its own: this one's heap has the whole corpus behind it. */
async function memory(goals: Goals): Promise<void> {
  print("\n## Memory\n");
  const child = fork(import.meta.filename, ["--memory", options.memory], { env: { ...process.env, [ALONE]: "1" } });
  const growth = await new Promise<number>((resolve, reject) => {
    child.once("message", (megabytes) => resolve(megabytes as number));
    child.once("exit", (code) => reject(new Error(`the memory run ended with ${code}`)));
  });
  goals.atMost(`growth of memory over ${options.memory} found frames`, 5, growth, " MB");
}
const ALONE = "GREENLANE_BENCH_MEMORY";

if (process.env[ALONE] !== undefined) {
  const growth = await measureMemory(Number(options.memory), print);
  process.send?.(growth);
} else {
  const goals = new Goals();
  const rivals = await contest();
  const parts: Readonly<Record<string, () => Promise<void> | void>> = {
    empty: () => empty(rivals, goals),
    sequences: () => sequences(rivals, goals),
    advice: () => advice(rivals),
    corpus: () => corpus(rivals, goals),
    photos: () => photos(rivals, goals),
    memory: () => memory(goals),
  };
  for (const name of options.parts.split(",")) await parts[name]?.();
  if (!goals.print(print)) process.exitCode = 1;
}
