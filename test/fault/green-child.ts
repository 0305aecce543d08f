/**
 * A whole lane as a process of its own, on simulated time and the plainest devices, through which people with really
 * issued green passes go. It forgets each pass as the product does; what it still holds afterwards, its heap shows.
 */
import { appendFileSync } from "node:fs";
import { writeHeapSnapshot } from "node:v8";
import { SimClock } from "../../device/clock/clock.sim.ts";
import { pinoLogger } from "../../src/cli/pino-logger.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { CodeRead, Direction, Sample } from "../../src/core/flow.ts";
import { skinOf } from "../../src/core/temperature/correction.ts";
import { celsius, instant, millis, minutes } from "../../src/core/units.ts";
import { demoLane, writeDemoLane } from "../../src/demo-config.ts";
import { issuePass, newClaims } from "../../src/pass/issue.ts";
import { createSigningKey, trustedKeyOf } from "../../src/pass/keys.ts";
import type { InputLine, Inputs } from "../../src/ports/inputs.ts";
import { createTagStore } from "../../src/verify/replay/replay-memory.ts";
import { createOwnTagKeys } from "../../src/verify/replay/tag-keys.ts";
import { fixedTrust } from "../../src/verify/trust-source.ts";
import { wire } from "../../src/wire.ts";
import { measureSettings } from "../../src/wire-settings.ts";
import { districtKeys } from "../support/keys.ts";
import { systemEvent } from "../support/lane-events.ts";
import { idle } from "../web/support.ts";
import { dayKey, passIdOf, subjectOf } from "./planted.ts";

export interface GreenChildInput {
  /** The lane's own folder. */
  readonly folder: string;
  readonly broker: string;
  readonly people: number;
  /** Where every issued code is written, for the search; no part of the lane. */
  readonly issued: string;
  readonly snapshot: string;
  /** Leaves one pass in each place that is searched: the negative control. */
  readonly leak: boolean;
}

const input = JSON.parse(process.argv[2] ?? "") as GreenChildInput;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

// A quarter of an hour, at whose end sums are reported, closes while people still come.
const clock = new SimClock(instant(Date.UTC(2020, 4, 6, 1, 12)));
const { publicKey: district } = await districtKeys();
const config = loadConfig(writeDemoLane(input.folder, input.broker, district));
const { correction } = measureSettings(config);
const issuer = createSigningKey();
const lines = new Set<InputLine>();
const inputListeners = new Set<Parameters<Inputs["onEvent"]>[0]>();
const codeListeners = new Set<(code: CodeRead) => void>();
const sampleListeners = new Set<(sample: Sample) => void>();
const nothing = async (): Promise<void> => {};
const listen =
  <T>(listeners: Set<(value: T) => void>) =>
  (listener: (value: T) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
let pulses = 0;
let before: "nobody" | "forehead" = "nobody";
let wobble = 0;
const logger = pinoLogger("debug");

const kiosk = await wire(
  config,
  {
    clock,
    logger,
    frames: null,
    scanner: { start: nothing, stop: nothing, onCode: listen(codeListeners), onHealth: () => () => {} },
    thermometer: { start: nothing, stop: nothing, onSample: listen(sampleListeners) },
    release: {
      pulse: async () => {
        pulses += 1;
      },
    },
    freePassage: { free: () => {} },
    inputs: {
      start: nothing,
      stop: nothing,
      active: (line) => lines.has(line),
      onEvent: listen(inputListeners),
    },
    latch: { latched: () => false, latch: () => {}, clear: () => {} },
    voice: { play: () => {}, silence: () => {} },
    watchdog: { start: nothing, stop: nothing, progress: () => {} },
  },
  {
    trust: fixedTrust([trustedKeyOf(issuer)]),
    replay: createTagStore({ clock, tagKeys: createOwnTagKeys(clock), group: "outer" }),
    mqtt: {
      url: input.broker,
      protocolVersion: 4,
      clientId: Object.values(demoLane).join("-"),
      keepalive: millis(10_000),
    },
    districtKey: district,
    dayKey: () => dayKey,
    orderKeys: [],
    reporting: { reserve: false, capacity: 16 << 20 },
    signIn: async (pin) => (pin === "023100" ? { id: "0231", supervisor: false } : null),
    web: { port: 0 },
  },
);

clock.every(millis(62), () => {
  wobble = (wobble + 0.02) % 0.08;
  const skin = before === "forehead" ? skinOf(correction, celsius(36.6), celsius(22)) : 22;
  const sample: Sample = { ok: true, at: clock.monotonic(), object: celsius(skin + wobble), ambient: celsius(22) };
  for (const listener of sampleListeners) listener(sample);
});

function line(name: InputLine, active: boolean): void {
  if (active) lines.add(name);
  else lines.delete(name);
  for (const listener of inputListeners) listener({ kind: "line", line: name, active, at: clock.monotonic() });
}
const turn = (direction: Direction): void => {
  for (const listener of inputListeners) listener({ kind: "passage", direction, at: clock.monotonic() });
};

/** Weak, so that they say whether anything of the lane still holds a code; no list here holds one. */
const codes: WeakRef<object>[] = [];

function show(n: number): void {
  const claims = newClaims(
    { issuer: "test", subject: subjectOf(n), status: "green", passId: passIdOf(n) },
    clock.wall().at,
  );
  const text = issuePass(claims, issuer);
  appendFileSync(input.issued, `${text}\n`);
  const code: CodeRead = {
    at: clock.monotonic(),
    reader: "scanner",
    bytes: Buffer.from(text),
    text,
    corners: null,
    colour: "green",
  };
  codes.push(new WeakRef(code), new WeakRef(code.bytes));
  for (const listener of codeListeners) listener(code);
}

async function goesThrough(n: number): Promise<void> {
  const given = pulses;
  line("presence-entry", true);
  before = "forehead";
  await clock.pass(300);
  show(n);
  for (let waited = 0; pulses === given; waited += 50) {
    if (waited > 10_000) throw new Error(`person ${n} was not let through: ${kiosk.lane.mode}`);
    await clock.pass(50);
  }
  turn("entry");
  line("presence-entry", false);
  before = "nobody";
  await clock.pass(700);
}

const { port } = await kiosk.start();
say(`PORT ${port}`);
kiosk.lane.shift({ id: "0231", supervisor: false });
await new Promise<void>((resolve) => process.stdin.once("data", () => resolve()));
await clock.pass(1000);
for (let n = 0; n < input.people; n += 1) await goesThrough(n);
say(`THROUGH ${pulses}`);
if (input.leak) {
  logger.info("leaked", { pass: passIdOf(0) });
  await kiosk.reporter.eventLog.put(systemEvent({ detail: { pass: passIdOf(0) } }));
  kiosk.web.display.street({ ...idle, values: { pass: passIdOf(0) } as never });
  Object.assign(globalThis, { leaked: passIdOf(0) });
}
// The life of a pass and of a replay's tag, with nobody at the lane.
for (let waited = 0; waited < minutes(6); waited += 1000) {
  clock.advance(1000);
  await new Promise((resolve) => setImmediate(resolve));
}
const held = (): number => codes.filter((code) => code.deref() !== undefined).length;
// A weak reference that was looked at holds until the end of the turn, and native handles go a turn after their owner.
for (let round = 0; round < 50; round += 1) {
  await new Promise((resolve) => setImmediate(resolve));
  globalThis.gc?.();
  if (held() === 0) break;
}
say(`CODES ${held()} of ${codes.length}`);
writeHeapSnapshot(input.snapshot);
await kiosk.stop();
process.exit(0);
