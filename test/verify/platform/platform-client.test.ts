import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { millis, seconds } from "../../../src/core/units.ts";
import { createHttpTransport } from "../../../src/verify/platform/http-transport.ts";
import { readMapping } from "../../../src/verify/platform/mapping.ts";
import { type Mood, PlatformSim, type SimTls } from "../../../src/verify/platform/platform.sim.ts";
import {
  createPlatformClient,
  defaultPlatformSettings,
  type PlatformClient,
  type PlatformSettings,
} from "../../../src/verify/platform/platform-client.ts";
import type { TlsMaterial } from "../../../src/verify/trust/fetch-document.ts";
import { createAuthority } from "../../support/certificates.ts";
import { MemoryLogger } from "../../support/quiet.ts";
import { RealClock } from "../../support/real-clock.ts";

const file = resolve(import.meta.dirname, "../../../config/platforms/standard.json");
const mapping = readMapping(JSON.parse(readFileSync(file, "utf8")));
const card = `${"AB12".repeat(16)}:1`;

/** Whatever a busy machine does, an answer comes within; a server that gives none is asked with a short one. */
const wide = { deadline: seconds(20), timeout: seconds(25) };
const short = { deadline: millis(200), timeout: millis(300) };

const started: { stop(): unknown }[] = [];
afterEach(async () => {
  for (const each of started.splice(0).reverse()) await each.stop();
});

async function platform(tls: SimTls | null = null, settings: Partial<PlatformSettings> = {}, lane: TlsMaterial = {}) {
  const sim = new PlatformSim(tls);
  const url = await sim.start();
  const logger = new MemoryLogger();
  const client: PlatformClient = createPlatformClient({
    transport: createHttpTransport(url, lane, 4),
    mapping,
    clock: new RealClock(),
    settings: { ...defaultPlatformSettings, ...wide, ...settings },
    logger,
  });
  started.push(sim, client);
  sim.codes.set(card, { status: "green", user_name: "never told on" });
  return { sim, client, logger };
}

describe("the platform's client against a server that misbehaves", () => {
  it("gives the colour within the deadline and asks no more than once", async () => {
    const { sim, client } = await platform();
    expect(await client.ask(card)).toEqual({ outcome: "green", subject: null });
    expect(sim.asked).toEqual(["/v1/code"]);
    expect(sim.breaches).toEqual([]);
  });

  it.each<[Mood, string, number]>([
    [{ kind: "slow", ms: 10_000 }, "platform-slow", 1],
    [{ kind: "hangs" }, "platform-slow", 1],
    [{ kind: "status", status: 500 }, "platform-down", 2],
    [{ kind: "status", status: 403 }, "platform-down", 1],
    [{ kind: "status", status: 302 }, "platform-down", 1],
    [{ kind: "resets" }, "platform-down", 2],
    [{ kind: "cut" }, "platform-down", 2],
    [{ kind: "html" }, "platform-down", 1],
    [{ kind: "lies" }, "platform-down", 1],
    [{ kind: "plain" }, "platform-down", 1],
    [{ kind: "huge" }, "platform-down", 1],
    [{ kind: "says", body: { status: "GREEN" } }, "unverifiable", 1],
    [{ kind: "says", body: ["green"] }, "unverifiable", 1],
    [{ kind: "says", body: null }, "unverifiable", 1],
  ])("answers a platform that %j with %s after %i requests", async (mood, outcome, requests) => {
    const { sim, client } = await platform(null, outcome === "platform-slow" ? short : {});
    sim.mood = mood;
    expect(await client.ask(card)).toEqual({ outcome, subject: null });
    expect(sim.asked).toHaveLength(requests);
  });

  it("answers a platform that is not there with platform-down, and asks no more after five failures", async () => {
    const { sim, client, logger } = await platform();
    await sim.stop();
    started.splice(started.indexOf(sim), 1);
    for (let i = 0; i < 5; i++) expect((await client.ask(card)).outcome).toBe("platform-down");
    expect(client.state().down).toBe(true);
    expect((await client.ask(card)).outcome).toBe("platform-down");
    expect(logger.lines.join("\n")).not.toContain(card.slice(0, 8));
  });

  it("comes back by itself with one request once the platform answers", async () => {
    const { sim, client } = await platform(null, {
      breaker: { failures: 1, first: millis(1), longest: millis(1) },
    });
    sim.mood = { kind: "status", status: 403 };
    await client.ask(card);
    expect(client.state().down).toBe(true);
    sim.mood = { kind: "answers" };
    await expect.poll(async () => (await client.ask(card)).outcome).toBe("green");
    expect(client.state().down).toBe(false);
  });

  it("never has more requests under way than its limit", async () => {
    const { sim, client } = await platform(null, { ...short, limit: 2 });
    sim.mood = { kind: "hangs" };
    const answers = await Promise.all(Array.from({ length: 6 }, () => client.ask(card)));
    expect(answers.map(({ outcome }) => outcome)).toEqual(Array(6).fill("platform-slow"));
    expect(sim.asked).toHaveLength(2);
  });

  it("tells who a red or yellow is about, and of nobody else", async () => {
    const { sim, client } = await platform();
    sim.codes.set(card, { status: "red", subject: "s-9" });
    expect(await client.ask(card)).toEqual({ outcome: "red", subject: "s-9" });
    sim.codes.set(card, { status: "green", subject: "s-9" });
    expect(await client.ask(card)).toEqual({ outcome: "green", subject: null });
  });

  it("confirms a revoked pass, clears a good one, and says so where it has no answer", async () => {
    const { sim, client } = await platform();
    sim.revoked.add("0102");
    expect(await client.askRevoked("0102")).toBe("revoked");
    expect(await client.askRevoked("0103")).toBe("good");
    sim.mood = { kind: "lies" };
    expect(await client.askRevoked("0102")).toBe("no-answer");
  });

  it("shows its own certificate and insists on the platform's", async () => {
    const ours = createAuthority("lanes");
    const theirs = createAuthority("platforms");
    const server = theirs.issue("platform");
    const tls: SimTls = { key: server.key, certificate: server.certificate, clientCa: ours.certificate };
    const lane = ours.issue("lane");
    const good: TlsMaterial = { ca: theirs.certificate, certificate: lane.certificate, key: lane.key };
    const { client, sim } = await platform(tls, {}, good);
    expect((await client.ask(card)).outcome).toBe("green");
    const stranger = createAuthority("nobody").issue("lane");
    for (const bad of [
      { ...good, certificate: stranger.certificate, key: stranger.key },
      { ca: theirs.certificate },
      { ...good, ca: ours.certificate },
    ]) {
      const other = await platform(tls, {}, bad);
      expect((await other.client.ask(card)).outcome).toBe("platform-down");
      expect(other.sim.asked).toEqual([]);
    }
    expect(sim.asked).toHaveLength(1);
  });
});
