/** Where the kiosk's pages are served beside the board's own screen, and with which certificate. */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname, networkInterfaces } from "node:os";
import { createSecureContext } from "node:tls";
import { isLoopback } from "./config/loopback.ts";
import type { LaneConfig } from "./config/schema.ts";
import type { Logger } from "./ports/logger.ts";
import type { Door } from "./web/door.ts";
import type { WebOptions } from "./web/server.ts";

/** Beyond the loopback only over TLS: without its certificate a lane serves nobody but its own screen. */
export function webOf(
  { web }: Pick<LaneConfig, "web">,
  logger: Logger,
): Pick<WebOptions, "port" | "network" | "names"> {
  const { host, port, tlsPort } = web;
  const tls = isLoopback(host) ? null : tlsOf(web, logger);
  if (tls === null) return { port };
  const certified = certifiedNames(tls.cert);
  return { port, network: { host, port: tlsPort, tls }, names: () => [...ownNames(), ...certified] };
}

function tlsOf({ certificate, key }: LaneConfig["web"], logger: Logger): Door["tls"] {
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

/**
 * Names and addresses that the certificate is for, as a browser writes them in `Host`. A wildcard is no name of this
 * board: it is as much every other machine's.
 */
function certifiedNames(pem: string): string[] {
  const { subjectAltName = "" } = new X509Certificate(pem);
  return [...subjectAltName.matchAll(/(?:^|, )(DNS|IP Address):([^",*]+)(?=,|$)/g)].flatMap(([, kind, name = ""]) => {
    const written = kind !== "DNS" && name.includes(":") ? `[${name}]` : name;
    return URL.canParse(`https://${written}`) ? [new URL(`https://${written}`).hostname] : [];
  });
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
