/** What is wrong with a configuration, said so that it can be put right from the sentence alone. */

export interface Finding {
  /** Stable code, read over the telephone. */
  readonly code: string;
  /** "rules.feverLimit", or "" for the file as a whole. */
  readonly path: string;
  readonly found: string;
  readonly expected: string;
  /** What to write instead, or null where only the writer can know. */
  readonly suggestion: string | null;
  /** Clause of the rules that a limit rests on. */
  readonly clause: string | null;
}

export const codes = {
  unreadable: "GL-1010",
  unknownKey: "GL-1011",
  wrongType: "GL-1012",
  wrongUnit: "GL-1013",
  outsideLimits: "GL-1014",
  missing: "GL-1015",
  combination: "GL-1016",
  addedCondition: "GL-1017",
  version: "GL-1018",
  notHere: "GL-1019",
} as const;

/** Shows a hostile value safely: as JSON, without control characters, at most 60 characters. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const json = JSON.stringify(value) ?? "nothing";
  const clean = json.replace(/[\p{C}\u2028\u2029]/gu, "?");
  return clean.length > 60 ? `${clean.slice(0, 59)}…` : clean;
}

/** One finding as one sentence. */
export function sentence(finding: Finding): string {
  const where = finding.path === "" ? "the file" : finding.path;
  const clause = finding.clause === null ? "" : ` (${finding.clause})`;
  const instead = finding.suggestion === null ? "" : `; ${finding.suggestion}`;
  return `${finding.code} ${where}: found ${finding.found}, expected ${finding.expected}${clause}${instead}`;
}

/** Thrown where a configuration can't be used. Its message holds every finding, one a line. */
export class ConfigError extends Error {
  readonly code: string;
  readonly findings: readonly Finding[];
  constructor(findings: readonly Finding[]) {
    super(findings.map(sentence).join("\n"));
    this.name = "ConfigError";
    this.code = findings[0]?.code ?? codes.unreadable;
    this.findings = findings;
  }
}

/** The candidate nearest to `word`, if it is near enough to be a slip of the finger. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  let best: string | null = null;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase().slice(0, 60), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
