/**
 * Who may speak to the kiosk's server. A page of some other site that runs on a guard's tablet, or a name that an
 * attacker points at 127.0.0.1 (DNS rebinding), reaches it over the network like anybody; it is told apart by `Host`
 * and `Origin`, which a browser sets and a page can't.
 */

/** The part of a `Host` header before the port, lower-case; IPv6 keeps its brackets. Null for what is no host. */
export function hostName(header: string | undefined): string | null {
  if (header === undefined || header.length > 255) return null;
  return /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9.-]{1,253})(:\d{1,5})?$/i.exec(header)?.[1]?.toLowerCase() ?? null;
}

/** Whether the request was made to a name that this server goes by. */
export function knownHost(header: string | undefined, known: (name: string) => boolean): boolean {
  const name = hostName(header);
  return name !== null && known(name);
}

export interface Headers {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly "sec-fetch-site"?: string | string[] | undefined;
}

/**
 * Whether a request that changes something, or opens a live connection, comes from a page of this server. The
 * `Origin` must be there: every browser sends it with those, so one without it is no page.
 */
export function sameOrigin(headers: Headers, scheme: "http" | "https"): boolean {
  if (headers.host === undefined || headers.origin !== `${scheme}://${headers.host}`) return false;
  const site = headers["sec-fetch-site"];
  return site === undefined || site === "same-origin";
}
