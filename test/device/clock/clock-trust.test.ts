import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SystemTrust } from "../../../device/clock/clock-trust.ts";

const HOUR = 3_600_000;
let folder: string;
let wall: number;
let mono: number;
const pass = (duration: number): void => {
  wall += duration;
  mono += duration;
};
const path = (name: string): string => join(folder, name);
const sync = (on: boolean): void => (on ? writeFileSync(path("synced"), "") : rmSync(path("synced"), { force: true }));
/** The time service has the time once more. */
const touch = (): void => {
  sync(true);
  utimesSync(path("synced"), wall / 1000, wall / 1000);
};
const boot = (rtc: boolean, driftPpm = 100): SystemTrust => {
  if (rtc) writeFileSync(path("rtc0"), "");
  mono = 1000;
  return new SystemTrust(
    { syncedFile: path("synced"), rtc: rtc ? path("rtc0") : null, driftPpm, memory: path("last-sync") },
    { wall: () => wall, monotonic: () => mono },
  );
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trust-"));
  wall = Date.UTC(2020, 4, 6);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("trust in the clock", () => {
  it("is there with the time service and none before it", () => {
    const trust = boot(false);
    expect(trust.trust().trust).toBe("unsynced");
    sync(true);
    expect(trust.trust()).toEqual({ trust: "synced", error: 50 });
  });

  it("holds over until the estimated error reaches ten seconds", () => {
    const trust = boot(false, 100);
    sync(true);
    trust.trust();
    sync(false);
    for (let hour = 0; hour < 27; hour++) pass(HOUR);
    expect(trust.trust()).toMatchObject({ trust: "holdover", error: 50 + 27 * 360 });
    pass(HOUR);
    expect(trust.trust().trust).toBe("unsynced");
  });

  it("ends with a jump that no time service made, and returns with the service", () => {
    const trust = boot(false);
    sync(true);
    trust.trust();
    sync(false);
    wall -= 3 * HOUR;
    expect(trust.trust().trust).toBe("unsynced");
    pass(60_000);
    expect(trust.trust().trust).toBe("unsynced");
    sync(true);
    wall += 3 * HOUR;
    expect(trust.trust().trust).toBe("synced");
  });

  it("lasts as long as the time service goes on, not as long as its file lies there", () => {
    const trust = boot(false, 100);
    for (let hour = 0; hour < 48; hour++) {
      touch();
      expect(trust.trust()).toEqual({ trust: "synced", error: 50 });
      pass(HOUR);
    }
    expect(trust.trust()).toEqual({ trust: "synced", error: 50 + 360 });
    for (let hour = 1; hour < 27; hour++) {
      pass(HOUR);
      expect(trust.trust().trust).toBe("holdover");
    }
    pass(HOUR);
    expect(trust.trust().trust).toBe("unsynced");
  });

  it.each([-3 * HOUR, 3 * HOUR])(
    "ends with a step of %i ms after a synchronisation, until there is another one",
    (step) => {
      const trust = boot(false);
      touch();
      expect(trust.trust().trust).toBe("synced");
      pass(60_000);
      wall += step;
      expect(trust.trust().trust).toBe("unsynced");
      pass(60_000);
      expect(trust.trust().trust).toBe("unsynced");
      wall -= step;
      touch();
      expect(trust.trust().trust).toBe("synced");
    },
  );

  it("is taken up by a process that begins anew, for what the last synchronisation is still worth", () => {
    touch();
    pass(HOUR);
    expect(boot(false, 100).trust()).toEqual({ trust: "synced", error: 50 + 360 });
    pass(27 * HOUR);
    expect(boot(false, 100).trust().trust).toBe("unsynced");
    wall -= 40 * HOUR;
    expect(boot(false).trust().trust).toBe("unsynced");
  });

  it("survives a boot only with a battery-backed clock that was synced before and has not gone back", async () => {
    const before = boot(true);
    sync(true);
    before.trust();
    for (let turn = 0; turn < 400 && !existsSync(path("last-sync")); turn++)
      await new Promise((done) => setTimeout(done, 5));
    sync(false);
    pass(2 * HOUR);
    expect(boot(true).trust()).toMatchObject({ trust: "holdover", error: 1000 + 720 });
    expect(boot(false).trust().trust).toBe("unsynced");
    wall -= 3 * HOUR;
    expect(boot(true).trust().trust).toBe("unsynced");
  });
});
