/** Walks the schema: its fields by path, and values through it. Used by checks, form, printer and command line. */
import type { TSchema } from "typebox";
import { instantFromIso } from "../core/units.ts";
import type { Annotations } from "./fields.ts";
import { readQuantity } from "./quantity.ts";

/** A schema node with the keywords that we use. */
export interface Node extends TSchema, Annotations {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly enum?: readonly string[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}

export interface Field {
  readonly path: string;
  readonly node: Node;
}

/** The schema without its `or null`. */
export function plain(node: Node): Node {
  return node.anyOf?.find((branch) => branch.type !== "null") ?? node;
}
export const nullable = (node: Node): boolean => node.anyOf?.some((branch) => branch.type === "null") === true;

/** Every leaf of the schema in file order. A list and a nullable group count as one leaf: they are written whole. */
export function fieldsOf(schema: TSchema, path = ""): Field[] {
  const node = schema as Node;
  if (node.properties === undefined) return [{ path, node }];
  return Object.entries(node.properties).flatMap(([key, child]) =>
    fieldsOf(child, path === "" ? key : `${path}.${key}`),
  );
}

/** The node at a path, through nullable groups and list indices; null where there is none. */
export function fieldAt(schema: TSchema, path: string): Node | null {
  let node = schema as Node;
  for (const key of path === "" ? [] : path.split(".")) {
    const inner = plain(node);
    const child =
      inner.properties !== undefined && Object.hasOwn(inner.properties, key)
        ? inner.properties[key]
        : /^\d+$/.test(key)
          ? inner.items
          : undefined;
    if (child === undefined) return null;
    node = child;
  }
  return node;
}

/** The value at a path of a file, or undefined. Own keys only. */
export function valueAt(value: unknown, path: string): unknown {
  let here = value;
  for (const key of path === "" ? [] : path.split(".")) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, key)) return undefined;
    here = (here as Record<string, unknown>)[key];
  }
  return here;
}

/** A copy of `file` with the value at `path` replaced, groups made on the way; `undefined` removes it. */
export function withValue(file: unknown, path: string, value: unknown): Record<string, unknown> {
  const [key = "", ...rest] = path.split(".");
  const copy: Record<string, unknown> = typeof file === "object" && file !== null ? { ...file } : {};
  if (rest.length > 0) copy[key] = withValue(copy[key], rest.join("."), value);
  else if (value === undefined) delete copy[key];
  else copy[key] = value;
  return copy;
}

/** A checked file value as the program wants it: quantities and times become numbers. */
export function decode(schema: TSchema, value: unknown): unknown {
  const node = plain(schema as Node);
  if (value === null || value === undefined) return value;
  if (node["x-quantity"] !== undefined) {
    const read = readQuantity(String(value), node["x-quantity"].dimension);
    if (!read.ok) throw new TypeError(`GL-1000: ${String(value)} was not checked before it was decoded`);
    return read.value;
  }
  if (node["x-kind"] === "instant") return instantFromIso(String(value));
  const items = node.items;
  if (Array.isArray(value)) return items === undefined ? value : value.map((item) => decode(items, item));
  if (typeof value === "object" && node.properties !== undefined) {
    const properties = node.properties;
    return Object.fromEntries(
      Object.entries(value).map(([key, child]) => {
        const childSchema = properties[key];
        return [key, childSchema === undefined ? child : decode(childSchema, child)];
      }),
    );
  }
  return value;
}
