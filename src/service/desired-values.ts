/** Values of the district's desired configuration, taken up like a change at the panel: checked, on trial, with history. */
import { withValue } from "../config/walk.ts";
import type { Settings, Trial } from "./settings.ts";

export type ValuesAnswer =
  | { readonly applied: true }
  | { readonly applied: false; readonly reason: string; readonly path: string };

/**
 * What may be set from afar. Devices, wiring, the link and the pages' server need somebody who stands at the lane and
 * sees what comes of it.
 */
const fromAfar = ["rules", "site", "timings", "temperature", "display", "trust", "log"];

/** Values by their path, all or none. */
export async function applyValues(
  values: Readonly<Record<string, unknown>>,
  settings: Settings,
  trial: Trial,
): Promise<ValuesAnswer> {
  let file = settings.raw();
  for (const [path, value] of Object.entries(values)) {
    if (!fromAfar.includes(path.split(".")[0] ?? "")) return { applied: false, reason: "set-at-the-lane-only", path };
    file = withValue(file, path, value);
  }
  if (Object.keys(values).length === 0) return { applied: true };
  const applied = await settings.apply(file, "control-room", trial);
  if (applied.ok) return { applied: true };
  const [first] = applied.code === "GL-1020" ? applied.findings : [];
  return { applied: false, reason: applied.code, path: first?.path ?? "" };
}
