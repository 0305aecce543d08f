/**
 * The files that a technician brings to a lane: what each is, before it is taken, and where it goes. Of a private key
 * nothing is ever told but its kind and the fingerprint of its public half.
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, type X509Certificate } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { KeyFileItem, KeyFileKind } from "../core/panel.ts";
import { KeyError, keyIdOf, readTrustedKeys } from "../pass/keys.ts";
import { KeyFileFault, readDayKeys, readDistrictKey, readOrderKeys, readSiteKey } from "../protocol/key-files.ts";
import { certificatesOf } from "./certificates.ts";

/** Longest file that is taken, in characters. */
export const LONGEST_KEY_FILE = 16_384;
/** Earlier files of a kind that stay, so that an earlier configuration can be returned to. */
const KEPT = 8;

/** The setting that names the file of each kind. */
export const keyFileFields: Readonly<Record<KeyFileKind, string>> = {
  ca: "broker.ca",
  certificate: "broker.certificate",
  key: "broker.key",
  "district-key": "broker.districtKey",
  "order-keys": "broker.orderKeys",
  roots: "trust.roots",
  "day-keys": "broker.pseudonymKeys",
  "site-key": "replay.siteKey",
  "web-certificate": "web.certificate",
  "web-key": "web.key",
};

const pemKinds: readonly KeyFileKind[] = ["ca", "certificate", "key", "web-certificate", "web-key"];

export type KeyFileLook =
  | { readonly ok: true; readonly items: readonly KeyFileItem[] }
  | { readonly ok: false; readonly code: "GL-4114" | "GL-4116" | "GL-4117"; readonly why: string };

/** What a file is, judged by the same readers that the lane itself uses. */
export function lookAtKeyFile(kind: KeyFileKind, text: string): KeyFileLook {
  const isPrivate = /-----BEGIN [A-Z ]*PRIVATE KEY-----|"d"\s*:/.test(text);
  if (isPrivate && kind !== "key" && kind !== "web-key") return { ok: false, code: "GL-4116", why: privateHalf(kind) };
  try {
    return { ok: true, items: readers[kind](text) };
  } catch (error) {
    const said = error instanceof KeyFileFault || error instanceof KeyError;
    return {
      ok: false,
      code: pemKinds.includes(kind) ? "GL-4114" : "GL-4117",
      why: said ? error.message.replace(/^GL-\d{4}: /, "") : `this is no ${wanted[kind]}`,
    };
  }
}

const aCertificate = "certificate in PEM form (text that begins with -----BEGIN CERTIFICATE-----)";
const aKey = "private key in PEM form without a passphrase (text that begins with -----BEGIN)";
const wanted: Readonly<Record<KeyFileKind, string>> = {
  ca: `CA ${aCertificate}`,
  certificate: aCertificate,
  key: aKey,
  "district-key": "public key of the district",
  "order-keys": "list of keys of orders",
  roots: "certificate or public key (PEM, JWK or JWKS)",
  "day-keys": "list of keys of the day",
  "site-key": "site key",
  "web-certificate": aCertificate,
  "web-key": aKey,
};

const privateHalf = (kind: KeyFileKind): string =>
  kind === "ca" || kind === "certificate" || kind === "web-certificate"
    ? "the file holds a private key as well: give the certificate alone here, and the lane's own key as the private key"
    : "the file holds a private key: it stays with whoever made it; ask for the public one, and tell them";

const readers: Readonly<Record<KeyFileKind, (text: string) => readonly KeyFileItem[]>> = {
  ca: (text) =>
    certificatesOf(text).map((one) => {
      if (one.ca) return certificateItem(one);
      throw new KeyFileFault("this certificate is no authority: install the CA certificate that the district gave you");
    }),
  certificate: (text) => certificatesOf(text).map(certificateItem),
  "web-certificate": (text) => certificatesOf(text).map(certificateItem),
  key: (text) => [keyItem("", createPublicKey(createPrivateKey(text)), null)],
  "web-key": (text) => [keyItem("", createPublicKey(createPrivateKey(text)), null)],
  "district-key": (text) => {
    const jwk = readDistrictKey(text);
    return [keyItem(jwk.kid ?? "", createPublicKey({ key: jwk, format: "jwk" }), null)];
  },
  "order-keys": (text) =>
    readOrderKeys(text).map(({ kid, jwk, role }) => keyItem(kid, createPublicKey({ key: jwk, format: "jwk" }), role)),
  roots: (text) =>
    readTrustedKeys(Buffer.from(text)).map(({ object, issuer, notAfter }) => ({
      ...keyItem(issuer ?? "", object, null),
      until: notAfter === null ? null : new Date(notAfter).toISOString().slice(0, 10),
    })),
  "day-keys": (text) => {
    const keys = readDayKeys(text);
    const last = [...keys.keys()].sort().at(-1) ?? null;
    return [{ ...secretItem(Buffer.concat([...keys.values()])), type: `secret 256 × ${keys.size}`, until: last }];
  },
  "site-key": (text) => [secretItem(readSiteKey(text))],
};

/** Of a secret the digest alone, so that two lanes can be seen to have the same one. */
const secretItem = (secret: Uint8Array): KeyFileItem => ({
  name: "",
  role: null,
  until: null,
  type: `secret ${secret.length * 8}`,
  fingerprint: keyIdOf(Buffer.concat([Buffer.from("greenlane secret\0"), secret])),
});

function certificateItem(certificate: X509Certificate): KeyFileItem {
  return {
    ...keyItem(/^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? "", certificate.publicKey, null),
    until: new Date(certificate.validTo).toISOString().slice(0, 10),
    fingerprint: keyIdOf(certificate.raw),
  };
}

/** Fingerprints are the product's key ids: the first 8 bytes of SHA-256 over the DER. */
function keyItem(name: string, object: KeyObject, role: string | null): KeyFileItem {
  const { namedCurve, modulusLength } = object.asymmetricKeyDetails ?? {};
  return {
    name: name.replace(/[^\p{L}\p{N} .,:_@/-]/gu, "?").slice(0, 80),
    type: [object.asymmetricKeyType, namedCurve ?? modulusLength].filter((part) => part !== undefined).join(" "),
    role,
    until: null,
    fingerprint: keyIdOf(object.export({ type: "spki", format: "der" })),
  };
}

/**
 * Puts a file that was looked at away, for the lane alone, and gives its path. The name holds the kind and the file's own
 * digest: a new file never overwrites the one in use, so that a configuration which does not prove itself finds its
 * own again. `used` are paths that stay whatever their age.
 */
export function keepKeyFile(directory: string, kind: KeyFileKind, text: string, used: readonly string[]): string {
  const folder = join(directory, "tls");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${kind}-${createHash("sha256").update(text).digest("hex").slice(0, 16)}`);
  writeFileAtomic.sync(path, text, { mode: 0o600, fsync: true });
  const age = (name: string): number => statSync(join(folder, name)).mtimeMs;
  const earlier = readdirSync(folder)
    .filter((name) => name.slice(0, -17) === kind && name !== basename(path) && !used.includes(join(folder, name)))
    .sort((a, b) => age(b) - age(a));
  for (const name of earlier.slice(KEPT)) rmSync(join(folder, name), { force: true });
  return path;
}
