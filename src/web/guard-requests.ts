import { Type } from "typebox";
import { Value } from "typebox/value";
import { escortReasons } from "../core/verdict/clearance.ts";
import type { GuardAction } from "../core/views.ts";

const Person = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const closed = { additionalProperties: false };

const Action = Type.Union([
  Type.Object({ kind: Type.Literal("manual-check"), person: Type.Union([Person, Type.Null()]) }, closed),
  Type.Object(
    {
      kind: Type.Literal("escorted-release"),
      person: Person,
      reason: Type.Union(escortReasons.map((reason) => Type.Literal(reason))),
    },
    closed,
  ),
  Type.Object({ kind: Type.Literal("mask-refused"), refused: Type.Boolean() }, closed),
  Type.Object({ kind: Type.Literal("call-help") }, closed),
  Type.Object({ kind: Type.Literal("assistance") }, closed),
  Type.Object({ kind: Type.Literal("family"), people: Type.Integer({ minimum: 2, maximum: 6 }) }, closed),
  Type.Object({ kind: Type.Literal("dismiss"), person: Person }, closed),
  Type.Object({ kind: Type.Literal("end-lockdown") }, closed),
  Type.Object({ kind: Type.Literal("reset-emergency") }, closed),
]);

const Request = Type.Object({ action: Action, pin: Type.Optional(Type.String({ pattern: "^\\d{6}$" })) }, closed);

export interface GuardRequest {
  readonly action: GuardAction;
  /** A supervisor's PIN, entered for this one request. */
  readonly pin: string | null;
}

/** Reads a request's body; null for anything that is not exactly one of the guard's actions. */
export function guardRequest(body: unknown): GuardRequest | null {
  if (!Value.Check(Request, body)) return null;
  const { action, pin } = body as { action: GuardAction; pin?: string };
  return { action, pin: pin ?? null };
}

/** What only a supervisor may ask for, with the PIN entered for it (RULES, fail-safe table). */
export function needsSupervisor(action: GuardAction): boolean {
  return action.kind === "end-lockdown" || action.kind === "reset-emergency";
}
