import type { Sample } from "../../core/flow.ts";
import type { CheckResult } from "../../core/panel.ts";
import type { Millis } from "../../core/units.ts";
import type { Workbench } from "../workbench.ts";
import { bad, collect, good, median, skipped } from "./steps.ts";

const faultFix: Readonly<Record<string, string>> = {
  "no-answer": "check the sensor's plug and address; a cable above 30 cm needs a slower bus or a buffer",
  checksum: "the line is disturbed: shorten the cable, keep it away from the relay and the supply",
  "error-flag": "the sensor itself reports an error: replace it",
  "out-of-range": "the value is impossible: look whether another device answers at this address",
  stale: "the bus is stuck: unplug the sensor for ten seconds",
};

/** Rate, faults, noise and ambient temperature of the thermometer over `period`. */
export async function thermometerSteps(bench: Workbench, period: Millis): Promise<readonly CheckResult[]> {
  if (bench.thermometer === null)
    return [skipped("thermometer.samples", "读数", "Readings", "this lane has no thermometer")];
  const { thermometer } = bench;
  const samples = await collect<Sample>(bench.clock, period, Number.POSITIVE_INFINITY, (take) =>
    thermometer.onSample(take),
  );
  const fine = samples.filter((sample) => sample.ok);
  const faults = samples.filter((sample) => !sample.ok);
  if (samples.length === 0)
    return [
      bad(
        "thermometer.samples",
        "GL-2163",
        "读数",
        "Readings",
        "none",
        "10 a second",
        "look at greenlane doctor: the bus or the sensor is missing",
      ),
    ];
  const steps: CheckResult[] = [];
  const kinds = [...new Set(faults.map((sample) => sample.fault))];
  const worst = kinds[0];
  const measured = `${fine.length} good, ${faults.length} failed${kinds.length > 0 ? ` (${kinds.join(", ")})` : ""}`;
  if (worst === undefined) steps.push(good("thermometer.samples", "读数", "Readings", measured, "none failed"));
  else
    steps.push(
      bad(
        "thermometer.samples",
        "GL-2164",
        "读数",
        "Readings",
        measured,
        "none failed",
        faultFix[worst] ?? "replace the sensor",
        faults.length > samples.length / 20 ? "fail" : "warn",
      ),
    );
  if (fine.length < 3) return steps;
  const objects = fine.map((sample) => sample.object);
  const spread = Math.max(...objects) - Math.min(...objects);
  const ambient = median(fine.map((sample) => sample.ambient));
  steps.push(
    spread <= 0.5
      ? good(
          "thermometer.noise",
          "波动",
          "Noise",
          `±${(spread / 2).toFixed(2)} °C at ${median(objects).toFixed(2)} °C`,
          "±0.25 °C on a still target",
        )
      : bad(
          "thermometer.noise",
          "GL-2165",
          "波动",
          "Noise",
          `±${(spread / 2).toFixed(2)} °C`,
          "±0.25 °C on a still target",
          "point it at a wall and try again; if it stays, shield the sensor from draught and supply",
          "warn",
        ),
    new Set(objects).size > 1 || fine.length < 10
      ? good("thermometer.alive", "读数变化", "Values move", `${new Set(objects).size} different values`)
      : bad(
          "thermometer.alive",
          "GL-2166",
          "读数变化",
          "Values move",
          "one value repeated",
          "the noise of a live sensor",
          "the sensor is stuck: unplug it for ten seconds, replace it if that doesn't help",
        ),
    ambient >= 10 && ambient <= 35
      ? good("thermometer.ambient", "环境温度", "Ambient", `${ambient.toFixed(1)} °C`, "10 to 35 °C")
      : bad(
          "thermometer.ambient",
          "GL-2167",
          "环境温度",
          "Ambient",
          `${ambient.toFixed(1)} °C`,
          "10 to 35 °C",
          "shade or shelter the lane: outside this range nobody can be measured",
          "warn",
        ),
  );
  return steps;
}
