import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { schemaText } from "../../src/config/describe.ts";
import { ConfigError, type Finding } from "../../src/config/findings.ts";
import { inspectConfig, loadConfig, loadProfile, parseFile, readConfig } from "../../src/config/load.ts";
import { laneSchema } from "../../src/config/schema.ts";
import { profileSchema } from "../../src/config/schema-profile.ts";
import { fieldsOf, plain, withValue } from "../../src/config/walk.ts";
import { siteKinds } from "../../src/core/flow.ts";

const example = JSON.parse(readFileSync("config/lane.example.json", "utf8")) as Record<string, unknown>;
const findingsOf = (file: unknown): readonly Finding[] => inspectConfig(file).findings;
const only = (file: unknown): Finding => {
  const findings = findingsOf(file);
  expect(findings.map((finding) => finding.path)).toHaveLength(1);
  return findings[0] as Finding;
};

describe("a lane's file", () => {
  it("that is the example loads, with units read and defaults filled", () => {
    const config = loadConfig("config/lane.example.json");
    expect(config.timings.codeToTemperature).toBe(5000);
    expect(config.timings.callAgainAfter).toBe(20_000);
    expect(config.reading.frameAgeLimit).toBe(300);
    expect(config.rules.feverLimit).toBe(37.3);
    expect(config.rules.effectiveFrom).toBe(Date.UTC(2020, 3, 26, 0));
    expect(config.site.phones.complaint).toBe("12345");
    expect(config.devices.gpio.beamA).toEqual({ line: 17, activeLow: true });
    expect(config.storage.reserve).toBe(192 * 1024 * 1024);
    expect(Object.isFrozen(config.devices.gpio)).toBe(true);
  });

  it("gets the defaults of its kind of place below its own values", () => {
    const hospital = readConfig(withValue(example, "site.kind", "hospital")).config;
    expect(hospital.timings.wideWindow).toBe(30_000);
    expect(hospital.site.feverClinic?.zh).toContain("发热门诊");
    const own = withValue(withValue(example, "site.kind", "hospital"), "timings.wideWindow", "12 s");
    expect(readConfig(own).config.timings.wideWindow).toBe(12_000);
  });

  it.each<[string, unknown, { path?: string; code: string; suggestion?: RegExp; expected?: RegExp; clause?: string }]>([
    ["rules.feverLimt", "37.3 °C", { code: "GL-1011", suggestion: /did you mean feverLimit\?/ }],
    ["lane.distict", "x", { code: "GL-1011", suggestion: /district/ }],
    ["temperature.exposure", "10 ms", { code: "GL-1011", suggestion: /devices\.camera\.exposure/ }],
    ["zones", {}, { code: "GL-1011" }],
    ["rules.feverLimit", "37.2 °C", { code: "GL-1017", clause: "P4", suggestion: /added condition/ }],
    ["rules.feverLimit", 37.3, { code: "GL-1013", suggestion: /"37.3 °C"/ }],
    ["rules.feverLimit", "99.1 °F", { code: "GL-1013", suggestion: /"37.3 °C"/ }],
    ["rules.feverLimit", "98.6 °F", { code: "GL-1013", expected: /37.3 °C to 38 °C/ }],
    ["rules.feverLimit", "37.3C", { code: "GL-1013", suggestion: /"37.3 °C"/ }],
    ["timings.codeToTemperature", 5, { code: "GL-1013", suggestion: /"5 s"/ }],
    ["timings.wideWindow", "15", { code: "GL-1013", suggestion: /"15 s"/ }],
    ["storage.reserve", "200 MB", { code: "GL-1013", suggestion: /"200 MiB"/ }],
    ["site.phones.technical", 5_365_550_100, { code: "GL-1012", suggestion: /"5365550100", with quotes/ }],
    ["site.phones.technical", "ask Li", { code: "GL-1012", expected: /telephone number, as "0536-555-0100"/ }],
    ["site.name", "华安小区", { code: "GL-1012", suggestion: /write {"zh": "华安小区", …}/ }],
    ["display.languages", "zh", { code: "GL-1012", suggestion: /write \["zh"\]/ }],
    ["devices.camera", "/dev/video0", { code: "GL-1012", suggestion: /write {"device": "\/dev\/video0", …}/ }],
    ["broker.url", "broker.example:8883", { code: "GL-1012", suggestion: /"mqtts:\/\/broker.example:8883"/ }],
    ["devices.gpio.beamA", { line: 5 }, { path: "devices.gpio", code: "GL-1016" }],
    ["timings.codeToTemperature", "5s", { code: "GL-1013", suggestion: /"5 s"/ }],
    ["timings.codeToTemperature", "5 seconds", { code: "GL-1013", suggestion: /"5 s"/ }],
    ["timings.codeToTemperature", "5 °C", { code: "GL-1013", expected: /1 s to 5 s/ }],
    ["timings.codeToTemperature", "6 s", { code: "GL-1014", suggestion: /"5 s"/ }],
    ["timings.lockdownMax", "1 h", { code: "GL-1014", suggestion: /"30 min"/ }],
    ["lane.id", "East 03", { code: "GL-1012", suggestion: /"east-03"/ }],
    ["lane.id", "a".repeat(33), { code: "GL-1012" }],
    ["lane.arrow", "rigth", { code: "GL-1012", suggestion: /"right"/ }],
    ["site.kind", "hospitel", { code: "GL-1012", suggestion: /"hospital"/ }],
    ["site.staffed", "yes", { code: "GL-1012", suggestion: /true without quotes/ }],
    ["web.port", "8080", { code: "GL-1012", suggestion: /8080 without quotes/ }],
    ["web.port", 70_000, { code: "GL-1014", expected: /1024 to 65535/ }],
    ["web.tlsPort", 443, { code: "GL-1014", expected: /1024 to 65535/ }],
    [
      "rules.effectiveFrom",
      "2020-04-26T08:00",
      { code: "GL-1012", suggestion: /2020-04-26T08:00\+08:00/, clause: "P2" },
    ],
    [
      "rules.effectiveFrom",
      "2020-04-26T00:00Z",
      { code: "GL-1012", suggestion: /2020-04-26T08:00\+08:00/, clause: "P2" },
    ],
    ["site.otherEntrance.minutes", "three", { code: "GL-1012", expected: /whole number/ }],
    ["broker.ca", "tls/ca.pem", { code: "GL-1012", expected: /absolute path/ }],
    ["broker.url", "mqtts://lane:secret@broker:8883", { code: "GL-1012", suggestion: /user name and password/ }],
    ["devices.gpio.fire", null, { code: "GL-1016", clause: "P0" }],
    ["devices.gpio.rex", { line: 17, activeLow: true }, { path: "devices.gpio", code: "GL-1016" }],
    ["devices.gpio.beamB", null, { code: "GL-1016" }],
    ["rules.feverComparison", "at-or-above", { code: "GL-1017", clause: "P4" }],
    ["rules.effectiveUntil", "2020-04-25T08:00+08:00", { code: "GL-1016", clause: "P2" }],
    ["web.host", "0.0.0.0", { code: "GL-1016" }],
    ["temperature.samples", 17, { path: "temperature.sampleEvery", code: "GL-1016" }],
    ["temperature.samples", 16, { code: "ok" }],
    ["temperature.sampleEvery", "400 ms", { code: "GL-1016" }],
    ["trust.listUrl", "http://trust.example.invalid/list", { path: "trust.listUrl", code: "GL-1016" }],
    ["display.languages", ["en"], { code: "GL-1016" }],
    ["devices.sounder.volumes", [{ from: "07:00", to: "22:00", volume: "80 %" }], { code: "GL-1016" }],
    ["timings.wideWindow", "5 s", { code: "ok" }],
    ["broker.url", "mqtt://broker.example.invalid:1883", { code: "GL-1016", suggestion: /mqtts/ }],
    ["version", 4, { code: "GL-1018" }],
  ])("with %s = %j is answered with path, expectation and a way out", (path, value, wanted) => {
    const file = withValue(
      path === "trust.listUrl" ? withValue(example, "trust.roots", "/etc/roots.json") : example,
      path,
      value,
    );
    if (wanted.code === "ok") {
      expect(findingsOf(file)).toEqual([]);
      return;
    }
    const finding = only(file);
    expect(finding).toMatchObject({ code: wanted.code, path: wanted.path ?? path });
    if (wanted.suggestion !== undefined) expect(finding.suggestion).toMatch(wanted.suggestion);
    if (wanted.expected !== undefined) expect(finding.expected).toMatch(wanted.expected);
    if (wanted.clause !== undefined) expect(finding.clause).toBe(wanted.clause);
  });

  it("that holds a password in an address is refused without repeating it", () => {
    const { found } = only(withValue(example, "broker.url", "mqtts://lane:hunter2@broker.example:8883"));
    expect(found).toBe('"mqtts://…@broker.example:8883"');
  });

  it("with one line for two contacts is told which two", () => {
    const { found } = only(withValue(example, "devices.gpio.beamA", { line: 5 }));
    expect(found.split(/(?: and)? in /).sort()).toEqual(["beamA", "line 5", "releaseEntry"]);
  });

  it("that is unstaffed may not deny whom it can't check", () => {
    const file = withValue(withValue(example, "site.staffed", false), "rules.onUnknown", "deny");
    expect(only(file)).toMatchObject({ path: "rules.onUnknown", clause: "P17" });
  });

  it("that keeps the entry shut without power must name another free exit", () => {
    const shut = withValue(example, "site.entryShutWithoutPower", true);
    expect(findingsOf(shut)).toEqual([]);
    expect(only(withValue(shut, "site.check.freeExit", null))).toMatchObject({
      path: "site.entryShutWithoutPower",
      clause: "P0",
    });
  });

  it("that says nothing at all is told what is missing, field by field", () => {
    expect(findingsOf({}).map((finding) => finding.path)).toEqual(["lane", "site"]);
    const empty = findingsOf({ lane: {}, site: { kind: "mall", name: { zh: "商场", en: "Mall" } } });
    expect(empty.map((finding) => finding.path)).toEqual(["lane.district", "lane.id", "lane.site"]);
  });

  it("that is no JSON is answered with line and column", () => {
    expect(() => parseFile('{\n  "lane": {,}\n}')).toThrow(/line 2, column 12/);
    expect(() => parseFile('{"__proto__": {"x": 1}}')).toThrow(ConfigError);
    expect(findingsOf([])).toMatchObject([{ code: "GL-1010" }]);
  });

  it("of the first version is brought up to date, in words", () => {
    const { version: _, rules: __, ...rest } = example;
    const old = {
      ...rest,
      temperature: { limit: 37.3 },
      site: { ...(rest.site as object), effectiveFrom: "2020-04-26T08:00+08:00" },
      turnstile: { pulseMs: 400, windowMs: 6000 },
    };
    const loaded = readConfig(old);
    expect(loaded.config.rules).toMatchObject({ feverLimit: 37.3, effectiveFrom: Date.UTC(2020, 3, 26) });
    expect(loaded.config.devices.gpio.pulse).toBe(400);
    expect(loaded.config.timings.turnstileWindow).toBe(6000);
    expect(loaded.notes).toEqual([expect.stringContaining("rules.feverLimit")]);
  });

  it.each([
    ["keeps the port that its tablet opens", { port: 9443 }, { port: 8080, tlsPort: 9443 }, 1],
    ["that was the board's own gives it back to the board", { port: 8080 }, { port: 8080, tlsPort: 8443 }, 1],
    ["that named none is like it", {}, { port: 8080, tlsPort: 8443 }, 1],
    ["with a port for the network has its two", { port: 9000, tlsPort: 9443 }, { port: 9000, tlsPort: 9443 }, 0],
    ["on the loopback keeps its one", { host: "127.0.0.1", port: 9000 }, { port: 9000, tlsPort: 8443 }, 0],
  ])("of the second version with pages in the network %s", (_, web, expected, notes) => {
    const network = { host: "192.0.2.7", certificate: "/etc/greenlane/web.pem", key: "/etc/greenlane/web.key" };
    const loaded = readConfig({ ...example, version: 2, web: { ...network, ...web } });
    expect(loaded.config.web).toMatchObject(expected);
    expect(loaded.notes).toHaveLength(notes);
    expect(readConfig(loaded.file).notes).toEqual([]);
  });

  it("of the second version with a player that is no more has the one that plays", () => {
    const loaded = readConfig({
      ...example,
      version: 2,
      devices: { ...(example.devices as object), sounder: { player: "pw-play" } },
    });
    expect(loaded.config.devices.sounder.player).toBe("aplay");
    expect(loaded.notes).toEqual([expect.stringContaining("aplay")]);
  });

  it("whatever it holds, is refused or loaded, never half of it, and a refusal never repeats control characters", () => {
    const paths = fieldsOf(laneSchema).map((field) => field.path);
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.oneof(fc.jsonValue(), fc.string({ unit: "binary" })), (path, value) => {
        const result = inspectConfig(withValue(example, path, value));
        for (const finding of result.findings) {
          expect(finding.found + finding.path + (finding.suggestion ?? "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
          expect(finding.found.length).toBeLessThan(200);
        }
        expect(result.ok).toBe(result.findings.length === 0);
      }),
      { numRuns: 60 },
    );
  }, 30_000);
});

describe("profiles of kinds of place", () => {
  it.each(siteKinds)("%s exists, is valid and gives a usable lane", (kind) => {
    const profile = loadProfile(kind);
    expect(profile.kind).toBe(kind);
    expect(profile.siteCheck.length).toBeGreaterThan(1);
    const file = withValue(example, "site.kind", kind);
    expect(findingsOf(kind === "compound" ? file : withValue(file, "site.placeCode", undefined))).toEqual([]);
  });

  it("say which eight admit nobody without a code (P1)", () => {
    const eight = siteKinds.filter((kind) => loadProfile(kind).oneOfTheEight);
    expect(eight).toEqual(["compound", "mall", "hotel", "scenic", "school", "hospital", "service-hall", "station"]);
    expect(readdirSync("config/sites").sort()).toEqual([...siteKinds].map((kind) => `${kind}.json`).sort());
  });

  it("can't add a condition for green holders: no field of theirs reaches limit, comparison, outcome or verdict (P4)", () => {
    const reachable = fieldsOf(profileSchema)
      .map((field) => field.path)
      .filter((path) => path.startsWith("defaults."));
    expect(reachable).toEqual([
      "defaults.rules.onUnknown",
      "defaults.site.luggageLane",
      "defaults.site.arrivalPeaks",
      "defaults.site.waitingPlace.zh",
      "defaults.site.waitingPlace.en",
      "defaults.site.feverClinic.zh",
      "defaults.site.feverClinic.en",
      "defaults.timings.wideWindow",
      "defaults.timings.noCredentialAfter",
      "defaults.temperature.site",
      "defaults.display.bigType",
      "defaults.display.slow",
    ]);
  });
});

describe("the schema", () => {
  it("is the one that is committed for editors", () => {
    expect(readFileSync("config/lane.schema.json", "utf8")).toBe(schemaText());
  });

  it("has words in both languages for every field, and a default that is itself allowed", () => {
    const silent = fieldsOf(laneSchema).filter(({ node }) => {
      const words = node["x-zh"] ?? plain(node)["x-zh"];
      return (
        (node.title ?? plain(node).title ?? "") === "" ||
        (node.description ?? "") === "" ||
        (words?.title ?? "") === "" ||
        (words?.description ?? "") === ""
      );
    });
    expect(silent.map((field) => field.path)).toEqual([]);
  });

  it("gives no field that could hold anybody on exit (P0)", () => {
    const exit = fieldsOf(laneSchema)
      .map((field) => field.path)
      .filter((path) => /exit/i.test(path));
    expect(exit).toEqual(["site.check.freeExit", "devices.gpio.releaseExit", "devices.gpio.presenceExit"]);
  });
});
