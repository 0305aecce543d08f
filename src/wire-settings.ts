/** The configuration as each part of the lane wants it. Units and names change on the way, values don't. */
import type { LaneConfig } from "./config/schema.ts";
import type { Direction } from "./core/flow.ts";
import type { LaneTag, SiteTexts } from "./core/live.ts";
import { correctionTable } from "./core/temperature/correction.ts";
import { defaultMeasureSettings, type MeasureSettings } from "./core/temperature/settings.ts";
import { type Millis, millis, seconds } from "./core/units.ts";
import { type SiteRules, siteRules } from "./core/verdict/site-rules.ts";
import type { LaneSettings } from "./lane/lane-parts.ts";
import { shortestRest } from "./ports/release.ts";
import { defaultReadSettings, type ReadSettings } from "./read/settings.ts";
import type { ReporterSettings } from "./report/reporter.ts";
import { defaultVerifierSettings, type VerifierSettings } from "./verify/verifier.ts";
import type { Face } from "./web/server.ts";

/** P0 is no setting: whoever stands at the exit is let out after this long without any answer. */
const EXIT_WAIT = seconds(3);

export function laneSettings(config: LaneConfig): LaneSettings {
  const { timings, site, display } = config;
  const dwell = display.slow ? 2 : 1;
  return {
    timings: {
      codeToTemperature: timings.codeToTemperature,
      noCredential: timings.noCredentialAfter,
      result: millis(timings.resultDwell * dwell),
      nextStep: millis(timings.nextStepDwell * dwell),
      window: site.luggageLane ? timings.wideWindow : timings.turnstileWindow,
      wideWindow: timings.wideWindow,
      slack: timings.afterWindow,
      interlock: restOf(config.devices.gpio.interlock),
      exitWait: EXIT_WAIT,
      callAgain: timings.callAgainAfter,
      callRoom: timings.callRoomAfter,
      oneMoment: timings.oneMomentAfter,
      lockdownMax: timings.lockdownMax,
      rush: site.arrivalPeaks,
    },
    rules: rulesOf(config),
    temperature: measureSettings(config),
    side: sideOf(config),
    laneCode: config.lane.id,
  };
}

/**
 * The lane's rest between two pulses. The outputs refuse one within their own rest, which is a relay fault, and a timer of
 * Node's may be a millisecond early.
 */
const restOf = (interlock: Millis): Millis => millis(Math.max(shortestRest, interlock) + 10);

export function rulesOf({ site, rules }: LaneConfig): SiteRules {
  return siteRules({
    kind: site.kind,
    staffed: site.staffed,
    onUnknown: rules.onUnknown,
    effectiveFrom: rules.effectiveFrom,
    effectiveUntil: rules.effectiveUntil,
    fever: { limit: rules.feverLimit, comparison: rules.feverComparison, adviceFrom: rules.clinicAdviceFrom },
  });
}

export function measureSettings({ rules, temperature }: LaneConfig): MeasureSettings {
  const { correction, calibration } = temperature;
  return {
    ...defaultMeasureSettings,
    fever: { limit: rules.feverLimit, comparison: rules.feverComparison, adviceFrom: rules.clinicAdviceFrom },
    calibration,
    ...(correction === null ? {} : { correction: correctionTable(correction.version, correction.points) }),
    samples: temperature.samples,
    spread: temperature.spread,
    sampleAge: temperature.staleAfter,
    warmUp: temperature.warmUp,
    ambientFrom: temperature.ambientFrom,
    ambientTo: temperature.ambientTo,
    ambientSlew: temperature.ambientSlew,
    uncertainty: temperature.uncertainty,
    lowBelow: temperature.lowBelow,
    again: temperature.again,
    presenceJump: temperature.presenceJump,
  };
}

export function readSettings({ reading }: LaneConfig): ReadSettings {
  const defaults = defaultReadSettings();
  return {
    ...defaults,
    workers: Math.min(reading.workers, defaults.workers),
    ageLimit: reading.frameAgeLimit,
    decodeDeadline: reading.decodeDeadline,
    enhancementPerSecond: reading.ladderBudget,
  };
}

/** The side whose idle screen is shown; a lane for both ways asks those who come in. */
export const sideOf = ({ lane }: LaneConfig): Direction => (lane.way === "exit" ? "exit" : "entry");

/** What the pages are told once for all people. */
export function faceOf(config: LaneConfig): Face {
  return { lane: laneTag(config), site: siteTexts(config), look: lookOf(config) };
}

export function laneTag({ lane }: LaneConfig): LaneTag {
  return { number: lane.number, side: lane.way, arrow: lane.arrow };
}

export function siteTexts({ site }: LaneConfig): SiteTexts {
  const other = site.otherEntrance;
  return {
    kind: site.kind,
    name: site.name,
    phones: {
      complaint: site.phones.complaint,
      technical: site.phones.technical,
      site: site.phones.site,
      health: site.phones.health,
    },
    otherEntrance: other === null ? null : { name: other.name, minutes: other.minutes },
    waitingPlace: site.waitingPlace,
    feverClinic: site.feverClinic,
  };
}

/** How the pages look and what they show beside the lane's own views. */
function lookOf({ site, temperature, display }: LaneConfig): NonNullable<Face["look"]> {
  return {
    size: display.bigType ? "big" : "normal",
    pace: display.slow ? "slow" : "normal",
    languages: display.languages,
    orientation: display.orientation,
    measureAt: temperature.site,
    convertAddress: site.conversionUrl,
    placeCode: site.placeCode,
  };
}

export const shiftOf = ({ timings }: LaneConfig): Millis => timings.guardShift;

export function verifierSettings({ timings }: LaneConfig): VerifierSettings {
  return { ...defaultVerifierSettings, deadline: timings.verifyDeadline };
}

export function reporterSettings({ broker, storage }: LaneConfig): Partial<ReporterSettings> {
  return { longestPause: broker.reconnectMax, capacity: storage.reserve };
}
