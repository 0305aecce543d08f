import type { FastifyRequest } from "fastify";

/** Name and attributes of a session's cookie for the door that a request came by; over TLS the name binds it to this host. */
export function sessionCookie(of: "guard" | "technician", { protocol }: FastifyRequest) {
  const secure = protocol === "https";
  return {
    name: secure ? `__Host-${of}` : of,
    attributes: { path: "/", httpOnly: true, sameSite: "strict", secure },
  } as const;
}
