/** A platform away for ten simulated minutes at rush hour, seen by fifty lanes. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { SimClock } from "../../device/clock/clock.sim.ts";
import { type Millis, millis, minutes, seconds } from "../../src/core/units.ts";
import { issuePass, newClaims } from "../../src/pass/issue.ts";
import { createSigningKey, trustedKeyOf } from "../../src/pass/keys.ts";
import { readMapping } from "../../src/verify/platform/mapping.ts";
import { createPlatformClient, defaultPlatformSettings } from "../../src/verify/platform/platform-client.ts";
import { PlatformFault, type PlatformTransport } from "../../src/verify/platform/transport.ts";
import { fixedTrust } from "../../src/verify/trust-source.ts";
import { createVerifier, defaultVerifierSettings } from "../../src/verify/verifier.ts";
import { MemoryLogger } from "../support/quiet.ts";
import { read, start } from "./lane-of-passes.ts";

const file = resolve(import.meta.dirname, "../../config/platforms/standard.json");
const mapping = readMapping(JSON.parse(readFileSync(file, "utf8")));

/** A seeded generator (mulberry32), so that a run can be told again. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const LANES = 50;
/** Rush hour: each lane has a person every three seconds, every other one with an opaque code. */
const PACE = seconds(3);
const OUTAGE = { from: minutes(2), until: minutes(12) } as const;
const END = minutes(16);
/** Half of those told that the platform is away show their code once more, some seconds later. */
const SHOW_AGAIN = 0.5;

type Away = "refused" | "silent";

/** The platform as the network shows it: answers in 120 ms, or is away in one of two ways. */
class Network {
  readonly requests: number[] = [];
  readonly #clock: SimClock;
  readonly #away: Away;
  constructor(clock: SimClock, away: Away) {
    this.#clock = clock;
    this.#away = away;
  }

  readonly transport: PlatformTransport = {
    post: (_path, _body, timeout) =>
      new Promise((resolvePost, reject) => {
        const now = this.#clock.monotonic();
        this.requests.push(now);
        const away = now >= OUTAGE.from && now < OUTAGE.until;
        if (!away) this.#clock.after(millis(120), () => resolvePost({ status: "green" }));
        else if (this.#away === "refused")
          this.#clock.after(millis(5), () => reject(new PlatformFault("unreachable", true)));
        else this.#clock.after(timeout, () => reject(new PlatformFault("timeout", false)));
      }),
    close: () => {},
  };

  /** The most requests in any ten seconds of a span. */
  peak(from: number, until: number): number {
    const inside = this.requests.filter((at) => at >= from && at < until);
    let most = 0;
    let first = 0;
    for (const [last, at] of inside.entries()) {
      while ((inside[first] ?? at) <= at - 10_000) first++;
      most = Math.max(most, last - first + 1);
    }
    return most;
  }
}

async function rush(away: Away) {
  const clock = new SimClock(start);
  const random = seeded(20200426);
  const network = new Network(clock, away);
  const key = createSigningKey();
  const trust = fixedTrust([trustedKeyOf(key)]);
  const logger = new MemoryLogger();
  const signedWaits: number[] = [];
  const opaque: { at: number; took: number; outcome: string }[] = [];
  const card = `${"AB12".repeat(16)}:1`;

  // Phones renew their passes every 30 s; signing one for each person would be most of the test's time.
  let signed = { until: 0, text: "" };
  const freshPass = (): string => {
    const now = clock.monotonic();
    if (now >= signed.until) {
      const claims = newClaims({ issuer: "CN-37", subject: "s", status: "green" }, clock.wall().at);
      signed = { until: now + 30_000, text: issuePass(claims, key) };
    }
    return signed.text;
  };

  for (let lane = 0; lane < LANES; lane++) {
    const settings = defaultPlatformSettings;
    const platform = createPlatformClient({ transport: network.transport, mapping, clock, settings, logger, random });
    const verifier = createVerifier({ clock, trust, platform, settings: defaultVerifierSettings, logger });
    const show = async (text: string): Promise<{ took: number; outcome: string }> => {
      const from = clock.monotonic();
      const { outcome } = await verifier.verify(read(text), "entry");
      return { took: clock.monotonic() - from, outcome };
    };
    const person = async (): Promise<void> => {
      if (random() < 0.5) {
        const { took, outcome } = await show(freshPass());
        expect(outcome).toBe("green");
        signedWaits.push(took);
        return;
      }
      const at = clock.monotonic();
      const told = await show(card);
      opaque.push({ at, ...told });
      if (told.outcome !== "green" && random() < SHOW_AGAIN)
        clock.after(millis(5_000 + random() * 20_000), () => void show(card));
    };
    const next = (pause: Millis): void => {
      clock.after(pause, () => {
        void person();
        next(millis(PACE * (0.5 + random())));
      });
    };
    next(millis(random() * PACE));
  }
  await clock.pass(END);
  return { network, signedWaits, opaque };
}

describe.each<Away>(["refused", "silent"])("a platform that is away (%s) for ten minutes at rush hour", (away) => {
  it("holds up no signed pass, comes back by itself and is asked at most twice as much as usual", async () => {
    const { network, signedWaits, opaque } = await rush(away);
    expect(signedWaits.length).toBeGreaterThan(5_000);
    expect(Math.max(...signedWaits)).toBe(0);

    const during = opaque.filter(({ at }) => at >= OUTAGE.from && at < OUTAGE.until);
    expect(new Set(during.map(({ outcome }) => outcome))).toSatisfy((outcomes: Set<string>) => !outcomes.has("green"));
    expect(Math.max(...opaque.map(({ took }) => took))).toBeLessThanOrEqual(800);

    // Half a minute after the end the longest pause is not yet over everywhere; two minutes after it all is as before.
    const late = opaque.filter(({ at }) => at >= OUTAGE.until + minutes(2));
    expect(late.length).toBeGreaterThan(500);
    expect(late.every(({ outcome }) => outcome === "green")).toBe(true);

    const usual = network.peak(minutes(0.5), OUTAGE.from);
    expect(network.peak(OUTAGE.until, END)).toBeLessThanOrEqual(2 * usual);
    // While it is away it is left alone: one probe a lane and pause.
    expect(network.peak(OUTAGE.from + minutes(2), OUTAGE.until)).toBeLessThan(usual / 2);
  }, 60_000);
});
