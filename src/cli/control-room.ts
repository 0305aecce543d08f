import { randomBytes } from "node:crypto";
import { type Command, Option } from "commander";
import { startBroker } from "../control-room/broker.ts";
import { type ControlRoomConfig, loadControlRoomConfig } from "../control-room/config.ts";
import { addOperator, forgetLane, startControlRoom } from "../control-room/control-room.ts";
import { checkNamedFiles } from "../control-room/named-files.ts";
import { operatorIdPattern } from "../control-room/store/people.ts";
import { printJson, UsageError } from "./output.ts";
import { pinoLogger } from "./pino-logger.ts";

interface Options {
  readonly config: string;
  readonly addOperator?: string;
  readonly forgetLane?: string;
  readonly role: "watcher" | "operator" | "supervisor";
  readonly check: boolean;
  readonly json: boolean;
}

/** `greenlane control-room --config FILE`: collects, keeps and shows, until it is told to stop. */
export function register(program: Command): void {
  program
    .command("control-room")
    .description("Collect the reports of a district's lanes and show them to the staff")
    .requiredOption("--config <file>", "configuration of the control room (config/control-room.example.json)")
    .option("--check", "read the configuration and the files it names, say whether they are right, and end", false)
    .option("--add-operator <id>", "add this operator, or give them a new password, print it and end")
    .addOption(
      new Option("--role <role>", "role of --add-operator")
        .choices(["watcher", "operator", "supervisor"])
        .default("supervisor"),
    )
    .option("--forget-lane <src>", "a lane (district/site/lane) was taken down for good: show it no longer, and end")
    .option("--json", "one JSON object per line", false)
    .action(run);
}

async function run(options: Options): Promise<void> {
  const config = loadControlRoomConfig(options.config);
  if (options.check) {
    checkNamedFiles(config);
    return say(options, { config: options.config, district: config.district.id, ok: true });
  }
  if (options.addOperator !== undefined) return add(options, options.addOperator, config);
  if (options.forgetLane !== undefined) return forget(options, options.forgetLane, config);
  const logger = pinoLogger();
  const broker = config.embeddedBroker === undefined ? null : await startBroker(config.embeddedBroker);
  const room = await startControlRoom(config, { logger });
  say(options, { url: room.url, broker: config.broker.url, district: config.district.id });
  if ((await room.people.count()) === 0)
    logger.warn("nobody can sign in yet; add the first operator with --add-operator", { code: "GL-6015" });
  await new Promise<void>((done) => {
    process.once("SIGTERM", done);
    process.once("SIGINT", done);
  });
  await room.stop();
  await broker?.stop();
}

async function add(options: Options, id: string, config: ControlRoomConfig): Promise<void> {
  if (!new RegExp(operatorIdPattern).test(id))
    throw new UsageError("an operator's id has 2 to 32 of a-z, 0-9 and -", "GL-6012");
  const password = randomBytes(12).toString("base64url");
  await addOperator(config, { id, role: options.role, password });
  say(options, { operator: id, role: options.role, password, mustChange: true });
}

async function forget(options: Options, src: string, config: ControlRoomConfig): Promise<void> {
  if (!(await forgetLane(config, src)))
    throw new UsageError(
      `${src} is no lane of the database, or is online: check the name, or switch it off`,
      "GL-6019",
    );
  say(options, { lane: src, forgotten: true });
}

function say(options: Options, value: Readonly<Record<string, unknown>>): void {
  if (options.json) printJson(value);
  else
    process.stdout.write(
      `${Object.entries(value)
        .map(([name, one]) => `${name}: ${String(one)}`)
        .join("\n")}\n`,
    );
}
