import type { Case } from "../cases/case.ts";

const columns = [
  "case",
  "kind",
  "priority",
  "level",
  "lane",
  "opened",
  "last",
  "tries",
  "state",
  "acknowledged_by",
  "acknowledged_at",
  "resolved_by",
  "resolved_at",
  "escalated_at",
  "routing",
  "reasons",
] as const;

/**
 * Cases as RFC 4180 CSV in UTF-8 with a mark, so that spreadsheets read it: no subject, no temperature, no note. The
 * last line carries the head of the audit log, so that a chain rewritten later is found.
 */
export function exportCsv(cases: readonly Case[], auditHead: { readonly n: number; readonly hash: string }): string {
  const lines = cases.map((one) =>
    [
      one.id,
      one.kind,
      one.priority,
      one.level,
      one.src,
      iso(one.openedAt),
      iso(one.lastAt),
      one.tries,
      one.state,
      one.acknowledged?.by ?? "",
      iso(one.acknowledged?.at ?? null),
      one.resolved?.by ?? "",
      iso(one.resolved?.at ?? null),
      iso(one.escalatedAt),
      one.routing.join(" "),
      one.reasons.join(" "),
    ]
      .map(cell)
      .join(","),
  );
  return `\ufeff${[columns.join(","), ...lines, `# audit ${auditHead.n} ${auditHead.hash}`].join("\r\n")}\r\n`;
}

const iso = (at: number | null): string => (at === null ? "" : new Date(at).toISOString());

/** Quoted where it must be; a leading = + - @ is made text, or a spreadsheet would compute it. */
function cell(value: string | number): string {
  const text = String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
