/** From TypeBox's errors to findings: one per place, with what was found, what is expected and what to write instead. */
import type { TSchema } from "typebox";
import { Errors } from "typebox/value";
import { codes, type Finding, nearest, show } from "./findings.ts";
import { meantQuantity, readQuantity } from "./quantity.ts";
import { fieldAt, fieldsOf, type Node, nullable, plain } from "./walk.ts";

/** Everything in which `value` differs from `schema`, limits of quantities included. Empty means usable. */
export function check(schema: TSchema, value: unknown): Finding[] {
  const findings = new Map<string, Finding>();
  for (const error of Errors(schema, value)) {
    const path = dotted(error.instancePath);
    if (error.keyword === "additionalProperties") {
      for (const key of (error.params as { additionalProperties: string[] }).additionalProperties)
        put(findings, unknownKey(schema, path, key));
    } else if (error.keyword === "required") {
      for (const key of (error.params as { requiredProperties: string[] }).requiredProperties)
        put(findings, missing(schema, path === "" ? key : `${path}.${key}`));
    } else if (error.keyword !== "boolean") put(findings, wrongValue(schema, path, at(value, path)));
  }
  for (const finding of quantityLimits(schema, value)) put(findings, finding);
  const all = [...findings.values()];
  // A nullable group fails as a whole as soon as one of its fields does; only the field is worth telling.
  const telling = all.filter((one) => !all.some((other) => other !== one && other.path.startsWith(`${one.path}.`)));
  return telling.sort((a, b) => a.path.localeCompare(b.path));
}

/** The first finding of a place says most; the rest repeat it (each branch of a nullable field fails on its own). */
function put(findings: Map<string, Finding>, finding: Finding): void {
  if (!findings.has(finding.path)) findings.set(finding.path, finding);
}

const dotted = (pointer: string): string =>
  pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"))
    .join(".");

function at(value: unknown, path: string): unknown {
  let here = value;
  for (const key of path === "" ? [] : path.split("."))
    here =
      typeof here === "object" && here !== null && Object.hasOwn(here, key)
        ? (here as Record<string, unknown>)[key]
        : undefined;
  return here;
}

function unknownKey(schema: TSchema, path: string, key: string): Finding {
  const parent = fieldAt(schema, path);
  const siblings = parent === null ? [] : Object.keys(plain(parent).properties ?? {});
  const full = path === "" ? key : `${path}.${key}`;
  const near = nearest(key, siblings);
  const elsewhere = fieldsOf(schema)
    .map((field) => field.path)
    .filter((candidate) => candidate.endsWith(`.${key}`));
  const shown = show(key).slice(1, -1);
  return {
    code: codes.unknownKey,
    path: path === "" ? shown : `${path}.${shown}`,
    found: "a key that is not known",
    expected:
      siblings.length === 0
        ? "no key here"
        : `one of ${siblings.slice(0, 12).join(", ")}${siblings.length > 12 ? ", …" : ""}`,
    suggestion:
      near !== null
        ? `did you mean ${near}?`
        : elsewhere[0] !== undefined && elsewhere[0] !== full
          ? `did you mean ${elsewhere[0]}?`
          : "remove it",
    clause: null,
  };
}

function missing(schema: TSchema, path: string): Finding {
  const field = fieldAt(schema, path);
  return {
    code: codes.missing,
    path,
    found: "nothing",
    expected: field === null ? "a value" : expectation(field),
    suggestion: field?.description === undefined ? null : `add it: ${field.description}`,
    clause: null,
  };
}

function wrongValue(schema: TSchema, path: string, found: unknown): Finding {
  const field = fieldAt(schema, path);
  if (field === null)
    return {
      code: codes.wrongType,
      path,
      found: show(found),
      expected: "something else",
      suggestion: null,
      clause: null,
    };
  const inner = plain(field);
  const rule = inner["x-quantity"];
  if (rule !== undefined) {
    const meant = meantQuantity(found, rule.dimension, rule.min, rule.max);
    return {
      code: codes.wrongUnit,
      path,
      found: show(found),
      expected: expectation(field),
      suggestion: meant === null ? null : `write ${show(meant)}`,
      clause: null,
    };
  }
  const outside = typeof found === "number" && (inner.type === "number" || inner.type === "integer");
  return {
    code: outside ? codes.outsideLimits : codes.wrongType,
    path,
    found: show(inner["x-kind"] === "url" ? withoutUser(found) : found),
    expected: expectation(field),
    suggestion: better(inner, found),
    clause: inner["x-clause"] ?? null,
  };
}

/** A password that stands in an address goes on no screen and into no log. */
const withoutUser = (found: unknown): unknown =>
  typeof found === "string" ? found.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, "$1…@") : found;

/** What would have been right, where the slip is plain. */
function better(field: Node, found: unknown): string | null {
  if (field.type === "string" && typeof found === "number") return `write ${show(String(found))}, with quotes`;
  if (field.type === "array" && field.items?.enum?.includes(String(found)) === true) return `write ${show([found])}`;
  if (field.type === "object" && typeof found === "string") {
    const [first = "", ...others] = Object.keys(field.properties ?? {});
    return `write {${show(first)}: ${show(found)}${others.length === 0 ? "" : ", …"}}`;
  }
  if (field.enum !== undefined && typeof found === "string") {
    const near = nearest(found, field.enum);
    return near === null ? null : `did you mean ${show(near)}?`;
  }
  if (field.type === "boolean" && typeof found === "string" && /^(yes|true|on|no|false|off)$/i.test(found))
    return `write ${/^(yes|true|on)$/i.test(found)} without quotes`;
  if (
    (field.type === "integer" || field.type === "number") &&
    typeof found === "string" &&
    /^-?\d+(\.\d+)?$/.test(found)
  )
    return `write ${found} without quotes`;
  if (typeof found === "string" && field.pattern === "^[a-z0-9-]{1,32}$") {
    const slug = found
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "")
      .slice(0, 32);
    return slug === "" ? null : `write ${show(slug)}`;
  }
  if (field["x-kind"] === "instant" && typeof found === "string") return zoned(field, found);
  if (field["x-kind"] === "url" && typeof found === "string") return betterUrl(field, found);
  return null;
}

function betterUrl(field: Node, found: string): string | null {
  if (found.includes("@")) return "leave out user name and password; use certificates";
  const [scheme] = schemesOf(field);
  return /^[a-z0-9.-]+(:\d+)?(\/\S*)?$/i.test(found) ? `write ${show(`${scheme}://${found}`)}` : null;
}

const schemesOf = (field: Node): readonly string[] => /\(([^)]+)\)/.exec(field.pattern ?? "")?.[1]?.split("|") ?? [];

/** The patterns of fields in words. */
const shapes: Readonly<Record<string, string>> = {
  "^[a-z0-9-]{1,32}$": "1 to 32 of a–z, 0–9 and hyphen",
  "^[a-z0-9-]{1,40}$": "1 to 40 of a–z, 0–9 and hyphen",
  "^[a-z0-9.-]{1,40}$": "1 to 40 of a–z, 0–9, dot and hyphen",
  "^[A-Za-z0-9._-]{1,40}$": "1 to 40 of letters, digits, dot, underscore and hyphen",
  "^[A-Za-z0-9._-]{1,64}$": "1 to 64 of letters, digits, dot, underscore and hyphen",
  "^[A-Za-z0-9:,._=-]{1,60}$": 'a sound card\'s name, as "default" or "plughw:1,0"',
  "^[0-9a-fA-F.:]{2,45}$": 'an IP address, as "10.1.2.3"',
  "^[0-9A-Z]{1,4}$": '1 to 4 digits or capital letters, as "03"',
  "^[0-9+ -]{3,20}$": 'a telephone number, as "0536-555-0100"',
};

function zoned(field: Node, found: string): string | null {
  const local = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?$/.exec(found);
  if (local !== null) return `write ${show(`${local[1]}T${local[2]}${local[3] ?? ""}+08:00`)}`;
  if (/^\d{4}-\d{2}-\d{2}$/.test(found)) return `write ${show(`${found}T00:00+08:00`)}`;
  const time = Date.parse(found);
  if (Number.isNaN(time) || field.pattern?.includes("08:00") !== true) return null;
  return `write ${show(`${new Date(time + 8 * 3_600_000).toISOString().slice(0, 16)}+08:00`)}`;
}

/** The expectation in words, from the schema. */
export function expectation(field: Node): string {
  const inner = plain(field);
  const orNull = nullable(field) ? ", or null" : "";
  const rule = inner["x-quantity"];
  if (rule !== undefined) return `a quantity from ${rule.from} to ${rule.to}, as "${rule.from}"${orNull}`;
  if (inner.enum !== undefined) return `one of ${inner.enum.map((value) => JSON.stringify(value)).join(", ")}${orNull}`;
  if (inner.const !== undefined) return JSON.stringify(inner.const);
  if (inner.type === "integer") return `a whole number from ${inner.minimum} to ${inner.maximum}${orNull}`;
  if (inner.type === "number") return `a number from ${inner.minimum} to ${inner.maximum}${orNull}`;
  if (inner.type === "boolean") return "true or false";
  if (inner.type === "object")
    return `an object with ${Object.keys(inner.properties ?? {})
      .slice(0, 6)
      .join(", ")}${orNull}`;
  if (inner.type === "array") return `a list of at most ${inner.maxItems}`;
  if (inner["x-kind"] === "instant") return `a time with its zone, as "2020-04-26T08:00+08:00"${orNull}`;
  if (inner["x-kind"] === "hour") return `a time of day, as "07:00"${orNull}`;
  if (inner["x-kind"] === "path" || inner["x-kind"] === "secret-path")
    return `an absolute path, as "/etc/greenlane/…"${orNull}`;
  if (inner["x-kind"] === "url")
    return `an address as ${schemesOf(inner)
      .map((scheme) => `${scheme}://…`)
      .join(" or ")}${orNull}`;
  const inWords = shapes[inner.pattern ?? ""];
  if (inWords !== undefined) return `${inWords}${orNull}`;
  if (inner.type === "string")
    return `a text of at most ${inner.maxLength ?? 200} characters${inner.pattern?.startsWith("^[^") === true ? " without control characters" : ` like ${inner.pattern}`}${orNull}`;
  return "another value";
}

function quantityLimits(schema: TSchema, value: unknown): Finding[] {
  const findings: Finding[] = [];
  for (const { path, field, found } of walkValues(schema, value)) {
    const rule = plain(field)["x-quantity"];
    if (rule === undefined || typeof found !== "string") continue;
    const read = readQuantity(found, rule.dimension);
    if (!read.ok || (read.value >= rule.min && read.value <= rule.max)) continue;
    const clause = plain(field)["x-clause"] ?? null;
    findings.push({
      code: clause === "P4" ? codes.addedCondition : codes.outsideLimits,
      path,
      found: show(found),
      expected: `${rule.from} to ${rule.to}`,
      suggestion:
        clause === "P4" && read.value < rule.min
          ? `a lower limit would be an added condition for green holders; write "${rule.from}" or leave it out`
          : `write ${show(read.value < rule.min ? rule.from : rule.to)}`,
      clause,
    });
  }
  return findings;
}

function* walkValues(
  schema: TSchema,
  value: unknown,
  path = "",
): Generator<{ path: string; field: Node; found: unknown }> {
  const node = plain(schema as Node);
  if (node.type === "array" && Array.isArray(value) && node.items !== undefined) {
    for (const [index, item] of value.entries()) yield* walkValues(node.items, item, `${path}.${index}`);
  } else if (node.properties !== undefined && typeof value === "object" && value !== null) {
    for (const [key, child] of Object.entries(node.properties))
      yield* walkValues(child, (value as Record<string, unknown>)[key], path === "" ? key : `${path}.${key}`);
  } else yield { path, field: schema as Node, found: value };
}
