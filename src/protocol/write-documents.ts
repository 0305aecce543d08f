/** `npm run protocol`: writes the AsyncAPI document and the JSON Schemas into `config/`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { asyncApiDocument, messageSchemas } from "./asyncapi.ts";

const config = new URL("../../config/", import.meta.url);
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

mkdirSync(new URL("messages/", config), { recursive: true });
writeFileSync(new URL("asyncapi.json", config), json(asyncApiDocument()));
for (const [name, schema] of Object.entries(messageSchemas)) {
  const document = { $schema: "http://json-schema.org/draft-07/schema#", title: name, ...schema };
  writeFileSync(new URL(`messages/${name}.schema.json`, config), json(document));
}
