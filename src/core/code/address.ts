/** A web address taken apart without resolving or opening it. */
export interface Address {
  /** Lower case, without user info and port. */
  readonly host: string;
  /** Path and query, lower case. */
  readonly rest: string;
}

const SHAPE = /^(?:https?:\/\/|www\.)/i;

/** The parts of a web address, or null where the text is none. Written by hand: `URL` accepts far more than people mean. */
export function addressOf(text: string): Address | null {
  const scheme = SHAPE.exec(text)?.[0];
  if (scheme === undefined) return null;
  const body = scheme.toLowerCase() === "www." ? text : text.slice(scheme.length);
  const end = body.search(/[/?#]/);
  const authority = end === -1 ? body : body.slice(0, end);
  const host = authority.slice(authority.lastIndexOf("@") + 1).replace(/:\d{1,5}$/, "");
  return { host: host.toLowerCase(), rest: (end === -1 ? "" : body.slice(end)).toLowerCase() };
}

/** Whether `host` is `domain` or lies under it. */
export const under = (host: string, domain: string): boolean => host === domain || host.endsWith(`.${domain}`);
