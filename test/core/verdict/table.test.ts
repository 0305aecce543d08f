import { describe, expect, it } from "vitest";
import {
  type CredentialOutcome,
  credentialOutcomes,
  reasonCodes,
  type SiteKind,
  siteKinds,
  type TemperatureClass,
  temperatureClasses,
  type VerdictKind,
} from "../../../src/core/flow.ts";
import { decide } from "../../../src/core/verdict/decide.ts";
import { reasonFacts } from "../../../src/core/verdict/reasons.ts";
import { type SiteRules, siteRules } from "../../../src/core/verdict/site-rules.ts";
import { body, codes, credential, directions, judge, masks, modes, noon } from "./facts.ts";

/** The table of the notices once more, written by hand beside the code: outcome on entry at an ordinary place. */
const onEntry: Readonly<Record<CredentialOutcome, VerdictKind>> = {
  green: "grant",
  red: "deny",
  yellow: "deny",
  "no-credential": "deny",
  "not-a-pass": "deny",
  malformed: "deny",
  unknown: "deny",
  expired: "deny",
  "expired-paper": "deny",
  "not-yet-valid": "deny",
  "needs-conversion": "deny",
  pending: "attend",
  "platform-slow": "attend",
  "platform-down": "attend",
  "trust-stale": "attend",
  "no-trusted-time": "attend",
  unverifiable: "attend",
  "bad-signature": "attend",
  revoked: "attend",
  replayed: "attend",
};
const byPolicy = ["pending", "platform-slow", "platform-down", "trust-stale", "no-trusted-time", "unverifiable"];
const health = ["red", "yellow"];
const refused = ["bad-signature", "revoked", "replayed"];
const rank: Readonly<Record<VerdictKind, number>> = { grant: 0, attend: 1, deny: 2 };

function credentialKind(outcome: CredentialOutcome, site: SiteKind, policy: "attend" | "deny"): VerdictKind {
  if (health.includes(outcome) && (site === "compound" || site === "hospital")) return "attend";
  return byPolicy.includes(outcome) ? policy : onEntry[outcome];
}
function temperatureKind(kind: TemperatureClass | null, outcome: CredentialOutcome, site: SiteKind): VerdictKind {
  if (kind === null) return outcome === "green" ? "attend" : "grant";
  if (kind === "normal") return "grant";
  return kind === "fever" && site !== "hospital" ? "deny" : "attend";
}
const strictest = (...kinds: readonly VerdictKind[]): VerdictKind =>
  kinds.reduce((a, b) => (rank[b] > rank[a] ? b : a));

const rulesOf = (onUnknown: "attend" | "deny") =>
  Object.fromEntries(siteKinds.map((kind) => [kind, siteRules({ kind, onUnknown })])) as Record<SiteKind, SiteRules>;
const rules = { attend: rulesOf("attend"), deny: rulesOf("deny") };
const free = JSON.stringify({ kind: "grant", reasons: [], advice: [], report: null });

describe("the whole table: outcome × temperature × mask × site × direction × mode × policy", () => {
  it("gives the verdict of the notices in every cell", () => {
    let cells = 0;
    for (const outcome of credentialOutcomes)
      for (const kind of [...temperatureClasses, null])
        for (const mask of masks)
          for (const site of siteKinds)
            for (const direction of directions)
              for (const mode of modes)
                for (const onUnknown of ["attend", "deny"] as const) {
                  cells += 1;
                  const temperature = kind === null ? null : body(kind);
                  const facts = { credential: credential(outcome), temperature, mask, direction, mode, at: noon };
                  const verdict = decide(facts, rules[onUnknown][site]);
                  const where = () => `${outcome} ${kind} ${mask} ${site} ${direction} ${mode} ${onUnknown}`;
                  if (mode === "emergency") {
                    if (JSON.stringify(verdict) !== free) expect.fail(where());
                    continue;
                  }
                  const counted =
                    health.includes(outcome) || ["bad-signature", "revoked"].includes(outcome) ? "attend" : "grant";
                  const hot = kind === "normal" ? "grant" : "attend";
                  const expected =
                    direction === "exit"
                      ? strictest(counted, hot)
                      : strictest(
                          credentialKind(outcome, site, onUnknown),
                          temperatureKind(kind, outcome, site),
                          mask === "refused" ? "deny" : "grant",
                          mode === "lockdown" ? "deny" : mode === "normal" ? "grant" : "attend",
                        );
                  if (verdict.kind !== expected) expect(`${where()}: ${verdict.kind}`).toBe(`${where()}: ${expected}`);
                  if (verdict.reasons.length === 0 && expected !== "grant") expect.fail(`${where()}: no reason`);
                  const reported = health.includes(outcome) ? outcome : refused.includes(outcome) ? "yellow" : null;
                  const silent = direction === "exit" && outcome === "replayed";
                  if ((verdict.report?.level ?? null) !== (silent ? null : reported)) expect.fail(`${where()}: report`);
                }
    expect(cells).toBe(20 * 5 * 3 * 15 * 2 * 5 * 2);
  });

  it("names its reasons in headline order, each with the clause and level of the list", () => {
    for (const outcome of credentialOutcomes)
      for (const kind of temperatureClasses)
        for (const mask of masks)
          for (const mode of modes) {
            const verdict = judge({ credential: credential(outcome), temperature: body(kind), mask, mode });
            const order = codes(verdict).map((code) => (reasonCodes as readonly string[]).indexOf(code));
            expect(order).toEqual([...order].sort((a, b) => a - b));
            for (const { code, clause, level } of verdict.reasons) {
              expect(clause).toBe(reasonFacts[code].clause);
              expect(level).toBe(reasonFacts[code].level);
            }
          }
  });
});
