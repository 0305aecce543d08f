import { createInterface, type Interface } from "node:readline";
import type { Command } from "commander";
import { handWords } from "../../device/rig/hands.ts";
import { castOf, listScripts, loadScript } from "../../device/rig/script.ts";
import { Demo } from "../demo.ts";
import { LogTail } from "../service/log-tail.ts";
import { printJson, UsageError } from "./output.ts";
import { pinoLogger } from "./pino-logger.ts";

interface Flags {
  readonly people?: string;
  readonly script: string;
  readonly listScripts?: true;
  readonly frames?: string;
  readonly record?: string;
  readonly seed: string;
  readonly json?: true;
  readonly port: string;
}

export function register(program: Command): void {
  program
    .command("demo")
    .description("A lane without hardware: people with real pictures of codes, a broker and a control room")
    .option("--people <n>", "end after so many persons and print a summary")
    .option("--script <name|file>", "who comes; see --list-scripts", "day")
    .option("--list-scripts", "print the scripts that ship")
    .option("--frames <folder>", "photos, MJPEG, Y4M or numbered PNGs in place of the rendered people")
    .option("--record <folder>", "write what the rig's camera saw, one recording a visit, for --frames")
    .option("--seed <n>", "changes faces and hands, never the totals", "1")
    .option("--json", "one JSON object per line on standard output")
    .option("--port <n>", "port of the pedestrian page; 0 is any free one", "8080")
    .addHelpText(
      "after",
      "\nExamples:\n  greenlane demo\n  greenlane demo --people 30 --json\n  greenlane demo --script rush --people 60 --json --port 0",
    )
    .action(run);
}

async function run(flags: Flags): Promise<void> {
  const json = flags.json ?? false;
  if (flags.listScripts) {
    for (const script of listScripts())
      if (json) printJson(script);
      else process.stdout.write(`${script.name.padEnd(12)} ${script.title}\n`);
    return;
  }
  const people = flags.people === undefined ? null : wholeNumber(flags.people, "--people", 1, 100_000);
  const logTail = new LogTail();
  const options = {
    script: loadScript(flags.script),
    people,
    seed: wholeNumber(flags.seed, "--seed", 0, 2 ** 31),
    port: wholeNumber(flags.port, "--port", 0, 65_535),
    logger: pinoLogger(process.env.LOG_LEVEL ?? "warn", logTail),
    logTail,
  };
  castOf(options.script, people ?? 1);
  const demo = new Demo({
    ...options,
    ...(flags.record === undefined ? {} : { record: flags.record }),
    onListening: (where) => {
      if (json) printJson({ listening: where });
      else
        process.stdout.write(
          `The lane's screen:       ${where.display}\nThe whole rig:           ${where.rig}\nThe control room:        ${where.room}\nThe technician's panel:  ${where.technician}  (one-time code ${where.firstCode})\n`,
        );
    },
    onVisit: (visit) => {
      if (json) printJson({ visit });
      else process.stdout.write(`${String(visit.n).padStart(4)}  ${visit.says} → ${visit.screen}\n`);
    },
  });
  const interrupted = new Promise<"interrupted">((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve("interrupted"));
  });
  let hands: Interface | null = null;
  try {
    await demo.start();
    if (people === null) hands = lendHands(demo);
    const play = flags.frames === undefined ? demo.run() : playFrames(demo, flags.frames, json);
    const how = await Promise.race([play.then(() => "done" as const), interrupted]);
    if (how === "interrupted" || (people === null && flags.frames === undefined)) return;
    const summary = await demo.summary();
    const { pace } = demo.ledger;
    if (json) {
      printJson({ pace });
      printJson({ summary });
    } else process.stdout.write(`${JSON.stringify({ ...pace, ...summary }, null, 2)}\n`);
    if (summary.lostEvents > 0) process.exitCode = 1;
    if (demo.clock.held > WORTH_SAYING) {
      const held = (demo.clock.held / 1000).toFixed(1);
      process.stderr.write(`This machine could not keep up: the rig's clock was held for ${held} s.\n`);
    }
  } finally {
    hands?.close();
    await demo.stop();
  }
}

/** The terminal is the installer's hands: one word a line, see `handWords`. */
function lendHands(demo: Demo): Interface {
  const lines = createInterface({ input: process.stdin });
  lines.on("line", (line) => {
    const word = line.trim();
    if (word !== "") void demo.hand(word).then((said) => process.stdout.write(`${said ?? `One of: ${handWords}`}\n`));
  });
  return lines;
}

/** Time held beyond this makes the printed latencies doubtful. */
const WORTH_SAYING = 2000;

async function playFrames(demo: Demo, folder: string, json: boolean): Promise<void> {
  for await (const answer of demo.frames(folder)) {
    if (json) printJson({ frames: answer });
    else {
      const said = answer.error ?? [answer.outcome ?? "nothing", answer.notAPass].filter(Boolean).join(" ");
      process.stdout.write(`${answer.file}  ${said}\n`);
    }
  }
}

function wholeNumber(text: string, flag: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new UsageError(`${flag} takes a whole number from ${least} to ${most}, found ${JSON.stringify(text)}`);
  }
  return value;
}
