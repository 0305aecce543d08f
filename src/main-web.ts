/** Where the kiosk's pages are served, and with which certificate. */
import { readFileSync } from "node:fs";
import { hostname, networkInterfaces } from "node:os";
import { createSecureContext } from "node:tls";
import type { LaneConfig } from "./config/schema.ts";
import type { Logger } from "./ports/logger.ts";
import type { WebOptions } from "./web/server.ts";

const LOOPBACK = "127.0.0.1";

/** Beyond the loopback only over TLS: without its certificate a lane serves nobody but its own screen. */
export function webOf({ web }: LaneConfig, logger: Logger): Pick<WebOptions, "host" | "port" | "tls" | "names"> {
  const { host, port } = web;
  const tls = tlsOf(web, logger);
  if (tls === null) return { host: LOOPBACK, port, tls };
  return { host, port, tls, names: ownNames() };
}

function tlsOf({ certificate, key }: LaneConfig["web"], logger: Logger): NonNullable<WebOptions["tls"]> | null {
  if (certificate === null || key === null) return null;
  try {
    const pair = { cert: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") };
    // A key of another set would end the start.
    createSecureContext(pair);
    return pair;
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? "unreadable";
    logger.error("the pages' certificate can't be used; they are served to this board alone", { code: "GL-1104", why });
    return null;
  }
}

/** Names and addresses by which a tablet may call this board. */
function ownNames(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const name = hostname().toLowerCase();
  return [
    name,
    `${name}.local`,
    ...addresses.map(({ address, family }) => (family === "IPv6" ? `[${address}]` : address)),
  ];
}
