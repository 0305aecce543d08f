/** Builders of single configuration fields: each carries its words, its unit, its limits and whether it needs a restart. */
import Type, { type TSchema, type TUnsafe } from "typebox";
import type { Celsius, Instant, Millis } from "../core/units.ts";
import { type Dimension, quantityPattern, readQuantity } from "./quantity.ts";

/** Words of a field. Chinese leads on the panel, English in files, messages and the schema. */
export interface Words {
  readonly zh: string;
  readonly en: string;
  readonly aboutZh: string;
  readonly about: string;
}

/** Shorthand used all over the schema files: title and description in both languages. */
export const say = (zh: string, en: string, aboutZh: string, about: string): Words => ({ zh, en, aboutZh, about });

/** What the schema says beyond JSON Schema's own keywords; the form, the checks and the printer read it. */
export interface Annotations {
  readonly title?: string;
  readonly description?: string;
  readonly "x-zh"?: { readonly title: string; readonly description: string };
  readonly "x-restart"?: boolean;
  readonly "x-quantity"?: QuantityRule;
  /** `instant`: ISO 8601 with a zone. `path`: a file or folder on the lane's own disk. */
  readonly "x-kind"?: "instant" | "path" | "url" | "hour" | "secret-path";
  /** Clause that fixes a limit, quoted when a value is refused. */
  readonly "x-clause"?: string;
}

export interface QuantityRule {
  readonly dimension: Dimension;
  /** In the unit of the program. */
  readonly min: number;
  readonly max: number;
  /** As a person reads them. */
  readonly from: string;
  readonly to: string;
}

interface Extra {
  /** The new value counts only after a restart of the lane. */
  readonly restart?: boolean;
  readonly clause?: string;
}

function annotate(words: Words, extra: Extra = {}): Annotations {
  return {
    title: words.en,
    description: words.about,
    "x-zh": { title: words.zh, description: words.aboutZh },
    ...(extra.restart === true ? { "x-restart": true } : {}),
    ...(extra.clause === undefined ? {} : { "x-clause": extra.clause }),
  };
}

interface QuantityLimits extends Extra {
  readonly default?: string;
  readonly min: string;
  readonly max: string;
}

function quantity<T extends number>(words: Words, dimension: Dimension, limits: QuantityLimits): TUnsafe<T> {
  const rule: QuantityRule = {
    dimension,
    min: limitOf(limits.min, dimension),
    max: limitOf(limits.max, dimension),
    from: limits.min,
    to: limits.max,
  };
  return Type.Unsafe<T>({
    type: "string",
    ...annotate(words, limits),
    pattern: quantityPattern(dimension),
    ...(limits.default === undefined ? {} : { default: limits.default }),
    "x-quantity": rule,
  });
}

function limitOf(text: string, dimension: Dimension): number {
  const read = readQuantity(text, dimension);
  if (!read.ok) throw new TypeError(`GL-1000: the schema's own limit ${text} is no ${dimension}`);
  return read.value;
}

export const duration = (words: Words, limits: QuantityLimits): TUnsafe<Millis> =>
  quantity<Millis>(words, "time", limits);
export const temperature = (words: Words, limits: QuantityLimits): TUnsafe<Celsius> =>
  quantity<Celsius>(words, "temperature", limits);
/** Percent, as a plain number 0 … 100 in the program. */
export const share = (words: Words, limits: QuantityLimits): TUnsafe<number> =>
  quantity<number>(words, "share", limits);
/** Millimetres in the program. */
export const length = (words: Words, limits: QuantityLimits): TUnsafe<number> =>
  quantity<number>(words, "length", limits);
/** Degrees in the program. */
export const angle = (words: Words, limits: QuantityLimits): TUnsafe<number> =>
  quantity<number>(words, "angle", limits);
/** Hertz in the program. */
export const frequency = (words: Words, limits: QuantityLimits): TUnsafe<number> =>
  quantity<number>(words, "frequency", limits);
/** Bytes in the program. */
export const size = (words: Words, limits: QuantityLimits): TUnsafe<number> => quantity<number>(words, "size", limits);

interface TextLimits extends Extra {
  readonly default?: string;
  readonly pattern?: string;
  readonly maxLength?: number;
}

/** One line of text without control characters, at most 200 characters. */
export const text = (words: Words, limits: TextLimits = {}): TUnsafe<string> =>
  Type.Unsafe<string>({
    type: "string",
    ...annotate(words, limits),
    // Control characters would reach screens, logs and printed sheets.
    pattern: limits.pattern ?? "^[^\\u0000-\\u001f\\u007f]*$",
    maxLength: limits.maxLength ?? 200,
    ...(limits.default === undefined ? {} : { default: limits.default }),
  });

/** An absolute path on the lane's disk. */
export const path = (
  words: Words,
  limits: Extra & { readonly default?: string; readonly secret?: boolean } = {},
): TUnsafe<string> =>
  Type.Unsafe<string>({
    type: "string",
    ...annotate(words, limits),
    pattern: "^/[^\\u0000-\\u001f\\u007f]*$",
    maxLength: 400,
    ...(limits.default === undefined ? {} : { default: limits.default }),
    "x-kind": limits.secret === true ? "secret-path" : "path",
  });

/** An address with one of the given schemes. User names and passwords in it are refused: they would end in logs. */
export const url = (
  words: Words,
  schemes: readonly string[],
  limits: Extra & { readonly default?: string } = {},
): TUnsafe<string> =>
  Type.Unsafe<string>({
    type: "string",
    ...annotate(words, limits),
    pattern: `^(${schemes.join("|")})://[^\\s@/]+(/[^\\s]*)?$`,
    maxLength: 400,
    ...(limits.default === undefined ? {} : { default: limits.default }),
    "x-kind": "url",
  });

/** A point in time, written with its zone; where `zone` is given, in that zone and no other. */
export const instantField = (words: Words, limits: Extra & { readonly zone?: "+08:00" } = {}): TUnsafe<Instant> =>
  Type.Unsafe<Instant>({
    type: "string",
    ...annotate(words, limits),
    pattern: `^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2})?${limits.zone === undefined ? "(Z|[+-]\\d{2}:\\d{2})" : limits.zone.replace("+", "\\+")}$`,
    "x-kind": "instant",
  });

/** A time of day, "07:00". Kept as text. */
export const hour = (words: Words): TUnsafe<string> =>
  Type.Unsafe<string>({ type: "string", ...annotate(words), pattern: "^([01]\\d|2[0-3]):[0-5]\\d$", "x-kind": "hour" });

export const whole = (
  words: Words,
  limits: Extra & { readonly default?: number; readonly min: number; readonly max: number },
): TUnsafe<number> =>
  Type.Unsafe<number>({
    type: "integer",
    ...annotate(words, limits),
    minimum: limits.min,
    maximum: limits.max,
    ...(limits.default === undefined ? {} : { default: limits.default }),
  });

export const factor = (
  words: Words,
  limits: Extra & { readonly default?: number; readonly min: number; readonly max: number },
): TUnsafe<number> =>
  Type.Unsafe<number>({
    type: "number",
    ...annotate(words, limits),
    minimum: limits.min,
    maximum: limits.max,
    ...(limits.default === undefined ? {} : { default: limits.default }),
  });

export const yesNo = (words: Words, fallback: boolean, extra: Extra = {}): TUnsafe<boolean> =>
  Type.Unsafe<boolean>({ type: "boolean", ...annotate(words, extra), default: fallback });

export const oneOf = <const T extends string>(
  words: Words,
  values: readonly T[],
  fallback?: NoInfer<T>,
  extra: Extra = {},
): TUnsafe<T> =>
  Type.Unsafe<T>({
    type: "string",
    ...annotate(words, extra),
    enum: [...values],
    ...(fallback === undefined ? {} : { default: fallback }),
  });

/** A field that may be left out or `null`; the program sees `null`. */
export const maybe = <S extends TSchema>(schema: S) =>
  Type.Union([schema, Type.Null()], { default: null, ...annotationsOf(schema) });

/** A group of fields. Unknown keys are refused; a group that is left out gets the defaults of its fields. */
export const group = <P extends Record<string, TSchema>>(words: Words, properties: P, extra: Extra = {}) =>
  Type.Object(properties, { ...annotate(words, extra), default: {}, additionalProperties: false });

/** A group that has no default: it must be written whole (used inside lists and `maybe`). */
export const record = <P extends Record<string, TSchema>>(words: Words, properties: P, extra: Extra = {}) =>
  Type.Object(properties, { ...annotate(words, extra), additionalProperties: false });

export const list = <S extends TSchema>(
  words: Words,
  items: S,
  limits: Extra & { readonly max: number; readonly default?: unknown[] },
) => Type.Array(items, { ...annotate(words, limits), maxItems: limits.max, default: limits.default ?? [] });

/** The annotations of a schema node, typed. */
export function annotationsOf(schema: TSchema): Annotations {
  const node = schema as TSchema & Annotations;
  const picked: Record<string, unknown> = {};
  for (const key of ["title", "description", "x-zh", "x-restart", "x-clause"] as const)
    if (node[key] !== undefined) picked[key] = node[key];
  return picked as Annotations;
}
