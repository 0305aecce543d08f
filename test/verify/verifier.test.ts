import { describe, expect, it } from "vitest";
import type { CredentialOutcome } from "../../src/core/flow.ts";
import { days, hours, instant, later, millis, minutes, seconds } from "../../src/core/units.ts";
import { algorithms } from "../../src/pass/algorithms.ts";
import { createKeyRing } from "../../src/pass/key-ring.ts";
import { createSigningKey, trustedKeyOf } from "../../src/pass/keys.ts";
import type { PlatformLookup, PlatformOutcome } from "../../src/verify/parts.ts";
import { defaultVerifierSettings } from "../../src/verify/verifier.ts";
import { Lane, read, start } from "./lane-of-passes.ts";

const card = `${"AB12".repeat(16)}:1`;
const platformThat = (outcome: PlatformOutcome, revoked: "revoked" | "good" | "no-answer"): PlatformLookup => ({
  ask: async () => ({ outcome, subject: "platform-subject" }),
  askRevoked: async () => revoked,
});

describe("the verifier on signed passes", () => {
  it.each(["green", "yellow", "red", "pending"] as const)("answers a %s pass with its status", async (status) => {
    const lane = new Lane();
    const credential = await lane.show(lane.pass({ status }));
    expect(credential).toMatchObject({ outcome: status, medium: "electronic", forWhom: "self", offline: true });
    // P15: only red and yellow are about somebody.
    expect(credential.subject).toBe(status === "red" || status === "yellow" ? "s-7" : null);
  });

  it.each<[number, CredentialOutcome]>([
    [-11_000, "not-yet-valid"],
    [-10_000, "green"],
    [0, "green"],
    [69_999, "green"],
    [70_000, "expired"],
  ])("judges an electronic pass %i ms after its issue as %s: 60 s of life and 10 s of leeway", async (ms, outcome) => {
    const lane = new Lane();
    const text = lane.pass();
    lane.clock.setWall(instant(start + ms));
    expect((await lane.show(text)).outcome).toBe(outcome);
  });

  it("lets an electronic pass die after 60 s even where its issuer wrote a later end", async () => {
    const lane = new Lane();
    const text = lane.pass({ expiresAt: later(start, hours(24)) });
    lane.clock.advance(minutes(2));
    expect((await lane.show(text)).outcome).toBe("expired");
  });

  it.each<[number, CredentialOutcome, number | null]>([
    [0, "green", 14],
    [1, "green", 14],
    [days(12), "green", 2],
    [days(12) + 1, "green", 2],
    [days(13), "green", 1],
    [days(14) - 1, "green", 1],
    [days(14), "expired-paper", null],
    [days(30), "expired-paper", null],
  ])(
    "judges paper %i ms after printing as %s with %s days left (P11), whatever its end says",
    async (ms, outcome, left) => {
      for (const expiresAt of [later(start, seconds(1)), later(start, days(365))]) {
        const lane = new Lane();
        const text = lane.pass({ medium: "paper", expiresAt });
        lane.clock.setWall(instant(start + ms));
        const credential = await lane.show(text);
        expect([credential.outcome, credential.paperDaysLeft]).toEqual([outcome, left]);
      }
    },
  );

  it.each<["synced" | "holdover" | "unsynced", number, CredentialOutcome]>([
    ["synced", 0, "green"],
    ["holdover", 10_000, "green"],
    ["holdover", 10_001, "no-trusted-time"],
    ["unsynced", 0, "no-trusted-time"],
  ])("under a clock that is %s with an error of %i ms says %s", async (trust, error, outcome) => {
    const lane = new Lane();
    lane.clock.setTrust(trust, millis(error));
    expect((await lane.show(lane.pass())).outcome).toBe(outcome);
  });

  it("still tells a bad signature and a broken pass without a trusted time", async () => {
    const lane = new Lane();
    lane.clock.setTrust("unsynced");
    expect((await lane.show(lane.pass({}, { ...createSigningKey(), kid: lane.key.kid }))).outcome).toBe(
      "bad-signature",
    );
    expect((await lane.show(lane.pass().slice(0, 60))).outcome).toBe("malformed");
  });

  it("calls everything that a list too old vouches for trust-stale, and a key it does not know too", async () => {
    const key = createSigningKey();
    const ring = createKeyRing([trustedKeyOf(key)]);
    const lane = new Lane({ trust: { ring: () => ring, stale: () => true } }, key);
    for (const status of ["green", "yellow", "red", "pending"] as const)
      expect((await lane.show(lane.pass({ status }))).outcome).toBe("trust-stale");
    expect((await lane.show(lane.pass({}, createSigningKey()))).outcome).toBe("trust-stale");
    expect((await lane.show(lane.pass({}, { ...createSigningKey(), kid: key.kid }))).outcome).toBe("bad-signature");
  });

  it("asks for conversion of a valid pass of another region's issuer, and of that alone (P12)", async () => {
    const key = createSigningKey();
    const lane = new Lane({ keys: [trustedKeyOf(key, { region: "32" })] }, key);
    expect((await lane.show(lane.pass())).outcome).toBe("needs-conversion");
    const own = new Lane({ keys: [trustedKeyOf(key, { region: "37" })] }, key);
    expect((await own.show(own.pass())).outcome).toBe("green");
  });

  it("believes a key only for passes issued while it was in use", async () => {
    const key = createSigningKey();
    const announced = new Lane({ keys: [trustedKeyOf(key, { notBefore: later(start, days(1)) })] }, key);
    expect((await announced.show(announced.pass())).outcome).toBe("unverifiable");
    announced.clock.advance(days(1));
    expect((await announced.show(announced.pass())).outcome).toBe("green");
    const retired = new Lane({ keys: [trustedKeyOf(key, { notAfter: instant(start - 11_000) })] }, key);
    expect((await retired.show(retired.pass())).outcome).toBe("unverifiable");
  });

  it.each(["revoked", "good", "no-answer"] as const)("asks the platform on a hit of the filter: %s", async (answer) => {
    const lane = new Lane({
      revocation: { mayBeRevoked: () => true },
      platform: platformThat("green", answer),
    });
    const expected = { revoked: "revoked", good: "green", "no-answer": "unverifiable" }[answer];
    expect((await lane.show(lane.pass())).outcome).toBe(expected);
  });

  it("calls a hit of the filter unverifiable where there is no platform", async () => {
    const lane = new Lane({ revocation: { mayBeRevoked: () => true } });
    expect((await lane.show(lane.pass())).outcome).toBe("unverifiable");
  });

  it("gives the same with every algorithm", async () => {
    for (const alg of algorithms) {
      const lane = new Lane({}, createSigningKey(alg));
      expect((await lane.show(lane.pass())).outcome).toBe("green");
      const forged = lane.pass({}, { ...createSigningKey(alg), kid: lane.key.kid });
      expect((await lane.show(forged)).outcome).toBe("bad-signature");
    }
  });

  it("calls a pass unverifiable where something in it breaks, and goes on", async () => {
    const ring = () => {
      throw new TypeError("a fault");
    };
    const lane = new Lane({ trust: { ring, stale: () => false } });
    expect((await lane.show(lane.pass())).outcome).toBe("unverifiable");
    expect(lane.logger.lines.join()).toContain("GL-3002");
  });
});

describe("replay (P-replay)", () => {
  it.each([
    ["electronic", { outcome: "replayed" }],
    ["paper", { outcome: "green", paperAgain: true }],
  ] as const)("is told of %s that was verified before somebody else used it", async (medium, told) => {
    const lane = new Lane();
    const text = lane.pass({ medium });
    const [first, second] = [await lane.show(text), await lane.show(text)];
    expect(lane.verifier.again(second, "entry")).toBe(second);
    lane.verifier.used(first, "entry");
    expect(lane.verifier.again(second, "entry")).toMatchObject(told);
    expect(lane.verifier.again(second, "exit")).toBe(second);
  });

  const used = async (lane: Lane, text: string, direction: "entry" | "exit" = "entry") =>
    lane.verifier.used(await lane.show(text, direction), direction);

  it("is the same electronic pass granted and used in the same direction", async () => {
    const lane = new Lane();
    const text = lane.pass();
    expect((await lane.show(text)).outcome).toBe("green");
    expect((await lane.show(text)).outcome).toBe("green");
    await used(lane, text);
    expect((await lane.show(text)).outcome).toBe("replayed");
  });

  it("is never an exit, before or after", async () => {
    const lane = new Lane();
    const text = lane.pass();
    await used(lane, text);
    expect((await lane.show(text, "exit")).outcome).toBe("green");
    const another = lane.pass();
    await used(lane, another, "exit");
    expect((await lane.show(another, "exit")).outcome).toBe("green");
    expect((await lane.show(another, "entry")).outcome).toBe("green");
  });

  it("is never another pass of the same family phone", async () => {
    const lane = new Lane();
    await used(lane, lane.pass({ forWhom: "family", subject: "child" }));
    expect((await lane.show(lane.pass({ forWhom: "family", subject: "grandmother" }))).outcome).toBe("green");
  });

  it("of paper is looked at for 120 s and is never replayed", async () => {
    const lane = new Lane();
    const text = lane.pass({ medium: "paper" });
    await used(lane, text);
    lane.clock.advance(119_999);
    expect(await lane.show(text)).toMatchObject({ outcome: "green", paperAgain: true });
    lane.clock.advance(1);
    expect(await lane.show(text)).toMatchObject({ outcome: "green", paperAgain: false });
  });
});

describe("the deadline of a check", () => {
  it("ends a look-up that never answers as platform-slow, and leaves no timer behind", async () => {
    const never = new Promise<never>(() => {});
    const lane = new Lane({
      platform: { ask: () => never, askRevoked: () => never },
      settings: { ...defaultVerifierSettings, deadline: seconds(2) },
    });
    let answer: CredentialOutcome | null = null;
    void lane.show(card).then(({ outcome }) => {
      answer = outcome;
    });
    await lane.clock.pass(seconds(2) - 1);
    expect(answer).toBeNull();
    await lane.clock.pass(1);
    expect(answer).toBe("platform-slow");
    expect((await lane.show(lane.pass())).outcome).toBe("green");
    expect(lane.clock.pending()).toBe(0);
  });
});

describe("the verifier on everything else", () => {
  it.each<[string, CredentialOutcome, string | null]>([
    ["HC1:6BF+70790T9", "needs-conversion", null],
    ["HC1:", "needs-conversion", null],
    ["https://jkm.bj.gov.cn/code?t=1", "needs-conversion", null],
    ["https://jkm.sd.gov.cn/code?t=1", "not-a-pass", "link"],
    ["281234567890123456", "not-a-pass", "payment"],
    ["134567890123456789", "not-a-pass", "payment"],
    ["https://qr.alipay.com/fkx01234", "not-a-pass", "payment"],
    ["wxp://f2f0abcdef", "not-a-pass", "payment"],
    ["https://example.org/place?id=1", "not-a-pass", "place"],
    ["PLACE:weicheng-7", "not-a-pass", "place"],
    ["https://example.org/placebo", "not-a-pass", "link"],
    ["WIFI:S:home;T:WPA;P:secret;;", "not-a-pass", "wifi"],
    ["BEGIN:VCARD\nFN:A\nEND:VCARD", "not-a-pass", "contact"],
    ["shc:/567629095243206034602924374044603122295953265460346029254077280433", "not-a-pass", "smart-card"],
    ["hp1:abc", "not-a-pass", "other"],
    ["", "not-a-pass", "other"],
    ["HP1:", "malformed", null],
    [card, "unverifiable", null],
  ])("answers %j with %s %s", async (text, outcome, kind) => {
    expect(await new Lane().show(text)).toMatchObject({ outcome, notAPass: kind, subject: null, passId: null });
  });

  it.each<[PlatformOutcome, string | null]>([
    ["green", null],
    ["pending", null],
    ["unknown", null],
    ["platform-slow", null],
    ["platform-down", null],
    ["red", "platform-subject"],
    ["yellow", "platform-subject"],
  ])("passes the platform's %s on, with a subject of %s", async (outcome, subject) => {
    const lane = new Lane({ platform: platformThat(outcome, "no-answer") });
    expect(await lane.show(card)).toMatchObject({ outcome, subject, offline: false, passId: null });
  });

  it("keeps the picture's colour as a hint only where it contradicts the status", async () => {
    const lane = new Lane();
    const see = async (colour: "green" | "red" | "black") =>
      (await lane.verifier.verify(read(lane.pass(), colour), "entry")).colour;
    expect([await see("green"), await see("red"), await see("black")]).toEqual([null, "red", null]);
  });

  it("lets a verified certificate count where a site elsewhere is set so, and no other", async () => {
    const settings = { ...defaultVerifierSettings, foreignCertificate: "green" } as const;
    expect((await new Lane({ settings }).show("HC1:6BF+70790T9")).outcome).toBe("malformed");
  });

  it("writes nothing of any code into the log", async () => {
    const lane = new Lane({ platform: platformThat("green", "revoked"), revocation: { mayBeRevoked: () => true } });
    const texts = [lane.pass(), lane.pass().slice(0, 50), card, "HC1:SECRET", "https://secret.example/x"];
    for (const text of texts) await lane.show(text);
    for (const text of texts) expect(lane.logger.lines.join("\n")).not.toContain(text.slice(4, 20));
  });
});
