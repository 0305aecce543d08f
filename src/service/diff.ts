/** What differs between two configurations, field by field, in words. */
import { laneFields, needsRestart, wordsOf } from "../config/describe.ts";
import { valueAt } from "../config/walk.ts";
import type { Change } from "../core/panel.ts";

/** Fields whose values differ, in file order. Both files must have their defaults filled in. */
export function diffFiles(before: unknown, after: unknown): Change[] {
  const changes: Change[] = [];
  for (const field of laneFields()) {
    const from = valueAt(before, field.path) ?? null;
    const to = valueAt(after, field.path) ?? null;
    if (same(from, to)) continue;
    const { zh, en, about, aboutZh } = wordsOf(field);
    changes.push({ path: field.path, zh, en, about, aboutZh, from, to, restart: needsRestart(field) });
  }
  return changes;
}

/** Equal as JSON values, whatever the order of keys. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
}
