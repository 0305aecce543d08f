import type { CodeRead } from "../../core/flow.ts";
import type { CheckResult } from "../../core/panel.ts";
import type { Millis } from "../../core/units.ts";
import type { Workbench } from "../workbench.ts";
import { bad, collect, good, skipped } from "./steps.ts";

/** Waits for one code at the scan engine. The code is counted, never shown or kept. */
export async function scannerSteps(bench: Workbench, patience: Millis): Promise<readonly CheckResult[]> {
  const { scanner } = bench;
  if (scanner === null) return [skipped("scanner.code", "扫码", "A code", "this lane has no scan engine")];
  const [code] = await collect<CodeRead>(bench.clock, patience, 1, (take) => scanner.onCode(take));
  if (code === undefined)
    return [
      bad(
        "scanner.code",
        "GL-2252",
        "扫码",
        "A code",
        `none within ${patience / 1000} s`,
        "one code held before it",
        "check plug, baud rate and that the engine's light is on; then hold any code before it",
      ),
    ];
  return [good("scanner.code", "扫码", "A code", `${code.bytes.length} bytes read`)];
}
