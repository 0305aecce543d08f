import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "../src/config/load.ts";
import { withValue } from "../src/config/walk.ts";
import type { LaneEvent } from "../src/core/events.ts";
import type { TroubleId } from "../src/core/troubles/declared.ts";
import { noTroubles } from "../src/core/troubles/troubles.ts";
import { makeToken } from "../src/service/provisioning.ts";
import { setSafeMode } from "../src/service/safe-mode.ts";
import { serviceOf } from "../src/wire-service.ts";
import { Bench, driven } from "./support/bench.ts";
import { MemoryLogger } from "./support/quiet.ts";

const example = JSON.parse(readFileSync("config/lane.example.json", "utf8")) as Record<string, unknown>;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "service-"));
  writeFileSync(join(folder, "lane.json"), JSON.stringify(withValue(example, "storage.directory", folder)));
});
afterEach(() => rmSync(folder, { recursive: true }));

class Serial {
  said = "";
  #hear: (bytes: Uint8Array) => void = () => {};
  start = async (): Promise<void> => {};
  stop = async (): Promise<void> => {};
  write = (text: string): void => {
    this.said += text;
  };
  onData = (hear: (bytes: Uint8Array) => void): (() => void) => {
    this.#hear = hear;
    return () => {};
  };
  type(line: string): void {
    this.#hear(Buffer.from(`${line}\r`));
  }
}

async function provisioner() {
  const { publicKey, privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519" });
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: "district-1" }] };
  writeFileSync(join(folder, "provisioning.jwks"), JSON.stringify(keys));
  return privateKey;
}

function wired() {
  const bench = new Bench();
  const observed = new Map<TroubleId, boolean>();
  const faces: object[] = [];
  let restarted: () => void = () => {};
  const again = new Promise<void>((resolve) => {
    restarted = resolve;
  });
  let reported: (event: LaneEvent) => void = () => {};
  const event = new Promise<LaneEvent>((resolve) => {
    reported = resolve;
  });
  const serial = new Serial();
  const lane = {
    mode: "normal",
    idle: true,
    drift: null,
    maintenance: () => true,
    health: { state: noTroubles, observe: (id: TroubleId, lasts: boolean) => void observed.set(id, lasts) },
  };
  const reporter = {
    eventLog: { put: async (put: LaneEvent) => reported(put), onReceived: () => () => {} },
    uplink: { state: () => bench.linkState },
  };
  const kiosk = { lane, reporter, reader: bench.reader, web: { configure: (face: object) => void faces.push(face) } };
  const service = serviceOf(
    loadConfig(join(folder, "lane.json")),
    kiosk as never,
    { ...bench, clock: bench.clock, logger: new MemoryLogger() } as never,
    { activate: async () => {}, restart: restarted },
    {
      file: join(folder, "lane.json"),
      program: "0.1.0",
      logTail: { last: () => [] },
      console: serial,
      provisioningKeys: join(folder, "provisioning.jwks"),
      returned: false,
    },
  );
  const show = (text: string): void => {
    for (const listener of bench.resultListeners)
      listener({ at: bench.clock.monotonic(), codes: [{ text } as never], guidance: null, aim: null, busy: true });
  };
  const file = (): Record<string, unknown> => JSON.parse(readFileSync(join(folder, "lane.json"), "utf8"));
  return { bench, lane, service, serial, observed, event, faces, show, file, again };
}

describe("what a technician works with", () => {
  it("gives a new lane a one-time code for its own screen, and tells how the lane was left", async () => {
    setSafeMode(folder, true);
    const one = wired();
    const code = await one.service.start();
    expect(code).toMatch(/^[0-9A-Z]{5}-[0-9A-Z]{5}$/);
    expect(one.faces).toEqual([{ firstCode: code }]);
    expect(one.observed.get("safe-mode")).toBe(true);
    expect(one.observed.get("last-config-refused")).toBe(false);
    await one.service.stop();
  });

  it("reports whoever tries the serial console as tamper", async () => {
    const one = wired();
    await one.service.start();
    one.serial.type("let-me-in");
    expect(await one.event).toMatchObject({ type: "tamper", level: "red", detail: { console: "wrong-code" } });
    await one.service.stop();
  });

  it("takes a token that is held before the camera of a new lane, and starts anew with it", async () => {
    const key = await provisioner();
    const one = wired();
    await one.service.start();
    const at = new Date(one.bench.clock.wall().at);
    one.show(await makeToken({ lane: { id: "west-09", number: "09" } }, null, key, "district-1", at));
    await driven(one.bench.clock, one.again);
    expect(one.file()).toMatchObject({ lane: { id: "west-09", number: "09", site: "huaan" } });
    await one.service.stop();
  });

  it("looks at no token while a lane that has its code serves people", async () => {
    const key = await provisioner();
    writeFileSync(join(folder, "technician.json"), JSON.stringify({ oneTime: null, code: "scrypt:15:x:y" }));
    const one = wired();
    await one.service.start();
    const at = new Date(one.bench.clock.wall().at);
    one.show(await makeToken({ lane: { number: "08" } }, null, key, "district-1", at));
    one.lane.mode = "maintenance";
    one.show(await makeToken({ lane: { id: "west-09" } }, null, key, "district-1", at));
    await driven(one.bench.clock, one.again);
    expect(one.file()).toMatchObject({ lane: { id: "west-09", number: "03" } });
    await one.service.stop();
  });
});

describe("values of the desired configuration", () => {
  it.each([
    ["devices.gpio.fire", "GPIO27"],
    ["broker.url", "mqtt://elsewhere.invalid"],
    ["web.host", "0.0.0.0"],
    ["lane.id", "other"],
  ])("leave %s to whoever stands at the lane", async (path, value) => {
    const one = wired();
    expect(await one.service.take({ [path]: value })).toEqual({ applied: false, reason: "set-at-the-lane-only", path });
  });

  it("count like a change at the panel: applied, or refused with the path", async () => {
    const one = wired();
    const taken = driven(one.bench.clock, one.service.take({ "display.orientation": "portrait" }));
    expect(await taken).toEqual({ applied: true });
    expect(one.file()).toMatchObject({ display: { orientation: "portrait" } });
    expect(await one.service.take({ "rules.feverLimit": "36.9 °C" })).toEqual({
      applied: false,
      reason: "GL-1020",
      path: "rules.feverLimit",
    });
  });

  it.each([
    ["kept", "connected", { applied: true }],
    ["taken back", "connecting", { applied: false, reason: "GL-1032", path: "display.slow" }],
  ] as const)(
    "that need a restart have no outcome before it, and after it that they were %s",
    async (_, broker, told) => {
      const values = { "display.slow": true };
      const first = wired();
      const waits = { applied: "after-restart" };
      expect(await driven(first.bench.clock, first.service.take(values))).toEqual(waits);
      expect(await first.service.outcome(values)).toEqual(waits);
      const second = wired();
      second.bench.linkState = { ...second.bench.linkState, broker };
      // Asked before the start has come to it, as a link may that stands early.
      const outcome = second.service.outcome(values);
      await second.service.start();
      expect(await driven(second.bench.clock, outcome)).toEqual(told);
      await second.service.stop();
    },
  );

  it("wait for the end of an emergency", async () => {
    const one = wired();
    one.lane.mode = "emergency";
    expect(await one.service.take({ "display.slow": true })).toMatchObject({ applied: false, reason: "GL-1025" });
    expect(one.file()).not.toHaveProperty("display");
  });
});
