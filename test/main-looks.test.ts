import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { SimClock } from "../device/clock/clock.sim.ts";
import { readConfig } from "../src/config/load.ts";
import { withValue } from "../src/config/walk.ts";
import { days, hours, instant, minutes } from "../src/core/units.ts";
import { certificatesLook } from "../src/main-looks.ts";
import { createAuthority } from "./support/certificates.ts";

const good = createAuthority("District CA", 400);
const ending = createAuthority("Site CA", 20).certificate;
const example = JSON.parse(readFileSync("config/lane.example.json", "utf8")) as Record<string, unknown>;

/** A lane with these files, by what its settings call them. */
function lane(files: Record<string, string>) {
  const names = ["broker.ca", "broker.certificate", "broker.key", "web.certificate", "web.key"];
  const paths = names.reduce((file, name) => withValue(file, name, `/${name}`), example);
  const platform = { url: "https://platform.invalid/", ca: "/trust.platform.ca" };
  const config = readConfig(withValue(paths, "trust.platform", platform)).config;
  const clock = new SimClock(instant(Date.now()));
  const asked: string[] = [];
  const look = certificatesLook(config, clock, (path) => {
    asked.push(path);
    const text = files[path.slice(1)];
    if (text === undefined) throw new Error("ENOENT");
    return text;
  });
  return { files, clock, asked, expiring: () => look()["certificate-expiring"] };
}
const all = {
  "broker.ca": good.certificate,
  "broker.certificate": good.issue("lane").certificate,
  "trust.platform.ca": good.certificate,
  "web.certificate": good.issue("pages").certificate,
};

describe("certificates of a lane", () => {
  it("are no trouble while each is good for 30 days, and one from then on, past its end too", () => {
    const { clock, expiring } = lane({ ...all });
    expect(expiring()).toBe(false);
    clock.advance(days(369));
    expect(expiring()).toBe(false);
    clock.advance(days(2));
    expect(expiring()).toBe(true);
    clock.advance(days(60));
    expect(expiring()).toBe(true);
  });

  it.each(Object.keys(all))("are a trouble when %s ends soon, alone or behind a good one of its chain", (name) => {
    expect(lane({ ...all, [name]: ending }).expiring()).toBe(true);
    expect(lane({ ...all, [name]: good.certificate + ending }).expiring()).toBe(true);
  });

  it("are read once an hour, so that a renewed one ends the trouble without a restart", () => {
    const { files, clock, asked, expiring } = lane({ ...all, "broker.ca": ending });
    expect(expiring()).toBe(true);
    files["broker.ca"] = good.certificate;
    clock.advance(minutes(59));
    expect([expiring(), asked.length]).toEqual([true, 4]);
    clock.advance(minutes(1));
    expect([expiring(), asked.length]).toEqual([false, 8]);
  });

  it("are not judged without trusted time, and stand as they did when it is lost", () => {
    const { clock, asked, expiring } = lane({ ...all, "broker.ca": ending });
    clock.setTrust("unsynced");
    expect([expiring(), asked.length]).toEqual([undefined, 0]);
    clock.setTrust("synced");
    expect(expiring()).toBe(true);
    clock.setTrust("unsynced");
    clock.advance(hours(2));
    expect(expiring()).toBeUndefined();
  });

  it("that can't be read keep the others from nothing", () => {
    expect(lane({ "broker.ca": "no certificate", "web.certificate": ending }).expiring()).toBe(true);
    expect(lane({}).expiring()).toBe(false);
  });
});
