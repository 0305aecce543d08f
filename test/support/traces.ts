/** Looks for a secret in bytes, in every form in which a program might have written it down. */
import { createHash } from "node:crypto";

/** Names of the forms of `secret` that occur somewhere in `haystacks`. */
export function traces(secret: string, haystacks: readonly Buffer[]): string[] {
  const raw = Buffer.from(secret, "utf8");
  const forms: [name: string, needle: Buffer][] = [
    ["utf8", raw],
    ["utf16", Buffer.from(secret, "utf16le")],
    ["hex", Buffer.from(raw.toString("hex"))],
    ["HEX", Buffer.from(raw.toString("hex").toUpperCase())],
    ["reversed", Buffer.from(raw).reverse()],
    ["sha256", createHash("sha256").update(raw).digest()],
    ["sha256 hex", Buffer.from(createHash("sha256").update(raw).digest("hex"))],
    ["sha1 hex", Buffer.from(createHash("sha1").update(raw).digest("hex"))],
    ["md5 hex", Buffer.from(createHash("md5").update(raw).digest("hex"))],
    ["url", Buffer.from(encodeURIComponent(secret))],
  ];
  // Inside a longer text, base64 begins at one of three places; the ends that depend on the neighbours are cut off.
  for (const shift of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(shift), raw]).toString("base64url");
    const inner = text.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + raw.length) * 8) / 6));
    forms.push(
      [`base64 at ${shift}`, Buffer.from(inner.replaceAll("-", "+").replaceAll("_", "/"))],
      [`base64url at ${shift}`, Buffer.from(inner)],
    );
  }
  return forms.filter(([, needle]) => haystacks.some((bytes) => bytes.includes(needle))).map(([name]) => name);
}
