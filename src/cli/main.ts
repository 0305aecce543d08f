/** The `greenlane` command: one file per command beside this one, loaded only when asked for. */
import { Command, CommanderError } from "commander";
import { fail, UsageError } from "./output.ts";

/** A command's file exports `register`, which adds itself to the program. */
interface CommandFile {
  register(program: Command): void;
}

const commands: Readonly<Record<string, () => Promise<CommandFile>>> = {
  calibrate: () => import("./calibrate.ts"),
  check: () => import("./check.ts"),
  completion: () => import("./completion.ts"),
  config: () => import("./config.ts"),
  "control-room": () => import("./control-room.ts"),
  demo: () => import("./demo.ts"),
  doctor: () => import("./doctor.ts"),
  provision: () => import("./provision.ts"),
  selftest: () => import("./selftest.ts"),
  staff: () => import("./staff.ts"),
  scan: () => import("./scan.ts"),
  issue: () => import("./issue.ts"),
  keys: () => import("./keys.ts"),
  order: () => import("./order.ts"),
  poster: () => import("./poster.ts"),
  run: () => import("./run.ts"),
  "outputs-safe": () => import("./outputs-safe.ts"),
  verify: () => import("./verify.ts"),
};

async function run(argv: readonly string[]): Promise<void> {
  const program = new Command("greenlane").description(
    "Entrance-turnstile kiosk: reads health codes, takes temperatures, reports to the district",
  );
  program.exitOverride().configureOutput({ writeErr: () => {} });
  const wanted = argv.find((word) => Object.hasOwn(commands, word));
  // Help and completion are made from all commands; everything else loads only its own.
  const all = wanted === undefined || wanted === "completion";
  try {
    for (const [name, load] of Object.entries(commands)) {
      if (all || wanted === name) (await load()).register(program);
    }
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return;
      const help = `greenlane ${wanted === undefined ? "" : `${wanted} `}--help`;
      fail(new UsageError(`${error.message.replace(/^error: /, "")}; see ${help}`), argv.includes("--json"));
    } else fail(error, argv.includes("--json"));
  }
}

// Whoever reads the output may have read enough (`| head`).
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
await run(process.argv.slice(2));
