import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { minutes } from "../src/core/units.ts";
import { webOf } from "../src/main-web.ts";
import { createAuthority } from "./support/certificates.ts";
import { MemoryLogger } from "./support/quiet.ts";

const authority = createAuthority("Site CA");
const ours = authority.issue("localhost");
const other = authority.issue("localhost");
const folder = mkdtempSync(join(tmpdir(), "pages-tls-"));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const web = {
  host: "192.0.2.7",
  port: 8080,
  tlsPort: 8443,
  certificate: file("cert.pem", ours.certificate),
  key: file("key.pem", ours.key),
  idleSignOut: minutes(15),
};

/** The doors, and the codes of what the log says. */
function doorsOf(changes: Partial<typeof web>) {
  const logger = new MemoryLogger();
  const doors = webOf({ web: { ...web, ...changes } }, logger);
  return { ...doors, codes: logger.lines.flatMap((line) => line.match(/GL-\d{4}/g) ?? []) };
}

describe("the doors of the pages", () => {
  it("are the board's own and, with certificate and key, one on the network", () => {
    const { port, network, codes } = doorsOf({});
    expect(port).toBe(8080);
    expect(network).toEqual({
      host: "192.0.2.7",
      port: 8443,
      tls: { cert: ours.certificate, key: ours.key },
    });
    expect(codes).toEqual([]);
  });

  it("answer to the names and addresses of the certificate, as a browser writes them, never to a wildcard", () => {
    const names = [
      "Gate-3.example.cn",
      "*.example.cn",
      Uint8Array.of(192, 0, 2, 7),
      Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7),
    ];
    const named = authority.issue("gate", null, names);
    const known = doorsOf({
      certificate: file("named.pem", named.certificate),
      key: file("named-key.pem", named.key),
    }).names;
    expect(known?.()).toEqual(expect.arrayContaining(["gate-3.example.cn", "192.0.2.7", "[2001:db8::7]"]));
    expect(known?.().join()).not.toContain("*");
  });

  it("are the board's own alone where nothing else was asked for", () => {
    expect(doorsOf({ host: "127.0.0.1" })).toEqual({ port: 8080, codes: [] });
  });

  it.each([
    ["a key of another set", { key: file("other.pem", other.key) }],
    ["a file that is no key", { key: file("junk.pem", "nothing") }],
    ["a certificate that is gone", { certificate: join(folder, "gone.pem") }],
  ])("are the board's own alone with %s, and the log says why", (_what, changes) => {
    expect(doorsOf(changes)).toEqual({ port: 8080, codes: ["GL-1104"] });
  });
});
