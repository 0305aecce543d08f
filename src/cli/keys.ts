/** `greenlane keys`: an issuer's key pairs and signed trust lists, for pilots and tests. */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import writeFileAtomic from "write-file-atomic";
import { instant } from "../core/units.ts";
import { type Algorithm, algorithms } from "../pass/algorithms.ts";
import { createSigningKey, type Purpose, privatePem, publicPem, purposes, readSigningKey } from "../pass/keys.ts";
import { openDocument } from "../pass/signed-document.ts";
import { readTrustFile } from "../pass/trust-file.ts";
import { openTrustList, signTrustList, TRUST_LIST_TYPE, type TrustEntry, type TrustList } from "../pass/trust-list.ts";
import { printJson, UsageError } from "./output.ts";

const collect = (value: string, sofar: readonly string[]): readonly string[] => [...sofar, value];

export function register(program: Command): void {
  const keys = program.command("keys").description("Makes and shows keys of issuers, and signs trust lists");
  registerNew(keys);
  registerShow(keys);
  registerList(keys);
}

function registerNew(keys: Command): void {
  keys
    .command("new")
    .description("Makes a key pair: DIR/NAME-KID.key.pem (PKCS#8, 0600) and DIR/NAME-KID.pub.pem")
    .requiredOption("--out <dir>", "folder for the two files; made where it is missing")
    .option("--alg <name>", algorithms.join(", "), "ES256")
    .option("--name <name>", "first part of the file names", "pass")
    .option("--json", "print one JSON object")
    .addHelpText("after", "\n  greenlane keys new --out keys --alg ES256\n  greenlane keys new --out keys --name root")
    .action(async (options: { out: string; alg: string; name: string; json?: boolean }) => {
      const key = createSigningKey(algorithmNamed(options.alg));
      if (!/^[a-z0-9-]{1,32}$/.test(options.name)) throw new UsageError("--name takes a-z, 0-9 and -, at most 32");
      const base = join(options.out, `${options.name}-${key.kid}`);
      const made = { kid: key.kid, alg: key.alg, privateKey: `${base}.key.pem`, publicKey: `${base}.pub.pem` };
      await mkdir(options.out, { recursive: true });
      await writeFileAtomic(made.privateKey, privatePem(key), { mode: 0o600 });
      await writeFileAtomic(made.publicKey, publicPem(key));
      if (options.json === true) printJson(made);
      else process.stdout.write(`${made.privateKey}\n${made.publicKey}\n`);
    });
}

function algorithmNamed(name: string): Algorithm {
  const found = algorithms.find((each) => each.toLowerCase() === name.toLowerCase());
  if (found === undefined) throw new UsageError(`--alg ${JSON.stringify(name)}: use one of ${algorithms.join(", ")}`);
  return found;
}

function registerShow(keys: Command): void {
  keys
    .command("show")
    .description("Shows key ids, algorithms and purposes of a key, certificate or trust list")
    .argument("<file>")
    .option("--json", "print one JSON object a key")
    .action(async (file: string, options: { json?: boolean }) => {
      for (const key of readTrustFile(await read(file))) {
        const { alg, kids, issuer, region, purposes: usable } = key;
        const shown = { kids, alg, issuer, region, purposes: usable, notBefore: key.notBefore, notAfter: key.notAfter };
        if (options.json === true) printJson(shown);
        else process.stdout.write(`${kids.join(" ")}  ${alg ?? "unusable"}  ${(usable ?? ["any"]).join(",")}\n`);
      }
    });
}

interface ListOptions {
  readonly sign: string;
  readonly out: string;
  readonly add: readonly string[];
  readonly from?: string;
  readonly revoke: readonly string[];
  readonly issuer?: string;
  readonly region?: string;
  readonly purpose: readonly string[];
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly at?: string;
  readonly json?: boolean;
}

function registerList(keys: Command): void {
  keys
    .command("trust-list")
    .description("Signs a trust list of the keys given, or the next version of an earlier one")
    .requiredOption("--sign <file>", "private key of the root that lanes are given")
    .requiredOption("--out <file>", "where the list goes")
    .option("--add <file>", "public key or certificate to add; repeatable", collect, [])
    .option("--from <file>", "earlier list to take over; its version is raised by one")
    .option("--revoke <kid>", "key id that is no longer believed from now on; repeatable", collect, [])
    .option("--issuer <name>", "issuer of the added keys")
    .option("--region <code>", "first digits of the issuer's region in GB/T 2260")
    .option("--purpose <name>", `what the added keys sign: ${purposes.join(", ")}; repeatable`, collect, [])
    .option("--not-before <iso>", "the added keys sign from then on (announce a key before its first use)")
    .option("--not-after <iso>", "and until then")
    .option("--at <iso>", "time of the list in place of now")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
  greenlane keys trust-list --sign keys/root-….key.pem --add keys/pass-….pub.pem --region 37 --out trust.json
  greenlane keys trust-list --sign keys/root-….key.pem --from trust.json --revoke 1f2e3d4c5b6a7988 --out trust.json`,
    )
    .action(async (options: ListOptions) => {
      const list = await nextList(options);
      const text = signTrustList(list, readSigningKey(await read(options.sign)));
      openTrustList(text, null);
      await writeFileAtomic(options.out, text);
      const told = { file: options.out, version: list.version, keys: list.keys.length, issuedAt: list.issuedAt };
      if (options.json === true) printJson(told);
      else process.stdout.write(`${told.file}: version ${told.version}, ${told.keys} keys\n`);
    });
}

async function nextList(options: ListOptions): Promise<TrustList> {
  const earlier =
    options.from === undefined
      ? { version: 0, keys: [] }
      : (openDocument(TRUST_LIST_TYPE, (await read(options.from)).toString("utf8"), null) as TrustList);
  const added = (await Promise.all(options.add.map((file) => entriesOf(file, options)))).flat();
  const all = [...earlier.keys, ...added];
  return {
    version: earlier.version + 1,
    issuedAt: options.at ?? new Date(instant(Date.now())).toISOString(),
    keys: all.map((entry) => (isRevoked(entry, options.revoke) ? { ...entry, revoked: true } : entry)),
  };
}

/** One entry per key: a certificate stays one, since its own digest is the id that certificates carry. */
async function entriesOf(file: string, options: ListOptions): Promise<TrustEntry[]> {
  const bytes = await read(file);
  const certificate = bytes.toString("latin1").includes("BEGIN CERTIFICATE");
  const ders = certificate
    ? [...bytes.toString("latin1").matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END/g)].map((m) => m[1] ?? "")
    : readTrustFile(bytes).map((key) => key.object.export({ type: "spki", format: "der" }).toString("base64"));
  return ders.map((der) => ({
    ...(certificate ? { certificate: der.replace(/\s/g, "") } : { spki: der }),
    issuer: options.issuer ?? null,
    region: options.region ?? null,
    purposes: options.purpose.length === 0 ? null : (options.purpose as Purpose[]),
    notBefore: options.notBefore ?? null,
    notAfter: options.notAfter ?? null,
    revoked: false,
  }));
}

function isRevoked(entry: TrustEntry, kids: readonly string[]): boolean {
  if (entry.revoked || kids.length === 0) return entry.revoked;
  const [key] = readTrustFile(
    Buffer.from(JSON.stringify({ version: 1, issuedAt: "2020-01-01T00:00:00Z", keys: [entry] })),
  );
  return key?.kids.some((kid) => kids.includes(kid)) ?? false;
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch {
    throw new UsageError(`${file} can't be read`);
  }
}
