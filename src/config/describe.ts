/** The schema as others read it: `config/lane.schema.json` for editors, and a flat list of fields for form and shell. */
import type { Words } from "./fields.ts";
import { laneSchema } from "./schema.ts";
import { type Field, fieldsOf, plain } from "./walk.ts";

/** The text of `config/lane.schema.json`, as `greenlane config schema` prints it. */
export function schemaText(): string {
  return `${JSON.stringify({ $schema: "https://json-schema.org/draft/2020-12/schema", ...laneSchema }, null, 2)}\n`;
}

/** Every field that a file can set, in file order. */
export const laneFields = (): Field[] => fieldsOf(laneSchema);

/** Words of a field for people. */
export function wordsOf(field: Field): Words {
  const { node } = field;
  const inner = plain(node);
  return {
    zh: node["x-zh"]?.title ?? inner["x-zh"]?.title ?? field.path,
    en: node.title ?? inner.title ?? field.path,
    aboutZh: node["x-zh"]?.description ?? "",
    about: node.description ?? inner.description ?? "",
  };
}

/** Whether a changed value counts only after a restart. */
export const needsRestart = (field: Field): boolean =>
  field.node["x-restart"] === true || plain(field.node)["x-restart"] === true;
