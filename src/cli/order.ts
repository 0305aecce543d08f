/** `greenlane order`: the operator's tool. Makes keys, signs orders, sends them and waits for what the lane says. */
import { randomUUID } from "node:crypto";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import {
  type DesiredClaims,
  longestLockdown,
  type OrderClaims,
  type OrderKey,
  orderLife,
  SignatureCheck,
  type SigningKey,
  signDesired,
  signOrder,
} from "../protocol/orders.ts";
import { encode, parseResult, parseState } from "../protocol/parse.ts";
import type { Result, Signed } from "../protocol/payloads.ts";
import { type LaneId, laneTopic, type OrderKind, orderKinds, parseLaneName } from "../protocol/topics.ts";
import { printJson, UsageError } from "./output.ts";

interface SignOptions {
  readonly key: readonly string[];
  readonly who: string;
  readonly minutes?: string;
  readonly district?: boolean;
  readonly challenge?: string;
  readonly json?: boolean;
}
interface SendOptions extends SignOptions {
  readonly broker: string;
  readonly mqtt: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly certKey?: string;
  readonly keep?: string;
  readonly new?: boolean;
  readonly wait: string;
}

const more = (value: string, all: readonly string[]): readonly string[] => [...all, value];

export function register(program: Command): void {
  const order = program.command("order").description("make keys for orders, sign and send them");

  order
    .command("keygen <file>")
    .description("make an Ed25519 key pair: the private key into FILE (0600), the public one on standard output")
    .requiredOption("--kid <name>", "name of the key")
    .option(
      "--role <role>",
      "operator signs orders; configuration keeps lockdowns and seconds district-wide orders",
      "operator",
    )
    .option("--json", "one JSON object")
    .action(async (file: string, options: { kid: string; role: string }) =>
      printJson(await keygen(file, options.kid, options.role)),
    )
    .addHelpText(
      "after",
      "\nThe line printed goes into the list of keys in the lane's file broker.orderKeys. FILE.ctr beside FILE counts the\norders that it signed: keep both together, a counter that is lost makes lanes refuse the next order.",
    );

  const signing = (name: string, what: string): Command =>
    order
      .command(`${name} <kind> <lane>`)
      .description(`${what}; KIND is ${orderKinds.join(", ")}, LANE is district/site/lane`)
      .requiredOption("--key <file>", "private key; twice for a district-wide order", more, [])
      .requiredOption("--who <name>", "the operator")
      .option("--minutes <n>", "how long a lockdown lasts (at most 30)")
      .option("--district", "one of many lanes at once: needs two keys")
      .option("--challenge <text>", "what the lane's state asks for while its clock isn't trusted")
      .option("--json", "one JSON object per line");

  signing("sign", "print a signed order").action(async (kind: string, lane: string, options: SignOptions) => {
    printJson((await signed(kind, lane, options)).signed);
  });

  signing("send", "send a signed order and wait for the lane's answer")
    .requiredOption("--broker <url>", "mqtts://host:8883")
    .option("--mqtt <version>", "5 or 3.1.1", "5")
    .option("--ca <file>", "CA certificate (PEM)")
    .option("--cert <file>", "own certificate (PEM)")
    .option("--cert-key <file>", "its private key (PEM)")
    .option(
      "--keep <file>",
      "configuration key: the lockdown also holds over a restart of the lane, until its end or unlock --keep",
    )
    .option("--new", "with --keep: the lane has no desired configuration yet, so an empty one is begun")
    .option("--wait <seconds>", "how long to wait for the answer", "10")
    .action(async (kind: string, lane: string, options: SendOptions) => {
      for (const result of await send(kind, lane, options)) printJson(result);
    })
    .addHelpText(
      "after",
      "\nThe first time that a lockdown is kept on a lane:\n  greenlane order send lockdown linqu/huaan/east-03 --minutes 20 --key op.jwk --who li --keep conf.jwk --new \\\n    --broker mqtts://broker:8883 --ca ca.crt --cert order-desk.crt --cert-key order-desk.key\nWithout --new, --keep adds to the configuration that stands at the broker, and ends where it can't read one.",
    );
}

/** Writes a private key that only its owner can read; returns the public part for the lane's configuration. */
async function keygen(file: string, kid: string, role: string): Promise<OrderKey> {
  if (role !== "operator" && role !== "configuration")
    throw new UsageError(`${role.slice(0, 40)} is no role; use operator or configuration`);
  if (existsSync(file)) throw new UsageError(`${file} is there already; a key is never overwritten`);
  const pair = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const jwk = await exportJWK(pair.privateKey);
  writeFileSync(file, `${JSON.stringify({ ...jwk, kid })}\n`, { mode: 0o600, flag: "wx" });
  return { kid, jwk: await exportJWK(pair.publicKey), role };
}

function readKey(file: string): SigningKey {
  let parsed: JWK;
  try {
    parsed = JSON.parse(readFileSync(file, "utf8")) as JWK;
  } catch {
    throw new UsageError(`${file} can't be read as a key; make one with "greenlane order keygen"`);
  }
  if (parsed.crv !== "Ed25519" || parsed.d === undefined || parsed.kid === undefined)
    throw new UsageError(`${file} is no private Ed25519 key with a kid; make one with "greenlane order keygen"`);
  return { kid: parsed.kid, jwk: parsed };
}

/**
 * Counters only grow, over all lanes of a key: the time in milliseconds, or one more than the last. The last one stands
 * beside the key, so that a clock set back can't make the lanes refuse the next order.
 */
function nextCounter(files: readonly string[]): number {
  const last = files.map((file) => (existsSync(`${file}.ctr`) ? Number(readFileSync(`${file}.ctr`, "utf8")) : 0));
  const next = Math.max(Date.now(), ...last.map((ctr) => ctr + 1));
  for (const file of files) {
    writeFileSync(`${file}.ctr`, `${next}\n`);
    chmodSync(`${file}.ctr`, 0o600);
  }
  return next;
}

async function signed(
  kindText: string,
  laneText: string,
  options: SignOptions,
): Promise<{ signed: Signed; claims: OrderClaims; lane: LaneId }> {
  const kind = orderKinds.find((known) => known === kindText);
  if (kind === undefined)
    throw new UsageError(`${kindText.slice(0, 40)} is no order; use one of ${orderKinds.join(", ")}`);
  const lane = parseLaneName(laneText);
  if (lane === null) throw new UsageError("the lane must be district/site/lane, each 1 to 32 of a-z, 0-9 and -");
  const [first, second, ...others] = options.key.map(readKey);
  if (first === undefined || others.length > 0)
    throw new UsageError("give one --key, or two for a district-wide order");
  if (options.district === true && second === undefined)
    throw new UsageError("a district-wide order needs a second --key");
  const iat = Math.floor(Date.now() / 1000);
  const claims: OrderClaims = {
    cid: randomUUID(),
    kind,
    target: laneText,
    iat,
    exp: iat + orderLife[kind],
    ctr: nextCounter(options.key),
    who: options.who,
    scope: options.district === true ? "district" : "lane",
    ...(kind === "lockdown" ? { until: iat + lockdownSeconds(kind, options.minutes) } : {}),
    ...(options.challenge === undefined ? {} : { challenge: options.challenge }),
  };
  return { signed: await signOrder(claims, second === undefined ? [first] : [first, second]), claims, lane };
}

function lockdownSeconds(kind: OrderKind, minutes: string | undefined): number {
  const seconds = Math.round(Number(minutes ?? "10") * 60);
  if (!(seconds > 0 && seconds <= longestLockdown))
    throw new UsageError(`a ${kind} lasts more than 0 and at most 30 --minutes`);
  return seconds;
}

/** Every answer of the lane to this order, until one is final or the wait is over. */
async function send(
  kind: string,
  laneText: string,
  options: SendOptions,
): Promise<readonly (Result | { cid: string; status: "no-answer" })[]> {
  const client = await connected(options);
  try {
    const lane = parseLaneName(laneText);
    const challenge = options.challenge ?? (lane === null ? undefined : await askedFor(client, lane));
    const order = await signed(kind, laneText, { ...options, ...(challenge === undefined ? {} : { challenge }) });
    const { cid } = order.claims;
    if (options.keep !== undefined) await keep(client, order, readKey(options.keep), options.new === true);
    const results: Result[] = [];
    const ended = new Promise<void>((resolve) => {
      client.on("message", (_topic, payload) => {
        const result = parseResult(payload);
        if (!result.ok || result.value.cid !== cid) return;
        results.push(result.value);
        if (result.value.status !== "accepted") resolve();
      });
    });
    await client.subscribeAsync(laneTopic(order.lane, "command/result"), { qos: 1 });
    await client.publishAsync(laneTopic(order.lane, `command/${order.claims.kind}`), encode(order.signed), { qos: 1 });
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, Number(options.wait) * 1000))]);
    return results.length > 0 ? results : [{ cid, status: "no-answer" }];
  } finally {
    await client.endAsync(true);
  }
}

/**
 * Puts the lockdown of an order into the desired configuration, or takes it out; whatever else stands there stays.
 * `fresh` begins an empty one where none can be read.
 * @throws UsageError where none can be read and `fresh` isn't said (a broker that denies the reading looks the same as a
 * lane without one), or where what stands there was signed by another key: it would be signed with this one unseen.
 */
async function keep(
  client: MqttClient,
  { lane, claims: order }: { lane: LaneId; claims: OrderClaims },
  key: SigningKey,
  fresh: boolean,
): Promise<void> {
  if (order.kind !== "lockdown" && order.kind !== "unlock")
    throw new UsageError("--keep goes with lockdown and unlock");
  const topic = laneTopic(lane, "config/desired");
  const standing = await retained(client, topic);
  if (standing === null && !fresh)
    throw new UsageError(
      `nothing was sent: no desired configuration of ${order.target} can be read; let the broker's acl give this user "readwrite" on it (config/broker/acl), or add --new where the lane has none yet`,
      "GL-4037",
    );
  const { d: _, ...jwk } = key.jwk;
  const check = new SignatureCheck([{ kid: key.kid, jwk, role: "configuration" }]);
  const verified = standing === null ? null : await check.desired(standing);
  if (verified !== null && !verified.ok)
    throw new UsageError(
      `the lane's desired configuration can't be trusted (${verified.reason}); use the key that signed it`,
    );
  const before = verified?.claims;
  const claims: DesiredClaims = {
    version: Math.max(order.ctr, (before?.version ?? 0) + 1),
    target: order.target,
    iat: order.iat,
    who: order.who,
    lockdown: order.until === undefined ? null : { until: order.until },
    documents: before?.documents ?? {},
    values: before?.values ?? {},
  };
  await client.publishAsync(topic, encode(await signDesired(claims, key)), { qos: 1, retain: true });
}

async function connected(options: SendOptions): Promise<MqttClient> {
  const pem = (file: string | undefined): string | undefined =>
    file === undefined ? undefined : readFileSync(file, "utf8");
  const [ca, cert, key] = [pem(options.ca), pem(options.cert), pem(options.certKey)];
  const mqtt: IClientOptions = {
    protocolVersion: options.mqtt === "3.1.1" ? 4 : 5,
    reconnectPeriod: 0,
    connectTimeout: 5000,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
  try {
    const client = await connectAsync(options.broker, mqtt, false);
    client.on("error", () => {});
    return client;
  } catch (error) {
    throw new UsageError(
      `no connection to ${options.broker}: ${error instanceof Error ? error.message : "refused"}`,
      "GL-4033",
    );
  }
}

/** The challenge that the lane's retained state asks for while its clock isn't trusted. */
async function askedFor(client: MqttClient, lane: LaneId): Promise<string | undefined> {
  const payload = await retained(client, laneTopic(lane, "state"));
  const state = payload === null ? null : parseState(payload);
  if (state === null || !state.ok || state.value.state !== "online" || state.value.clock === "synced") return undefined;
  return state.value.challenge;
}

/** What stands at a topic; null where nothing comes within a second. */
function retained(client: MqttClient, wanted: string): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const end = (payload: Buffer | null): void => {
      clearTimeout(late);
      client.off("message", look);
      resolve(payload);
    };
    const look = (topic: string, payload: Buffer): void => {
      if (topic === wanted) end(payload);
    };
    const late = setTimeout(() => end(null), 1000);
    client.on("message", look);
    client.subscribe(wanted, { qos: 1 });
  });
}
