/** X.509 certificates for tests, made anew each time with `node:crypto` alone: no tool is needed and no key is ever written down. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

export interface Identity {
  readonly certificate: string;
  readonly key: string;
}
/** A name that a certificate is for: a DNS name, or an address byte for byte. */
export type AltName = string | Uint8Array;
export interface Authority extends Identity {
  /** A certificate of this authority, for a server on `localhost` or a client; `usages`: its extended key usages, dotted. */
  issue(name: string, usages?: readonly string[] | null, names?: readonly AltName[]): Identity;
}

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const { length } = body;
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Uint8Array.of(tag, ...head), body]);
};
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, "hex"));
const utc = (at: Date): Buffer =>
  der(0x17, Buffer.from(`${at.toISOString().replace(/[-:T]/g, "").slice(2, 14)}Z`, "ascii"));
const nameOf = (text: string): Buffer =>
  sequence(der(0x31, sequence(oid("550403"), der(0x0c, Buffer.from(text, "utf8")))));
/** X.690, section 8.19: the first two numbers share a byte, the others are written to the base 128. */
function dotted(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((number) => {
    const digits = [number & 127];
    for (let left = number >> 7; left > 0; left >>= 7) digits.unshift((left & 127) | 128);
    return digits;
  });
  return der(0x06, Uint8Array.from(bytes));
}
/** RFC 5280, section 4.2.1.6: dNSName or iPAddress. */
const altName = (name: AltName): Buffer =>
  typeof name === "string" ? der(0x82, Buffer.from(name, "ascii")) : der(0x87, name);
const ecdsaWithSha256 = sequence(oid("2a8648ce3d040302"));

function certificate(
  subject: string,
  issuer: string,
  key: KeyObject,
  signer: KeyObject,
  authority: boolean,
  days: number,
  usages: readonly string[] | null = null,
  names: readonly AltName[] = ["localhost"],
): string {
  const day = 86_400_000;
  const extensions = [
    ...(authority
      ? [sequence(oid("551d13"), der(0x01, Uint8Array.of(0xff)), der(0x04, sequence(der(0x01, Uint8Array.of(0xff)))))]
      : [sequence(oid("551d11"), der(0x04, sequence(...names.map(altName))))]),
    ...(usages === null ? [] : [sequence(oid("551d25"), der(0x04, sequence(...usages.map(dotted))))]),
  ];
  const toSign = sequence(
    der(0xa0, der(0x02, Uint8Array.of(2))),
    der(0x02, Buffer.concat([Uint8Array.of(0x01), randomBytes(15)])),
    ecdsaWithSha256,
    nameOf(issuer),
    sequence(utc(new Date(Date.now() - day)), utc(new Date(Date.now() + days * day))),
    nameOf(subject),
    key.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = der(0x03, Uint8Array.of(0), sign("sha256", toSign, signer));
  const base64 = sequence(toSign, ecdsaWithSha256, signature).toString("base64");
  return `-----BEGIN CERTIFICATE-----\n${base64.match(/.{1,64}/g)?.join("\n")}\n-----END CERTIFICATE-----\n`;
}

const pem = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" }).toString();

/** Good for `days` from now, and so is what it issues. */
export function createAuthority(name: string, days = 1): Authority {
  const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    certificate: certificate(name, name, own.publicKey, own.privateKey, true, days),
    key: pem(own.privateKey),
    issue(subject, usages = null, names = ["localhost"]) {
      const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
      return {
        certificate: certificate(subject, name, pair.publicKey, own.privateKey, false, days, usages, names),
        key: pem(pair.privateKey),
      };
    },
  };
}
