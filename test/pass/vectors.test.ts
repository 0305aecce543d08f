/** Published vectors of the standards that the codec rests on. */
import { createPublicKey } from "node:crypto";
import { sm2, sm3 } from "sm-crypto-v2";
import { describe, expect, it } from "vitest";
import { verifySignature } from "../../src/pass/algorithms.ts";
import { decodeCbor, Tagged } from "../../src/pass/cbor.ts";
import { readSign1 } from "../../src/pass/cose.ts";
import { signSm2, verifySm2 } from "../../src/pass/sm2.ts";

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s/g, ""), "hex"));
const base64url = (text: string): string => Buffer.from(hex(text)).toString("base64url");

describe("COSE and CWT", () => {
  // RFC 8392, appendix A.2.3.
  const key = createPublicKey({
    format: "jwk",
    key: {
      kty: "EC",
      crv: "P-256",
      x: base64url("143329cce7868e416927599cf65a34f3ce2ffda55a7eca69ed8919a394d42f0f"),
      y: base64url("60f7f1a780d8a783bfb7a2dd6b2796e8128dbbcef9d3d168db9529971a36e7b9"),
    },
  });
  // RFC 8392, appendix A.3.
  const signedCwt = hex(`d28443a10126a104524173796d6d657472696345434453413235365850a701756
    36f61703a2f2f61732e6578616d706c652e636f6d02656572696b77037818636f
    61703a2f2f6c696768742e6578616d706c652e636f6d041a5612aeb0051a5610d
    9f0061a5610d9f007420b7158405427c1ff28d23fbad1f29c4c7c6a555e601d6fa
    29f9179bc3d7438bacaca5acd08c8d4d4f96131680c429a01f85951ecee743a5
    2b9b63632c57209120e1c9e30`);

  it("reads and verifies the signed CWT of RFC 8392, A.3", () => {
    const cose = readSign1(decodeCbor(signedCwt, "own")?.value, "own");
    expect(cose?.alg).toBe(-7);
    expect(Buffer.from(cose?.kid ?? "", "hex").toString()).toBe("AsymmetricECDSA256");
    const half = { alg: "ES256", object: key, point: null } as const;
    expect(verifySignature(half, cose?.signed ?? hex(""), cose?.signature ?? hex(""))).toBe(true);
    const claims = decodeCbor(cose?.payload ?? hex(""), "own")?.value as Map<number, unknown>;
    expect([...claims.entries()]).toEqual([
      [1, "coap://as.example.com"],
      [2, "erikw"],
      [3, "coap://light.example.com"],
      [4, 1_444_064_944],
      [5, 1_443_944_944],
      [6, 1_443_944_944],
      [7, hex("0b71")],
    ]);
  });

  it("does not verify the same CWT once a byte of payload or signature is another", () => {
    const cose = readSign1(decodeCbor(signedCwt, "own")?.value, "own");
    const half = { alg: "ES256", object: key, point: null } as const;
    const signed = cose?.signed.slice() ?? hex("");
    signed[signed.length - 1] = (signed.at(-1) ?? 0) ^ 1;
    expect(verifySignature(half, signed, cose?.signature ?? hex(""))).toBe(false);
  });

  it("builds the Sig_structure of RFC 9052, section 4.4, byte by byte", () => {
    const item = [hex("a10126"), new Map(), hex("546869732069732074686520636f6e74656e742e"), hex("00")];
    const cose = readSign1(new Tagged(18, item), "own");
    expect(Buffer.from(cose?.signed ?? hex("")).toString("hex")).toBe(
      "846a5369676e61747572653143a101264054546869732069732074686520636f6e74656e742e",
    );
  });

  // cose-wg/Examples sign1-tests/sign-pass-01.json: key "11" of RFC 9052, appendix C.7; its protected header is empty.
  it("takes an empty protected header and leaves the algorithm unknown, as one nobody vouches for", () => {
    const cose = readSign1(
      decodeCbor(hex("d28440a201260442313154546869732069732074686520636f6e74656e742e4100"), "any")?.value,
      "any",
    );
    expect(cose?.alg).toBeNull();
    expect(cose?.looseAlg).toBe(-7);
    expect(cose?.kid).toBe("3131");
    expect(
      Buffer.from(cose?.signed ?? hex(""))
        .toString("hex")
        .startsWith("846a5369676e6174757265314040"),
    ).toBe(true);
  });

  it.each([
    ["three parts", [hex("a10126"), new Map(), hex("00")]],
    ["a detached payload", [hex("a10126"), new Map(), null, hex("00")]],
    ["a critical header", [hex("a201260281182a"), new Map(), hex("00"), hex("00")]],
    ["a protected header that is no map", [hex("8101"), new Map(), hex("00"), hex("00")]],
    ["the tags the wrong way round", new Tagged(18, new Tagged(61, [hex(""), new Map(), hex("00"), hex("00")]))],
    ["tag 18 twice", new Tagged(18, new Tagged(18, [hex(""), new Map(), hex("00"), hex("00")]))],
  ])("is no COSE_Sign1 with %s", (_, item) => {
    expect(readSign1(item, "any")).toBeNull();
  });
});

describe("CBOR (RFC 8949)", () => {
  // Appendix A.
  it.each([
    ["1903e8", 1000],
    ["3903e7", -1000],
    ["fb3ff199999999999a", 1.1],
    ["6449455446", "IETF"],
    ["83010203", [1, 2, 3]],
    ["f6", null],
    ["9f018202039f0405ffff", [1, [2, 3], [4, 5]]],
  ])("decodes %s", (bytes, value) => {
    expect(decodeCbor(hex(bytes), "any")?.value).toEqual(value);
  });

  // Appendix F, and what two readers could read differently.
  it.each([
    ["a2010101 02", "a repeated key"],
    ["a2011801 02", "a repeated key in a longer form"],
    ["bf01020102ff", "a repeated key in an indefinite map"],
    ["0000", "a byte left over"],
    ["18", "the head cut short"],
    ["1c", "a reserved length"],
    ["61", "a text cut short"],
    ["8101 01", "an item left over"],
    ["82 01", "an array cut short"],
    ["a1 01", "a map without its value"],
    ["bf01ff", "a break in place of a value"],
    ["ff", "a break alone"],
    ["81ff", "a break in an array with a length"],
    ["c0ff", "a break behind a tag"],
    ["7f6161ff", "a text in chunks"],
    ["5f6161ff", "a text chunk in a byte string"],
    ["5f5f4100ffff", "an indefinite chunk"],
    ["1f", "an indefinite integer"],
    ["f800", "a simple value in the longer form"],
    ["9bffffffffffffffff", "an array longer than the text"],
    ["5bffffffffffffffff00", "a string longer than the text"],
    ["a14100 01", "a byte string for a key"],
    ["a1f401", "a truth for a key"],
    ["62c328", "a text that is no UTF-8"],
    ["d81000", "a tag nobody knows"],
    [`${"81".repeat(20)}00`, "twenty levels"],
    ["9f".repeat(5000), "five thousand levels, none closed"],
  ])("refuses %s: %s", (bytes) => {
    expect(decodeCbor(hex(bytes), "any")).toBeNull();
  });

  it.each([
    ["1801", "a number in a longer form"],
    ["9f01ff", "an indefinite array"],
    ["bf0102ff", "an indefinite map"],
  ])("takes %s from others and not from our own issuers: %s", (bytes) => {
    expect(decodeCbor(hex(bytes), "any")).not.toBeNull();
    expect(decodeCbor(hex(bytes), "own")).toBeNull();
  });
});

describe("SM2 and SM3", () => {
  // GB/T 32905-2016, appendix A.
  it.each([
    ["abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"],
    ["abcd".repeat(16), "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"],
  ])("SM3 of %j", (text, digest) => {
    expect(sm3(Buffer.from(text))).toBe(digest);
  });

  // GB/T 32918.5-2017, appendix A.2: the recommended curve, user id 1234567812345678, message "message digest".
  const point =
    "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
  const scalar = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
  const message = Buffer.from("message digest");
  const signature = hex(
    "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
  );

  const spki = Buffer.concat([hex("3059301306072a8648ce3d020106082a811ccf5501822d034200"), hex(point)]);
  const key = { object: createPublicKey({ key: spki, format: "der", type: "spki" }), point };

  it("verifies the signature of GB/T 32918.5, A.2", () => {
    expect(verifySm2(message, signature, key)).toBe(true);
  });

  it("agrees with another implementation on good and broken signatures alike, short integers among them", () => {
    for (let i = 0; i < 300; i++) {
      const data = Buffer.from(`message ${i}`);
      const made = signSm2(data, scalar, point);
      expect(verifySm2(data, made, key)).toBe(true);
      made[i % 64] = (made[i % 64] ?? 0) ^ (1 << (i % 8));
      const other = sm2.doVerifySignature(data, Buffer.from(made).toString("hex"), point, {
        hash: true,
        userId: "1234567812345678",
      });
      if (i % 20 === 0) expect(verifySm2(data, made, key)).toBe(other);
      else expect(verifySm2(data, made, key)).toBe(false);
    }
  });

  it("derives the standard's public key and signs what verifies", () => {
    expect(sm2.getPublicKeyFromPrivateKey(scalar)).toBe(point);
    expect(verifySm2(message, signSm2(message, scalar, point), key)).toBe(true);
  });

  it("fails with the empty user id that OpenSSL takes, another message, another length", () => {
    expect(verifySm2(message, signature, key, "")).toBe(false);
    expect(verifySm2(Buffer.from("message digesu"), signature, key)).toBe(false);
    expect(verifySm2(message, signature.subarray(1), key)).toBe(false);
    expect(verifySm2(message, new Uint8Array(64), key)).toBe(false);
  });
});
