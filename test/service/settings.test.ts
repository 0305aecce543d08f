import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withValue } from "../../src/config/walk.ts";
import { instant } from "../../src/core/units.ts";
import { Settings, type Trial } from "../../src/service/settings.ts";

const example = JSON.parse(readFileSync("config/lane.example.json", "utf8")) as Record<string, unknown>;
const fine: Trial = {
  held: () => null,
  before: () => ({ faults: [], linked: true }),
  activate: async () => {},
  selfTest: async () => null,
  linkBack: async () => true,
  restart: () => {},
};
let folder: string;
let time = Date.UTC(2020, 3, 20);
const settings = (): Settings =>
  new Settings(join(folder, "lane.json"), join(folder, "history"), () => instant(time++));
const onDisk = (): unknown => JSON.parse(readFileSync(join(folder, "lane.json"), "utf8"));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "settings-"));
  writeFileSync(join(folder, "lane.json"), JSON.stringify(example));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("settings", () => {
  it("apply a good file, keep what was before, and can return to it", async () => {
    const changed = withValue(example, "timings.wideWindow", "18 s");
    expect(await settings().apply(changed, "tech-1", fine)).toEqual({ ok: true, version: 2, restart: false });
    expect(settings().current().config.timings.wideWindow).toBe(18_000);
    expect(settings().history()).toMatchObject([
      { version: 2, by: "tech-1", summary: "timings.wideWindow", state: "current" },
      { version: 1, summary: "As installed", state: "earlier" },
    ]);
    const back = settings().fileOf(1);
    expect(await settings().apply(back, "tech-1", fine)).toMatchObject({ ok: true, version: 3 });
    expect(onDisk()).toEqual(example);
  });

  it("refuse a bad file before anything is touched", async () => {
    const bad = withValue(example, "rules.feverLimit", "37.2 °C");
    expect(await settings().apply(bad, "tech-1", fine)).toMatchObject({
      ok: false,
      code: "GL-1020",
      findings: [{ path: "rules.feverLimit", clause: "P4" }],
    });
    expect(onDisk()).toEqual(example);
    expect(settings().history()).toEqual([]);
  });

  it.each([
    ["the self-test fails", { ...fine, selfTest: async () => "the camera gives no pictures" }, "GL-1021"],
    [
      "activation throws",
      {
        ...fine,
        activate: async (loaded) => {
          if (loaded.config.timings.wideWindow === 18_000) throw new Error("no");
        },
      },
      "GL-1021",
    ],
    ["the link stays away", { ...fine, linkBack: async () => false }, "GL-1022"],
  ] as [string, Trial, string][])("take themselves back when %s", async (_, trial, code) => {
    const active: number[] = [];
    const watching: Trial = {
      ...trial,
      activate: async (loaded) => {
        await trial.activate(loaded);
        active.push(loaded.config.timings.wideWindow);
      },
    };
    const result = await settings().apply(withValue(example, "timings.wideWindow", "18 s"), "tech-1", watching);
    expect(result).toMatchObject({ ok: false, code, returnedTo: 1 });
    expect(onDisk()).toEqual(example);
    expect(active.at(-1)).toBe(15_000);
    expect(settings().history()[0]).toMatchObject({ version: 2, state: "returned" });
    expect(settings().history()[1]).toMatchObject({ version: 1, state: "current" });
  });

  it("come back by themselves when the process dies on trial, whatever the moment", async () => {
    const changed = withValue(example, "devices.gpio.pulse", "400 ms");
    const dies: Trial = { ...fine, selfTest: () => new Promise(() => {}) };
    void settings().apply(changed, "tech-1", dies);
    await new Promise((resolve) => setImmediate(resolve));
    expect(onDisk()).toEqual(changed);
    // First start: on trial. It dies again before it was confirmed.
    expect(settings().recover()).toBeNull();
    // Second start: the version before is back.
    expect(settings().recover()).toMatchObject({ version: 2, why: expect.stringContaining("ended before") });
    expect(onDisk()).toEqual(example);
    expect(settings().recover()).toBeNull();
    expect(settings().history()[0]).toMatchObject({ version: 2, state: "returned" });
  });

  it("take no further change where the one before could not be judged, and say so", async () => {
    const changed = withValue(example, "storage.reserve", "256 MiB");
    expect(await settings().apply(changed, "tech-1", fine)).toMatchObject({ ok: true, restart: true });
    const started = settings();
    // As with a disk that refuses: the note of what is taken back can't be written.
    mkdirSync(join(folder, "history/returned.json"));
    await expect(started.confirm({ ...fine, selfTest: async () => "no relay" })).rejects.toThrow();
    const next = withValue(changed, "timings.wideWindow", "18 s");
    expect(await started.apply(next, "tech-1", fine)).toMatchObject({ ok: false, code: "GL-1023" });
  });

  it("stay on trial over the restart that a field needs, and are kept only when the lane then works", async () => {
    const changed = withValue(example, "devices.gpio.pulse", "400 ms");
    expect(await settings().apply(changed, "tech-1", fine)).toEqual({ ok: true, version: 2, restart: true });
    expect(existsSync(join(folder, "history/on-trial.json"))).toBe(true);
    expect(settings().recover()).toBeNull();
    expect(await settings().confirm(fine)).toBe("kept");
    expect(await settings().confirm(fine)).toBe("nothing-on-trial");
    expect(onDisk()).toEqual(changed);

    await settings().apply(withValue(example, "devices.gpio.pulse", "500 ms"), "tech-1", fine);
    expect(settings().recover()).toBeNull();
    expect(await settings().confirm({ ...fine, selfTest: async () => "no relay" })).toBe("returned");
    expect(onDisk()).toEqual(changed);
    // Nobody saw that process end: the next start tells, once.
    expect(settings().recover()).toEqual({ version: 3, why: "GL-1021 no relay" });
    expect(settings().recover()).toBeNull();
  });

  it("put nothing on top of a change that may yet be taken back", async () => {
    for (const [fault, next] of [
      [null, { ok: true, version: 3 }],
      ["no relay", { ok: false, code: "GL-1023" }],
    ] as const) {
      rmSync(join(folder, "history"), { recursive: true, force: true });
      writeFileSync(join(folder, "lane.json"), JSON.stringify(example));
      const changed = withValue(example, "devices.gpio.pulse", "400 ms");
      await settings().apply(changed, "tech-1", fine);
      const started = settings();
      started.recover();
      const confirmed = started.confirm({ ...fine, selfTest: async () => fault });
      expect(await started.apply(withValue(changed, "timings.wideWindow", "18 s"), "tech-1", fine)).toMatchObject(next);
      expect(await confirmed).toBe(fault === null ? "kept" : "returned");
    }
  });

  it("keep a change on trial under the next one that comes before its restart", async () => {
    const changed = withValue(example, "devices.gpio.pulse", "400 ms");
    await settings().apply(changed, "tech-1", fine);
    expect(await settings().apply(changed, "tech-1", fine)).toEqual({ ok: true, version: 2, restart: true });
    const both = withValue(changed, "timings.wideWindow", "18 s");
    const bad = { ...fine, selfTest: async () => "no relay" };
    expect(await settings().apply(both, "tech-1", bad)).toMatchObject({ ok: false, returnedTo: 2 });
    expect(onDisk()).toEqual(changed);
    expect(await settings().apply(both, "tech-1", fine)).toEqual({ ok: true, version: 4, restart: true });
    expect(settings().recover()).toBeNull();
    expect(await settings().confirm(bad)).toBe("returned");
    expect(onDisk()).toEqual(example);
    expect(
      settings()
        .history()
        .map(({ state }) => state),
    ).toEqual(["returned", "returned", "returned", "current"]);
  });

  it("apply one change at a time", async () => {
    const one = settings();
    let finish = (_: null): void => {};
    const slow: Trial = {
      ...fine,
      selfTest: () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    };
    const first = one.apply(withValue(example, "timings.wideWindow", "18 s"), "a", slow);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await one.apply(withValue(example, "timings.wideWindow", "20 s"), "b", fine)).toMatchObject({
      ok: false,
      code: "GL-1023",
    });
    finish(null);
    expect(await first).toMatchObject({ ok: true });
  });

  it("keep a file that only its owner can read", async () => {
    await settings().apply(withValue(example, "timings.wideWindow", "18 s"), "a", fine);
    const { statSync } = await import("node:fs");
    expect(statSync(join(folder, "lane.json")).mode & 0o077).toBe(0);
  });

  it("move no data directory under a running lane, and say where to mount the partition instead", async () => {
    const moved = withValue(example, "storage.directory", "/data/greenlane");
    const finding = { code: "GL-1019", path: "storage.directory", suggestion: expect.stringContaining("mount") };
    expect(settings().preview(moved).findings).toMatchObject([finding]);
    expect(await settings().apply(moved, "tech-1", fine)).toMatchObject({ code: "GL-1020", findings: [finding] });
    expect(onDisk()).toEqual(example);
    // Written out or left to its default, it is the same place.
    const same = withValue(withValue(example, "storage.directory", "/var/lib/greenlane"), "display.bigType", true);
    expect(settings().preview(same).findings).toEqual([]);
  });

  it("change an old file as today's, so that a port set now is not taken for what it was then", async () => {
    const web = { host: "192.0.2.7", port: 9443, certificate: "/etc/web.pem", key: "/etc/web.key" };
    writeFileSync(join(folder, "lane.json"), JSON.stringify({ ...example, version: 2, web }));
    expect(settings().current().notes).toHaveLength(1);
    const changed = withValue(settings().raw(), "web.port", 9000);
    expect(await settings().apply(changed, "tech-1", fine)).toMatchObject({ ok: true, version: 2 });
    expect(settings().current().config.web).toMatchObject({ port: 9000, tlsPort: 9443 });
  });

  it("preview what a file would change, with its restart and its refusals", () => {
    const changed = withValue(withValue(example, "devices.gpio.pulse", "400 ms"), "rules.feverLimit", "37.2 °C");
    const { changes, findings } = settings().preview(changed);
    expect(changes).toMatchObject([
      { path: "rules.feverLimit", from: "37.3 °C", to: "37.2 °C", restart: false, zh: "体温界限" },
      { path: "devices.gpio.pulse", from: "250 ms", to: "400 ms", restart: true },
    ]);
    expect(findings).toMatchObject([{ path: "rules.feverLimit", code: "GL-1017" }]);
  });
});
