/** Values of the district's desired configuration, taken up like a change at the panel: checked, on trial, with history. */
import { valueAt, withValue } from "../config/walk.ts";
import { same } from "./diff.ts";
import type { Settings, Trial } from "./settings.ts";

export type ValuesAnswer =
  | { readonly applied: true }
  /** In the file, and proved or taken back only by the restart that follows. */
  | { readonly applied: "after-restart" }
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
  if (applied.ok) return { applied: applied.restart ? "after-restart" : true };
  const [first] = applied.code === "GL-1020" ? applied.findings : [];
  return { applied: false, reason: applied.code, path: first?.path ?? "" };
}

/** What became of values that a restart had to prove. Where they are not in the file they were taken back. */
export function outcomeOf(values: Readonly<Record<string, unknown>>, settings: Settings): ValuesAnswer {
  if (settings.onTrial()) return { applied: "after-restart" };
  // A value that was a default anyway is only in the completed file, a group is as it came only in the written one.
  const files = [settings.raw(), settings.current().file];
  const gone = Object.entries(values).find(([path, value]) => !files.some((file) => same(valueAt(file, path), value)));
  return gone === undefined ? { applied: true } : { applied: false, reason: "GL-1032", path: gone[0] };
}
