import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { asyncApiDocument, messageSchemas } from "../../src/protocol/asyncapi.ts";
import { examples, signedClaims } from "../../src/protocol/examples.ts";
import { SignatureCheck } from "../../src/protocol/orders.ts";
import { orderKinds } from "../../src/protocol/topics.ts";
import { uuidV7 } from "../../src/protocol/uuid.ts";

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../config/${name}`, import.meta.url), "utf8"));
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("the documents in config/", () => {
  it("say what the code says (run `npm run protocol` after a change)", () => {
    expect(read("asyncapi.json")).toEqual(plain(asyncApiDocument()));
    for (const [name, schema] of Object.entries(messageSchemas))
      expect(read(`messages/${name}.schema.json`)).toMatchObject(plain(schema) as object);
  });

  it("are a valid AsyncAPI 3 document", async () => {
    const { diagnostics, document } = await new Parser().parse(JSON.stringify(read("asyncapi.json")));
    expect(diagnostics.filter(({ severity }) => severity === 0)).toEqual([]);
    expect(document?.version()).toBe("3.0.0");
    expect(document?.allChannels().all()).toHaveLength(10 + orderKinds.length);
  });

  it("give an example of each message that its schema accepts, and signed ones that verify with the key of RFC 8037", async () => {
    const document = plain(asyncApiDocument()) as {
      components: { messages: Record<string, { payload: { $ref: string }; examples?: { payload: unknown }[] }> };
    };
    const ajv = new Ajv({ strict: false });
    const shown = Object.entries(document.components.messages).filter(([, message]) => message.examples !== undefined);
    expect(shown).toHaveLength(11);
    for (const [name, message] of shown) {
      const check = ajv.compile(messageSchemas[message.payload.$ref.split("/").at(-1) ?? ""] as object);
      for (const { payload } of message.examples ?? []) expect(check(payload), name).toBe(true);
    }
    const jwk = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" };
    const check = new SignatureCheck([
      { kid: "op-1", jwk, role: "operator" },
      { kid: "conf-1", jwk, role: "configuration" },
    ]);
    const bytes = (name: string): Buffer => Buffer.from(JSON.stringify(examples[name]?.[0]));
    expect(await check.order(bytes("command-lockdown"))).toMatchObject({ ok: true, claims: signedClaims.order });
    expect(await check.desired(bytes("desired"))).toMatchObject({ ok: true, claims: signedClaims.desired });
  });

  it("judge a payload as the program does, with an outside validator", () => {
    const ajv = new Ajv({ strict: false });
    const receipt = ajv.compile(read("messages/receipt.schema.json") as object);
    expect(receipt({ epoch: uuidV7(1), upTo: 3, have: [[5, 6]] })).toBe(true);
    expect(receipt({ epoch: uuidV7(1), upTo: 3, have: [[5]] })).toBe(false);
    for (const name of Object.keys(messageSchemas))
      expect(() => ajv.compile(read(`messages/${name}.schema.json`) as object), name).not.toThrow();
  });
});
