/** One self-test of one part: its steps with measured values. */
import type { CheckResult } from "../../core/panel.ts";
import { millis } from "../../core/units.ts";
import type { Workbench } from "../workbench.ts";
import { cameraSteps } from "./camera.ts";
import { relaySteps } from "./relay.ts";
import { scannerSteps } from "./scanner.ts";
import { soundSteps } from "./sound.ts";
import { thermometerSteps } from "./thermometer.ts";

export const selftestParts = ["camera", "thermometer", "relay", "scanner", "sound"] as const;
export type SelftestPart = (typeof selftestParts)[number];

export interface SelftestResult {
  readonly part: SelftestPart;
  readonly passed: boolean;
  readonly steps: readonly CheckResult[];
}

/** Tries one part. Never throws: what breaks is a failed step. */
export async function selftest(part: SelftestPart, bench: Workbench): Promise<SelftestResult> {
  let steps: readonly CheckResult[];
  try {
    steps = await run(part, bench);
  } catch (error) {
    const measured = error instanceof Error ? error.message.slice(0, 200) : "broke";
    steps = [
      bad(`${part}.test`, "GL-1040", "自检", "Self-test", measured, "a test that ends", "send the support bundle"),
    ];
  }
  return { part, passed: steps.every((step) => step.status !== "fail"), steps };
}

function run(part: SelftestPart, bench: Workbench): Promise<readonly CheckResult[]> {
  switch (part) {
    case "camera":
      return cameraSteps(bench, millis(3000));
    case "thermometer":
      return thermometerSteps(bench, millis(3000));
    case "relay":
      return relaySteps(bench);
    case "scanner":
      return scannerSteps(bench, millis(20_000));
    case "sound":
      return soundSteps(bench);
  }
}

const bad = (
  id: string,
  code: string,
  zh: string,
  en: string,
  measured: string,
  expected: string,
  fix: string,
): CheckResult => ({ id, status: "fail", code, zh, en, measured, expected, fix });
