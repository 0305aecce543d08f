/** The one way in which a request's body is taken. */
import type { Static, TSchema } from "typebox";
import { Check } from "typebox/value";

/** The body when it is exactly what the route takes, else null. */
export function bodyOf<S extends TSchema>(schema: S, body: unknown): Static<S> | null {
  return Check(schema, body) ? (body as Static<S>) : null;
}

/** The answer to anything else. */
export const notThat = { ok: false, code: "GL-5025", why: "the request holds something else than it may" } as const;
