/** P8: what has to be reported, and to whom. */
import type { ReasonCode, VerdictReport } from "../flow.ts";

/** The one report of a verdict: red before yellow before a refused pass; fever adds none. */
export function reportFor(codes: readonly ReasonCode[]): VerdictReport | null {
  for (const code of codes) {
    switch (code) {
      case "red":
      case "yellow":
        return { category: "health", level: code, routing: ["subdistrict", "epidemic-control"] };
      case "revoked":
      case "bad-signature":
      case "replayed":
        return { category: "security", level: "yellow", routing: ["site"] };
      default:
    }
  }
  return null;
}
