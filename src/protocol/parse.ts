/** Bytes from a broker → a typed value, or a refusal that says where. Never throws, never reads more than the cap. */
import type { Static, TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { Envelope } from "./envelope.ts";
import { CentreState, CountReport, Receipt, Reported, Request, Result, Signed, State } from "./payloads.ts";

/** Largest payload, in bytes. Counted before anything is parsed. */
export const payloadCap = 8192;

export interface Refusal {
  /** `GL-4102` too big, `GL-4103` not JSON in UTF-8, `GL-4104` not what the schema says. */
  readonly code: "GL-4102" | "GL-4103" | "GL-4104";
  /** JSON pointer to the first field that is wrong; empty for the whole. */
  readonly path: string;
  readonly why: string;
}
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };
export type Parser<T> = (payload: Uint8Array) => Parsed<T>;

const decoder = new TextDecoder("utf-8", { fatal: true });

function refuse<T>(code: Refusal["code"], path: string, why: string): Parsed<T> {
  return { ok: false, refusal: { code, path, why } };
}

/** A parser for one schema. Compiles once; parsing itself allocates nothing but the value. */
export function parserOf<S extends TSchema>(schema: S): Parser<Static<S>> {
  const validator = Compile(schema);
  return (payload) => {
    if (payload.byteLength > payloadCap)
      return refuse("GL-4102", "", `${payload.byteLength} bytes; the cap is ${payloadCap}`);
    let value: unknown;
    try {
      value = JSON.parse(decoder.decode(payload));
    } catch {
      return refuse("GL-4103", "", "not JSON in UTF-8");
    }
    if (validator.Check(value)) return { ok: true, value };
    const errors = validator.Errors(value);
    const deepest = errors.reduce(
      (best, error) => (error.instancePath.length > best.instancePath.length ? error : best),
      errors[0] ?? nothing,
    );
    return refuse("GL-4104", deepest.instancePath, deepest.message);
  };
}
const nothing = { instancePath: "", message: "not what the schema says" };

export const parseState = parserOf(State);
export const parseCentreState = parserOf(CentreState);
export const parseEnvelope = parserOf(Envelope);
export const parseReceipt = parserOf(Receipt);
export const parseRequest = parserOf(Request);
export const parseCount = parserOf(CountReport);
export const parseResult = parserOf(Result);
export const parseReported = parserOf(Reported);
export const parseSigned = parserOf(Signed);

/** Thrown where the program itself would send something over the cap: a fault of ours, not of the other side. */
export class PayloadError extends Error {
  readonly code = "GL-4102";
  constructor(bytes: number) {
    super(`GL-4102: a payload of ${bytes} bytes; the cap is ${payloadCap}`);
    this.name = "PayloadError";
  }
}

/** A value as it goes on the wire. @throws PayloadError above the cap. */
export function encode(
  value: State | CentreState | Envelope | Receipt | Request | CountReport | Result | Reported | Signed,
): Buffer {
  const bytes = Buffer.from(JSON.stringify(value), "utf8");
  if (bytes.byteLength > payloadCap) throw new PayloadError(bytes.byteLength);
  return bytes;
}
