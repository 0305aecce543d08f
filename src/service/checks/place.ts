import { days } from "../../core/units.ts";
import type { Check } from "./check.ts";

/** The place: what must be settled on the spot before a lane may work. */
export const placeChecks: readonly Check[] = [
  {
    id: "site.check",
    zh: "场所检查",
    en: "Site check",
    look({ config: { site } }) {
      const open = [
        site.check.turnBack === null ? "a way to turn back" : null,
        site.check.freeExit === null ? "another free exit" : null,
        site.check.calledFirst === null ? "who is called first" : null,
        site.phones.technical === null ? "a technical telephone" : null,
      ].filter((item) => item !== null);
      if (open.length === 0) return { status: "ok", measured: "complete" };
      return {
        status: "warn",
        code: "GL-1135",
        measured: `not settled: ${open.join(", ")}`,
        expected: "all of them on record",
        fix: "ask the site and fill in site.check and site.phones",
      };
    },
  },
  {
    id: "site.power",
    zh: "断电时",
    en: "Without power",
    look({ config: { site } }) {
      const { entryShutWithoutPower, check } = site;
      const measured = entryShutWithoutPower
        ? `entry shut, exit free, ${check.freeExit} free: wire the entry fail-secure, the exit fail-safe`
        : "entry and exit free: wire both fail-safe";
      return { status: "ok", measured };
    },
  },
  {
    id: "site.guards",
    zh: "值班人员",
    en: "Guards",
    look({ config, guards }) {
      if (guards > 0) return { status: "ok", measured: `${guards} with a PIN` };
      if (!config.site.staffed)
        return {
          status: "warn",
          code: "GL-1136",
          measured: "none",
          expected: "at least a supervisor",
          fix: "add one in the panel: nobody else can end a lockdown on the spot",
        };
      return {
        status: "fail",
        code: "GL-1136",
        measured: "none",
        expected: "at least one: the site is staffed",
        fix: "add guards in the panel or with greenlane staff add",
      };
    },
  },
  {
    id: "rules.period",
    zh: "规则期限",
    en: "Rules in force",
    look({ config: { rules }, now }) {
      if (now.trust === "unsynced") return { status: "skipped", measured: "the time is not trusted" };
      if (rules.effectiveFrom !== null && now.at < rules.effectiveFrom)
        return {
          status: "warn",
          code: "GL-1137",
          measured: "not yet",
          expected: "in force",
          fix: "nothing, if the start is meant to lie ahead; until then the lane only advises",
        };
      if (rules.effectiveUntil !== null && now.at >= rules.effectiveUntil)
        return {
          status: "warn",
          code: "GL-1137",
          measured: "no longer",
          expected: "in force",
          fix: "set rules.effectiveUntil if the rules were prolonged; until then everybody walks through",
        };
      return { status: "ok", measured: "in force" };
    },
  },
  {
    id: "temperature.calibration",
    zh: "测温校准",
    en: "Calibration",
    look({ config, now }) {
      const { calibration } = config.temperature;
      const fix = "run the calibration with a black body: greenlane calibrate, or the panel's step 5";
      const expected = "a calibration that has not expired";
      if (calibration === null) return { status: "warn", code: "GL-2140", measured: "never calibrated", expected, fix };
      const measured = `gain ${calibration.gain.toFixed(3)}, offset ${calibration.offset.toFixed(2)} °C`;
      if (now.trust !== "unsynced" && now.at > calibration.expires)
        return { status: "fail", code: "GL-2141", measured: "expired", expected, fix };
      if (now.trust !== "unsynced" && now.at > calibration.expires - days(14))
        return { status: "warn", code: "GL-2142", measured: `${measured}; expires within 14 days`, expected, fix };
      return { status: "ok", measured };
    },
  },
  {
    id: "temperature.spot",
    zh: "测点大小",
    en: "Spot size",
    look({ config: { temperature } }) {
      const spot = spotDiameter(temperature.distance, temperature.fieldOfView);
      const measured = `${Math.round(spot)} mm at ${Math.round(temperature.distance / 10)} cm`;
      const expected = "60 mm or less: a forehead";
      if (spot <= 60) return { status: "ok", measured, expected };
      return {
        status: "warn",
        code: "GL-2143",
        measured,
        expected,
        fix: "mount the sensor nearer, or one with a narrower field of view; the background is measured too",
      };
    },
  },
];

/** Diameter of the spot a sensor sees: 2 · d · tan(FOV / 2), the 50 % signal angle (MLX90614 data sheet, field of view). */
export const spotDiameter = (distanceMm: number, fieldOfViewDegrees: number): number =>
  2 * distanceMm * Math.tan((fieldOfViewDegrees / 2) * (Math.PI / 180));
