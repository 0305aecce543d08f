/** What no single field can say: settings that are each possible and together are not. */
import { defaultMeasureSettings } from "../core/temperature/settings.ts";
import { codes, type Finding, show } from "./findings.ts";
import { isLoopback } from "./loopback.ts";
import type { LaneConfig } from "./schema.ts";

interface Rule {
  readonly path: string;
  /** Holds where the combination is possible. */
  readonly holds: (config: LaneConfig) => boolean;
  readonly found: (config: LaneConfig) => string;
  readonly expected: string;
  readonly suggestion: string;
  readonly clause?: string;
  readonly code?: string;
}

const hostOf = (url: string): string => /^[a-z]+:\/\/(\[[^\]]+\]|[^:/]+)/.exec(url)?.[1] ?? "";
const minutesOf = (hour: string): number => Number(hour.slice(0, 2)) * 60 + Number(hour.slice(3));

const rules: readonly Rule[] = [
  {
    path: "rules.effectiveUntil",
    holds: ({ rules: { effectiveFrom, effectiveUntil } }) =>
      effectiveFrom === null || effectiveUntil === null || effectiveFrom < effectiveUntil,
    found: () => "an end that is not after rules.effectiveFrom",
    expected: "a time after rules.effectiveFrom",
    suggestion: "correct one of the two",
    clause: "P2",
  },
  {
    path: "rules.feverComparison",
    holds: ({ rules }) => rules.feverComparison === "above" || rules.feverLimit >= 37.4,
    found: ({ rules }) => `"at-or-above" with a limit of ${rules.feverLimit} °C`,
    expected: '"above", or a limit of 37.4 °C or more',
    suggestion: 'turning away at exactly 37.3 °C would be an added condition for green holders; write "above"',
    clause: "P4",
    code: codes.addedCondition,
  },
  {
    path: "rules.clinicAdviceFrom",
    holds: ({ rules }) => rules.clinicAdviceFrom <= rules.feverLimit,
    found: ({ rules }) => `advice from ${rules.clinicAdviceFrom} °C, above the limit of ${rules.feverLimit} °C`,
    expected: "at most rules.feverLimit",
    suggestion: "leave it out: the default is 37.3 °C",
    clause: "P6",
  },
  {
    path: "rules.onUnknown",
    holds: ({ rules, site }) => site.staffed || rules.onUnknown === "attend",
    found: () => '"deny" at an unstaffed site',
    expected: '"attend" where site.staffed is false',
    suggestion: 'write "attend": nobody is there to help whoever the machine can\'t check',
    clause: "P17",
  },
  {
    path: "site.entryShutWithoutPower",
    holds: ({ site }) => !site.entryShutWithoutPower || site.check.freeExit !== null,
    found: () => "an entry that stays shut without power and no other free exit on record",
    expected: "site.check.freeExit to name one",
    suggestion: "write where the other free exit is, or set it to false",
    clause: "P0",
  },
  {
    path: "site.placeCode",
    holds: ({ site }) => site.placeCode === null || site.kind === "compound",
    found: ({ site }) => `a place code at a ${site.kind}`,
    expected: 'site.kind "compound"',
    suggestion: "remove it: place codes are for compounds",
    clause: "P14",
  },
  {
    path: "broker.url",
    holds: ({ broker }) => broker.url.startsWith("mqtts://") || isLoopback(hostOf(broker.url)),
    found: ({ broker }) => show(broker.url),
    expected: "mqtts:// for every broker beyond this machine",
    suggestion: "write mqtts:// and set broker.ca, broker.certificate and broker.key",
  },
  {
    path: "broker.certificate",
    holds: ({ broker }) =>
      broker.url.startsWith("mqtt://") || (broker.ca !== null && broker.certificate !== null && broker.key !== null),
    found: () => "mqtts:// without all three of ca, certificate and key",
    expected: "broker.ca, broker.certificate and broker.key",
    suggestion: "name the three files; the panel's step 2 takes them in and names them",
  },
  {
    path: "broker.key",
    holds: ({ broker }) => (broker.key === null) === (broker.certificate === null),
    found: () => "one of certificate and key",
    expected: "both or neither",
    suggestion: "name both files",
  },
  {
    path: "web.host",
    holds: ({ web }) => isLoopback(web.host) || (web.certificate !== null && web.key !== null),
    found: ({ web }) => `${show(web.host)} without a certificate`,
    expected: '"127.0.0.1", or web.certificate and web.key',
    suggestion:
      "PINs would cross the network in the clear; the panel's step 3 takes certificate and key in and names them",
  },
  {
    path: "web.tlsPort",
    holds: ({ web }) => isLoopback(web.host) || web.tlsPort !== web.port,
    found: ({ web }) => `${web.tlsPort} for both`,
    expected: "another port than web.port",
    suggestion: "the board's own screen keeps web.port; 8443 is usual for the network",
  },
  {
    path: "temperature.sampleEvery",
    holds: ({ temperature }) => (temperature.samples - 1) * temperature.sampleEvery <= defaultMeasureSettings.window,
    found: ({ temperature }) => `${temperature.samples} samples, one each ${temperature.sampleEvery} ms`,
    expected: `all samples within ${defaultMeasureSettings.window} ms`,
    suggestion: "take fewer samples or more often: nobody stands still for longer, and so nobody would be measured",
  },
  {
    path: "temperature.staleAfter",
    holds: ({ temperature }) => temperature.sampleEvery < temperature.staleAfter,
    found: ({ temperature }) => `${temperature.staleAfter} ms, with a sample each ${temperature.sampleEvery} ms`,
    expected: "more than temperature.sampleEvery",
    suggestion: "every reading would be stale before the next; the defaults are 500 ms and 100 ms",
  },
  {
    path: "timings.callAgainAfter",
    holds: ({ timings }) => timings.callAgainAfter < timings.callRoomAfter,
    found: () => "a second call that is not before the control room's",
    expected: "less than timings.callRoomAfter",
    suggestion: "leave both out: the defaults are 20 s and 60 s",
  },
  {
    path: "timings.wideWindow",
    holds: ({ timings }) => timings.wideWindow >= timings.turnstileWindow,
    found: () => "a wide window shorter than the usual one",
    expected: "at least timings.turnstileWindow",
    suggestion: "make it longer",
  },
  {
    path: "temperature.ambientTo",
    holds: ({ temperature }) => temperature.ambientFrom < temperature.ambientTo,
    found: ({ temperature }) => `${temperature.ambientTo} °C, not above ambientFrom`,
    expected: "more than temperature.ambientFrom",
    suggestion: "leave both out: the defaults are 10 °C and 35 °C",
  },
  {
    path: "temperature.correction.points",
    holds: ({ temperature: { correction } }) =>
      correction === null ||
      correction.points.every(
        (point, index) => index === 0 || point.ambient > (correction.points[index - 1]?.ambient ?? 0),
      ),
    found: () => "points that are not in rising order of ambient",
    expected: "each ambient higher than the one before",
    suggestion: "sort them; two points of one ambient can't both hold",
  },
  {
    path: "temperature.correction.points",
    holds: ({ temperature: { correction } }) =>
      correction === null ||
      correction.points.every((point, index) => index === 0 || point.add <= (correction.points[index - 1]?.add ?? 0)),
    found: () => "a correction that grows with the ambient temperature",
    expected: "add to fall or stay as ambient rises",
    suggestion: "skin is colder in the cold, so more is added there; check the table's source",
  },
  {
    path: "temperature.calibration",
    holds: ({ temperature: { calibration } }) =>
      calibration === null || Math.abs(37 * calibration.gain + calibration.offset - 37) <= 1,
    found: () => "a calibration that moves 37 °C by more than 1 °C",
    expected: "1 °C or less: no good sensor needs more",
    suggestion: "calibrate again with greenlane calibrate, and don't write the record by hand",
  },
  {
    path: "devices.gpio",
    holds: ({ devices }) => sharedLine(devices.gpio) === null,
    found: ({ devices }) => `${sharedLine(devices.gpio)}`,
    expected: "one line for each contact and relay",
    suggestion: "compare with the wiring plan",
  },
  {
    path: "devices.gpio.releaseEntry",
    holds: ({ lane, devices }) => lane.way === "exit" || devices.gpio.releaseEntry !== null,
    found: ({ lane }) => `no relay although lane.way is ${show(lane.way)}`,
    expected: "a line",
    suggestion: 'name the line, or set lane.way to "exit"',
  },
  {
    path: "devices.gpio.releaseExit",
    holds: ({ lane, devices }) => lane.way === "entry" || devices.gpio.releaseExit !== null,
    found: ({ lane }) => `no relay although lane.way is ${show(lane.way)}`,
    expected: "a line",
    suggestion: 'name the line, or set lane.way to "entry"',
  },
  {
    path: "devices.gpio.fire",
    holds: ({ devices }) => devices.gpio.fire !== null,
    found: () => "no fire contact",
    expected: "a line: nobody is ever held inside",
    suggestion: "wire the contact and name its line",
    clause: "P0",
  },
  {
    path: "devices.gpio.freePassage",
    holds: ({ devices }) => devices.gpio.freePassage !== null,
    found: () => "no free-passage output",
    expected: "a line: de-energised means free in both directions",
    suggestion: "wire the output and name its line",
    clause: "P0",
  },
  {
    path: "devices.gpio.beamB",
    holds: ({ devices }) => devices.gpio.beamA !== null && devices.gpio.beamB !== null,
    found: () => "only one of the two passage sensors",
    expected: "devices.gpio.beamA and devices.gpio.beamB",
    suggestion: "one sensor can't tell entry from exit; wire both",
  },
  {
    path: "devices.thermometer.iioDevice",
    holds: ({ devices: { thermometer } }) => thermometer.backend === "mlx90614-i2c" || thermometer.iioDevice !== null,
    found: ({ devices }) => `backend ${show(devices.thermometer.backend)} without its folder`,
    expected: "a folder, as /sys/bus/iio/devices/iio:device0",
    suggestion: "name it, or use the backend mlx90614-i2c",
  },
  {
    path: "devices.watchdog.laneLimit",
    holds: ({ devices }) => devices.watchdog.laneLimit < devices.watchdog.timeout || devices.watchdog.device === null,
    found: () => "a lane limit that is not below the watchdog's timeout",
    expected: "less than devices.watchdog.timeout",
    suggestion: "leave both out: the defaults are 2 s and 14 s",
  },
  {
    path: "devices.sounder.volumes",
    holds: ({ devices }) => wholeDay(devices.sounder.volumes),
    found: () => "hours of the day without a volume",
    expected: "periods that cover the whole day",
    suggestion: 'end with a period from "00:00" to "00:00", which is the whole day',
  },
  {
    path: "replay.siteKey",
    holds: ({ replay }) =>
      (replay.peers.length === 0 && replay.listen === null) || (replay.siteKey !== null && replay.listen !== null),
    found: () => "peers without a port of its own and a site key",
    expected: "replay.listen and replay.siteKey",
    suggestion: "set both: lanes of a site authenticate each other; the panel's step 3 takes the site key in",
  },
  {
    path: "replay.peers",
    holds: ({ replay, lane }) => replay.peers.every((peer) => peer.lane !== lane.id),
    found: ({ lane }) => `this lane (${lane.id}) among its own peers`,
    expected: "the other lanes of the site",
    suggestion: "remove it",
  },
  {
    path: "trust.roots",
    holds: ({ trust }) => trust.listUrl === null || trust.roots !== null,
    found: () => "a trust list and no key to verify it with",
    expected: "a file",
    suggestion: "name the file of root keys that the district gave you",
  },
  {
    path: "trust.listUrl",
    holds: ({ trust }) =>
      [trust.listUrl, trust.revocationUrl, trust.platform?.url ?? null].every(
        (url) => url === null || url.startsWith("https://") || isLoopback(hostOf(url)),
      ),
    found: () => "an address with http:// beyond this machine",
    expected: "https:// in trust.listUrl, trust.revocationUrl and trust.platform.url",
    suggestion: "write https://",
  },
  {
    path: "trust.platform.slowAfter",
    holds: ({ trust }) => trust.platform === null || trust.platform.slowAfter < trust.platform.timeout,
    found: () => "slow only after the timeout",
    expected: "less than trust.platform.timeout",
    suggestion: "leave both out: the defaults are 800 ms and 3 s",
  },
  {
    path: "display.languages",
    holds: ({ display }) =>
      display.languages[0] === "zh" && new Set(display.languages).size === display.languages.length,
    found: ({ display }) => show(display.languages),
    expected: '["zh"] or ["zh", "en"]',
    suggestion: 'write ["zh", "en"]',
  },
];

/** Combinations that can't be, each with the field to change. */
export function checkCombinations(config: LaneConfig): Finding[] {
  return rules
    .filter((rule) => !rule.holds(config))
    .map((rule) => ({
      code: rule.code ?? codes.combination,
      path: rule.path,
      found: rule.found(config),
      expected: rule.expected,
      suggestion: rule.suggestion,
      clause: rule.clause ?? null,
    }));
}

/** "line 5 in releaseEntry and in beamA", or null. */
function sharedLine(gpio: LaneConfig["devices"]["gpio"]): string | null {
  const used = new Map<number, string>();
  for (const [name, value] of Object.entries(gpio)) {
    if (typeof value !== "object" || value === null) continue;
    const other = used.get(value.line);
    if (other !== undefined) return `line ${value.line} in ${other} and in ${name}`;
    used.set(value.line, name);
  }
  return null;
}

function wholeDay(periods: LaneConfig["devices"]["sounder"]["volumes"]): boolean {
  const covered = new Uint8Array(24 * 60);
  for (const { from, to } of periods) {
    const start = minutesOf(from);
    const span = (minutesOf(to) - start + 1440) % 1440 || 1440;
    for (let minute = 0; minute < span; minute++) covered[(start + minute) % 1440] = 1;
  }
  return covered.every((minute) => minute === 1);
}
