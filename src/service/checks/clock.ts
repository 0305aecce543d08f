import type { Check } from "./check.ts";

/** Time: without it nobody can say whether a pass has expired. */
export const clockChecks: readonly Check[] = [
  {
    id: "clock.trust",
    zh: "时间可信",
    en: "Trusted time",
    look({ now }) {
      const error = now.error >= 1000 ? `${(now.error / 1000).toFixed(1)} s` : `${Math.round(now.error)} ms`;
      const measured = now.trust === "unsynced" ? "unsynced" : `${now.trust}, estimated error ${error}`;
      const expected = "synced, or holdover within 10 s";
      if (now.trust === "synced" || (now.trust === "holdover" && now.error <= 10_000))
        return { status: "ok", measured, expected };
      return {
        status: "fail",
        code: "GL-2552",
        measured,
        expected,
        fix: "connect the network so that the time service can set the clock; passes are checked by hand until then",
      };
    },
  },
  {
    id: "clock.rtc",
    zh: "实时时钟",
    en: "Real-time clock",
    look({ config, host }) {
      if (config.devices.simulated) return { status: "skipped", measured: "simulated" };
      const path = config.devices.clock.rtc;
      const expected = "an RTC with a battery";
      if (path === null)
        return {
          status: "warn",
          code: "GL-2503",
          measured: "none",
          expected,
          fix: "mount one (DS3231, PCF8523): after a power cut without network the lane has no time",
        };
      if (host.facts(path) !== null) return { status: "ok", measured: path };
      return {
        status: "fail",
        code: "GL-2503",
        measured: `${path} is missing`,
        expected,
        fix: "check the overlay in config.txt and the module's plug",
      };
    },
  },
];
