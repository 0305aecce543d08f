/** `greenlane calibrate`: walks a technician through a black body at two points and keeps the result. */
import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { ConfigError } from "../config/findings.ts";
import { inspectConfig, loadConfig, readWritten } from "../config/load.ts";
import { withValue } from "../config/walk.ts";
import { instant } from "../core/units.ts";
import { type CalibrationPoint, calibrationRecord, POINT_PERIOD, twoPoints } from "../service/calibrate.ts";
import { askLane } from "../service/control-socket.ts";
import { writePrivate } from "../service/private-file.ts";
import { laneFile, withConfigOption } from "./lane-file.ts";
import { printJson, UsageError } from "./output.ts";
import { mark, progress } from "./style.ts";

interface Options {
  readonly config?: string;
  readonly json?: boolean;
  readonly low: string;
  readonly high: string;
  readonly serial?: string;
  readonly sensor?: string;
  readonly by?: string;
  readonly yes?: boolean;
}

async function run(options: Options): Promise<void> {
  const file = laneFile(options.config);
  const { directory } = loadConfig(file).storage;
  const { serial, sensor, by } = options;
  if (serial === undefined || sensor === undefined || by === undefined)
    throw new UsageError(
      "name --serial of the black body, --sensor and --by (your staff id): the record is worthless without them",
    );
  // Nobody holds a black body for nothing.
  await askLane(directory, { do: "status" });
  const questions = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new AbortController();
  questions.once("close", () => closed.abort());
  try {
    const points: CalibrationPoint[] = [];
    for (const text of [options.low, options.high]) {
      const reference = Number(text);
      if (!Number.isFinite(reference))
        throw new UsageError(`${JSON.stringify(text)} is no temperature; write it as 35`);
      if (options.yes !== true)
        await questions
          .question(
            `Hold the black body at ${reference} °C before the sensor at mounting distance, then press Enter. `,
            { signal: closed.signal },
          )
          .catch(() => {
            throw new UsageError("the input ended before Enter; use --yes where a fixture moves the black body");
          });
      const done = progress(`measuring ${reference} °C`, POINT_PERIOD);
      const result = await askLane(directory, { do: "measure-point", reference }).finally(done);
      if (!result.ok)
        throw new UsageError(`found ${result.found}, expected ${result.expected}; ${result.fix}`, result.code);
      points.push(result.point);
      process.stderr.write(
        `${mark("ok")} ${result.point.measured.toFixed(2)} °C, ±${(result.point.spread / 2).toFixed(2)}, ${result.point.samples} readings\n`,
      );
    }
    const [low, high] = points as [CalibrationPoint, CalibrationPoint];
    const result = twoPoints(low, high);
    if (!result.ok)
      throw new UsageError(`found ${result.found}, expected ${result.expected}; ${result.fix}`, result.code);
    const record = calibrationRecord(result, instant(Date.now()), serial, sensor, by);
    const next = withValue(readWritten(file), "temperature.calibration", record);
    const inspected = inspectConfig(next);
    if (!inspected.ok) throw new ConfigError(inspected.findings);
    writePrivate(file, next);
    if (options.json === true)
      printJson({ gain: result.gain, offset: result.offset, residual: result.residual, expires: record.expires });
    else
      process.stdout.write(
        `${mark("ok")} gain ${result.gain.toFixed(3)}, offset ${result.offset.toFixed(2)} °C, kept until ${String(record.expires).slice(0, 10)}; restart the lane to use it: systemctl restart greenlane\n`,
      );
  } finally {
    questions.close();
  }
}

/** Adds the command. */
export function register(program: Command): void {
  withConfigOption(program.command("calibrate"))
    .description("calibrate the thermometer against a black body at two points")
    .option("--low <°C>", "the lower point", "35")
    .option("--high <°C>", "the upper point", "39")
    .option("--serial <text>", "serial number of the black body")
    .option("--sensor <text>", "serial number of the sensor")
    .option("--by <id>", "your staff id")
    .option("-y, --yes", "don't wait for Enter (a fixture moves the black body)")
    .option("--json", "one JSON object")
    .addHelpText(
      "after",
      "\nWarm the sensor up for 30 minutes first. Offsets above 1 °C are refused: then the mounting or the sensor is wrong.\n\nExample:\n  greenlane calibrate --serial BB-0042 --sensor mlx-17 --by tech-1",
    )
    .action(run);
}
