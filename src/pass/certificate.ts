/** What an `HC1:` certificate says (hcert-spec 1.0.8, section 3): issuer, times, and which kind of statement it holds. */
import type { Instant } from "../core/units.ts";
import { decodeCbor, Tagged } from "./cbor.ts";
import { followsSchema } from "./certificate-schema.ts";
import type { Purpose } from "./keys.ts";
import { fromNumericDate } from "./numeric-date.ts";

export interface Certificate {
  readonly issuer: string | null;
  readonly issuedAt: Instant | null;
  readonly expiresAt: Instant | null;
  /** Which statements it holds, by the entries of `v`, `t` and `r`. */
  readonly kinds: readonly Purpose[];
  /** The content follows the published schema and holds exactly one statement. */
  readonly wellBuilt: boolean;
}

const ISS = 1;
const EXP = 4;
const IAT = 6;
/** hcert (hcert-spec, section 3.3.1), a map with the EU's certificate at 1. */
const HCERT = -260;

/** Reads decoded claims; null where they are no CWT with a certificate in it. */
export function readCertificate(item: unknown): Certificate | null {
  if (!(item instanceof Map)) return null;
  const hcert: unknown = item.get(HCERT);
  if (!(hcert instanceof Map)) return null;
  const content = plain(hcert.get(1));
  if (!isRecord(content)) return null;
  const issuer: unknown = item.get(ISS);
  const times = [item.get(IAT), item.get(EXP)].map((value) => (value instanceof Tagged ? value.value : value));
  return {
    issuer: typeof issuer === "string" ? issuer.slice(0, 64) : null,
    issuedAt: fromNumericDate(times[0]),
    expiresAt: fromNumericDate(times[1]),
    kinds: kindsOf(content),
    wellBuilt: followsSchema(content),
  };
}

/** Some issuers wrap the content in a byte string; then that string has to be CBOR too. */
export function contentReadable(item: unknown): boolean {
  const hcert: unknown = item instanceof Map ? item.get(HCERT) : null;
  const content: unknown = hcert instanceof Map ? hcert.get(1) : null;
  return !(content instanceof Uint8Array) || decodeCbor(content, "any") !== null;
}

type Content = Readonly<Record<string, unknown>>;
const isRecord = (value: unknown): value is Content =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const fields: readonly (readonly [field: string, kind: Purpose])[] = [
  ["t", "test"],
  ["v", "vaccination"],
  ["r", "recovery"],
];

const kindsOf = (content: Content): Purpose[] =>
  fields.filter(([field]) => Array.isArray(content[field]) && content[field].length > 0).map(([, kind]) => kind);

/** Maps with text keys as objects without a prototype, tagged times as text: what the schema speaks of. */
function plain(value: unknown): unknown {
  if (value instanceof Tagged) return plain(timeText(value));
  if (Array.isArray(value)) return value.map(plain);
  if (!(value instanceof Map)) return value;
  const object: Record<string, unknown> = Object.create(null);
  for (const [key, inner] of value) object[String(key)] = plain(inner);
  return object;
}

/** Tag 1 counts seconds and tag 100 days since 1970 (RFC 8949, section 3.4.2; RFC 8943); the other times are text already. */
function timeText({ tag, value }: Tagged): unknown {
  if (tag === 1) return isoOf(value);
  return tag === 100 && typeof value === "number" ? isoOf(value * 86_400)?.slice(0, 10) : value;
}

function isoOf(seconds: unknown): string | undefined {
  const at = fromNumericDate(seconds);
  return at === null ? undefined : new Date(at).toISOString();
}
