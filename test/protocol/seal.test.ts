import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { LaneEvent } from "../../src/core/events.ts";
import { celsius, instant, monotonic } from "../../src/core/units.ts";
import { encode, parseEnvelope } from "../../src/protocol/parse.ts";
import {
  districtKey,
  isAlert,
  openSubject,
  pseudonym,
  type SealKeys,
  seal,
  toEnvelope,
} from "../../src/protocol/seal.ts";
import { uuidV7 } from "../../src/protocol/uuid.ts";
import { districtKeys } from "../support/keys.ts";

const event: LaneEvent = {
  type: "red-code",
  category: "health",
  level: "red",
  at: instant(Date.UTC(2020, 3, 27, 1, 2, 3)),
  routing: ["subdistrict", "epidemic-control"],
  case: "c-1",
  tries: 2,
  subject: "subject-PLANTED-1",
  pseudonymOf: "pass-PLANTED-2",
  temperature: celsius(36.6),
  reasons: ["red"],
  who: null,
  detail: {},
};
const boot = uuidV7(1);
const place = { src: "linqu/mall-1/lane-1", boot, clock: "synced", mono: monotonic(1000) } as const;

describe("sealing an event", () => {
  let keys: SealKeys;
  let privateKey: Awaited<ReturnType<typeof districtKeys>>["privateKey"];
  beforeAll(async () => {
    const pair = await districtKeys();
    privateKey = pair.privateKey;
    keys = { district: await districtKey(pair.publicKey), day: new Uint8Array(32).fill(7) };
  });

  it("encrypts the subject to the district and turns the pass id into a pseudonym, leaving neither in the text", async () => {
    const body = await seal(event, place, keys);
    const wire = encode(toEnvelope(body, { epoch: uuidV7(2), seq: 1 }, { boot, mono: monotonic(2000) }));
    const parsed = parseEnvelope(wire);
    if (!parsed.ok) throw new Error(parsed.refusal.why);
    expect(wire.toString()).not.toContain("PLANTED");
    expect(wire.toString()).not.toContain(Buffer.from("PLANTED").toString("base64url").slice(0, 8));
    expect(await openSubject(parsed.value.subject ?? "", privateKey)).toBe("subject-PLANTED-1");
    expect(parsed.value.pseudonym).toBe(pseudonym("pass-PLANTED-2", new Uint8Array(32).fill(7)));
    expect(parsed.value).toMatchObject({ tries: 2, temperature: 36.6, late: false, at: "2020-04-27T01:02:03.000Z" });
  });

  it("gives two sightings of one person different subjects and the same pseudonym", async () => {
    const [first, second] = [await seal(event, place, keys), await seal(event, place, keys)];
    expect(first.subject).not.toBe(second.subject);
    expect(first.pseudonym).toBe(second.pseudonym);
    expect(first.id).not.toBe(second.id);
  });

  it("leaves the pseudonym out without a key of the day, never the pass id in", async () => {
    const body = await seal(event, place, { ...keys, day: null });
    expect(body.pseudonym).toBeUndefined();
    expect(JSON.stringify(body)).not.toContain("PLANTED");
  });

  it("cannot be opened with another district's key", async () => {
    const body = await seal(event, place, keys);
    await expect(openSubject(body.subject ?? "", (await districtKeys()).privateKey)).rejects.toThrow();
  });

  it("marks an event late 30 s after it happened, or when another boot sends it", async () => {
    const body = await seal(event, place, keys);
    const at = { epoch: uuidV7(2), seq: 1 };
    expect(toEnvelope(body, at, { boot, mono: monotonic(31_000) }).late).toBe(false);
    expect(toEnvelope(body, at, { boot, mono: monotonic(31_001) }).late).toBe(true);
    expect(toEnvelope(body, at, { boot: uuidV7(9), mono: monotonic(1) }).late).toBe(true);
  });

  it("keeps any event under the size cap, whatever it carries", async () => {
    const detail = fc.dictionary(fc.stringMatching(/^[a-z]{1,20}$/), fc.string({ maxLength: 400 }), { maxKeys: 30 });
    await fc.assert(
      fc.asyncProperty(detail, fc.string({ minLength: 1, maxLength: 64 }), async (extra, subject) => {
        const body = await seal({ ...event, subject, detail: extra }, place, keys);
        const wire = encode(toEnvelope(body, { epoch: uuidV7(2), seq: 2 ** 40 }, { boot, mono: monotonic(0) }));
        expect(parseEnvelope(wire).ok).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ["health", "red", true],
    ["security", "yellow", true],
    ["safety", "red", true],
    ["system", "none", false],
    ["device", "yellow", false],
  ] as const)("treats %s / %s as alert: %s", (category, level, alert) => {
    expect(isAlert({ ...event, category, level })).toBe(alert);
  });
});
