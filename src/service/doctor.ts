/** `greenlane doctor`: looks at everything a lane needs, one check after the other, and says what to do. */
import type { CheckResult } from "../core/panel.ts";
import type { Check, Patient } from "./checks/check.ts";
import { clockChecks } from "./checks/clock.ts";
import { deviceChecks } from "./checks/devices.ts";
import { linkChecks } from "./checks/link.ts";
import { memoryChecks } from "./checks/memory.ts";
import { placeChecks } from "./checks/place.ts";
import { programChecks } from "./checks/program.ts";

export const allChecks: readonly Check[] = [
  ...programChecks,
  ...memoryChecks,
  ...placeChecks,
  ...deviceChecks,
  ...clockChecks,
  ...linkChecks,
];

/** Runs the checks in order and yields each result as it is known. A check that breaks is a failed one, never a crash. */
export async function* doctor(patient: Patient, checks: readonly Check[] = allChecks): AsyncGenerator<CheckResult> {
  for (const check of checks) {
    const { id, zh, en } = check;
    try {
      const outcome = await check.look(patient);
      const found = outcome.status === "warn" || outcome.status === "fail";
      yield {
        id,
        zh,
        en,
        status: outcome.status,
        code: found ? outcome.code : null,
        measured: outcome.measured,
        expected: "expected" in outcome ? (outcome.expected ?? "") : "",
        fix: found ? outcome.fix : null,
      };
    } catch (error) {
      const measured = error instanceof Error ? error.message.slice(0, 200) : "the check broke";
      yield {
        id,
        zh,
        en,
        status: "fail",
        code: "GL-1130",
        measured,
        expected: "a check that ends",
        fix: "send the support bundle",
      };
    }
  }
}

/** 0 all well, 1 something failed; warnings don't count. */
export const exitCode = (results: readonly CheckResult[]): 0 | 1 =>
  results.some((result) => result.status === "fail") ? 1 : 0;
