/** `greenlane staff`: the guards' posts of a lane. PINs come from standard input, never from the command line. */
import type { Command } from "commander";
import { loadConfig } from "../config/load.ts";
import { type Pins, StaffBook } from "../service/staff.ts";
import { findGuard, hashPin } from "../web/pins.ts";
import { laneFile, withConfigOption } from "./lane-file.ts";
import { printJson, textArgument, UsageError } from "./output.ts";

interface Options {
  readonly config?: string;
  readonly json?: boolean;
  readonly supervisor?: boolean;
}

const pins: Pins = { hash: hashPin, find: findGuard };
const book = (options: Options): StaffBook =>
  new StaffBook(loadConfig(laneFile(options.config)).storage.directory, pins);

async function add(id: string, options: Options): Promise<void> {
  if (process.stdin.isTTY) process.stderr.write("PIN of six digits: ");
  const pin = (await textArgument("-")).trim();
  const answer = await book(options).put(id, pin, options.supervisor === true);
  if (!answer.ok) throw new UsageError(answer.why, answer.code);
  if (options.json === true) printJson({ id, supervisor: options.supervisor === true });
  else process.stdout.write(`${id} can sign in\n`);
}

function list(options: Options): void {
  for (const { id, supervisor } of book(options).entries()) {
    if (options.json === true) printJson({ id, supervisor });
    else process.stdout.write(`${id}${supervisor ? "  supervisor" : ""}\n`);
  }
}

function remove(id: string, options: Options): void {
  if (!book(options).remove(id)) throw new UsageError(`there is no post ${id}; see greenlane staff list`, "GL-5015");
  if (options.json === true) printJson({ id, removed: true });
  else process.stdout.write(`${id} can't sign in any more\n`);
}

/** Adds the command. */
export function register(program: Command): void {
  const staff = program.command("staff").description("the guards' posts of this lane: who may sign in");
  withConfigOption(staff.command("add <id>"))
    .description("add a post or give it a new PIN, read from standard input")
    .option("--supervisor", "may end a lockdown and reset an emergency")
    .option("--json", "one JSON object")
    .action(add);
  withConfigOption(staff.command("list"))
    .description("list the posts")
    .option("--json", "one JSON object per post")
    .action(list);
  withConfigOption(staff.command("remove <id>"))
    .description("remove a post")
    .option("--json", "one JSON object")
    .action(remove);
  staff.addHelpText(
    "after",
    "\nA post, never a name.\n\nExamples:\n  greenlane staff add east-gate\n  greenlane staff add chief --supervisor < pin.txt\n  greenlane staff list",
  );
}
