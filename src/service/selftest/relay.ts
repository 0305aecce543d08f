import type { Direction } from "../../core/flow.ts";
import type { CheckResult } from "../../core/panel.ts";
import { seconds, since } from "../../core/units.ts";
import { ReleaseError } from "../../ports/release.ts";
import type { Workbench } from "../workbench.ts";
import { bad, good } from "./steps.ts";

const REST = seconds(1);

/** Pulses each direction once. Only in local maintenance mode, with nobody in the way and no emergency. */
export async function relaySteps(bench: Workbench): Promise<readonly CheckResult[]> {
  const refused = mayMove(bench);
  if (refused !== null) return [refused];
  const steps: CheckResult[] = [];
  for (const direction of ["entry", "exit"] as const) {
    // A pulse rests before another one may follow (the longest interlock is 1 s).
    if (steps.length > 0) await new Promise<void>((resolve) => void bench.clock.after(REST, resolve));
    // Somebody may have stepped in while the first direction was tried.
    const stillRefused = mayMove(bench);
    if (stillRefused !== null) return [...steps, stillRefused];
    steps.push(await pulse(bench, direction));
  }
  steps.push(
    bench.inputs.active("fire")
      ? bad(
          "relay.fire",
          "GL-2311",
          "消防触点",
          "Fire contact",
          "active",
          "at rest",
          "the loop is open or cut, or there is a fire: look before anything else",
        )
      : good("relay.fire", "消防触点", "Fire contact", "at rest, loop closed"),
  );
  return steps;
}

function mayMove(bench: Workbench): CheckResult | null {
  const name = ["relay.allowed", "GL-2312", "允许动作", "May move"] as const;
  if (bench.inputs.active("fire"))
    return bad(
      ...name,
      "the fire contact is active",
      "at rest",
      "everything is free while it is; try again afterwards",
    );
  if (bench.mode() !== "maintenance")
    return bad(
      ...name,
      `the lane's mode is ${bench.mode()}`,
      "local maintenance mode",
      "switch it on in the panel or on the serial console: the screen then says closed",
    );
  if (!bench.passageClear())
    return bad(...name, "somebody is in the way", "a clear passage", "wait until nobody stands in the lane");
  return null;
}

async function pulse(bench: Workbench, direction: Direction): Promise<CheckResult> {
  const [zh, en] = direction === "entry" ? ["放行脉冲（入）", "Pulse, entry"] : ["放行脉冲（出）", "Pulse, exit"];
  const id = `relay.${direction}`;
  const begun = bench.clock.monotonic();
  try {
    await bench.release.pulse(direction);
    return good(id, zh, en, `${Math.round(since(begun, bench.clock.monotonic()))} ms, read back`);
  } catch (error) {
    const code = error instanceof ReleaseError ? error.code : "GL-2302";
    const fix =
      error instanceof ReleaseError && error.kind === "overlap"
        ? "wait a second and try again"
        : "measure the relay's coil and its line; compare polarity with the wiring plan";
    return bad(
      id,
      code,
      zh,
      en,
      error instanceof Error ? error.message.slice(0, 120) : "failed",
      "a pulse that reads back",
      fix,
    );
  }
}
