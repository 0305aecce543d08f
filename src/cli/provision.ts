/** `greenlane provision`: the district's side of setting lanes up, a signed code for a phone's screen. */
import { readFileSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { importJWK, type JWK } from "jose";
import QRCode from "qrcode";
import { parseFile, readText } from "../config/load.ts";
import { makeToken, TOKEN_LIFE } from "../service/provisioning.ts";
import { printJson, UsageError } from "./output.ts";

interface Options {
  readonly key: string;
  readonly challenge?: string;
  readonly out?: string;
  readonly json?: boolean;
}

async function make(file: string, options: Options): Promise<void> {
  const part = parseFile(readText(file), file);
  if (typeof part !== "object" || part === null || Array.isArray(part))
    throw new UsageError(`${file} must hold a part of a lane's file, as {"lane": {…}}`);
  const jwk = JSON.parse(readFileSync(options.key, "utf8")) as JWK;
  if (jwk.kid === undefined || jwk.d === undefined)
    throw new UsageError(`${options.key} must be a private Ed25519 key as JWK with a kid`);
  const key = await importJWK(jwk, "EdDSA");
  if (key instanceof Uint8Array) throw new UsageError(`${options.key} is no Ed25519 key`);
  const token = await makeToken(
    part as Record<string, unknown>,
    options.challenge?.toUpperCase() ?? null,
    key,
    jwk.kid,
    new Date(),
  );
  if (options.out !== undefined)
    writeFileSync(options.out, await QRCode.toString(token, { type: "svg", errorCorrectionLevel: "L" }));
  if (options.json === true) printJson({ token, goodForMs: TOKEN_LIFE, file: options.out ?? null });
  else if (options.out === undefined)
    process.stdout.write(
      `${await QRCode.toString(token, { type: "terminal", small: true, errorCorrectionLevel: "L" })}\nGood for ten minutes, for one lane.\n`,
    );
  else process.stdout.write(`${options.out}: good for ten minutes, for one lane\n`);
}

/** Adds the command. */
export function register(program: Command): void {
  program
    .command("provision <file>")
    .description("make a signed code that sets one new lane up; it counts once and for ten minutes")
    .requiredOption("--key <jwk>", "private Ed25519 key of the district, with a kid")
    .option("--challenge <text>", "what the lane's own screen shows; needed where it has no trusted time")
    .option("--out <svg>", "write the code as a picture instead of to the terminal")
    .option("--json", "one JSON object with the token")
    .addHelpText("after", "\nExample:\n  greenlane provision east-04.json --key district.jwk --out east-04.svg")
    .action(make);
}
