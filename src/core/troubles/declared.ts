/** Every health problem a lane can have: code, severity, what it follows from, when it shows, what the lane does. Closed. */
import { type Millis, millis, seconds } from "../units.ts";

export const troubleIds = [
  "machine-fault",
  "keys-missing",
  "safe-mode",
  "camera-gone",
  "camera-frozen",
  "reader-stalled",
  "thermometer-silent",
  "thermometer-stuck",
  "thermometer-unsettled",
  "thermometer-warming",
  "thermometer-drift",
  "calibration-expired",
  "scanner-gone",
  "relay-fault",
  "sensor-fault",
  "latch-fault",
  "sounder-silent",
  "no-trusted-time",
  "rtc-missing",
  "trust-stale",
  "platform-down",
  "events-not-stored",
  "outbox-90",
  "outbox-80",
  "broker-away",
  "centre-away",
  "receipts-missing",
  "certificate-expiring",
  "last-config-refused",
] as const;
export type TroubleId = (typeof troubleIds)[number];

/**
 * Row of the fail-safe table (RULES) that the lane takes while the trouble lasts.
 * `by-hand`: entry shut, manual check, exit free. `out-of-service`: entry shut, guard called, exit free.
 * `reports-fail`: as usual, but red and yellow are denied, staff are called and it sounds.
 */
export type LaneEffect = "none" | "by-hand" | "out-of-service" | "reports-fail";

export interface Trouble {
  /** Stable, read over the telephone. */
  readonly code: string;
  readonly severity: "fault" | "warning";
  /** While one of these lasts, this one stays silent: it follows from it. */
  readonly dependsOn: readonly TroubleId[];
  /** Shown and reported only after lasting this long. The lane's effect never waits. */
  readonly visibleAfter: Millis;
  readonly effect: LaneEffect;
}

const at = (
  code: string,
  severity: Trouble["severity"],
  effect: LaneEffect,
  visibleAfter: Millis = millis(0),
  dependsOn: readonly TroubleId[] = [],
): Trouble => ({ code, severity, effect, visibleAfter, dependsOn });

export const troubles: Readonly<Record<TroubleId, Trouble>> = {
  "machine-fault": at("GL-1031", "fault", "out-of-service"),
  "keys-missing": at("GL-1103", "fault", "out-of-service"),
  "safe-mode": at("GL-1033", "warning", "out-of-service"),

  "camera-gone": at("GL-2031", "fault", "by-hand", millis(500)),
  "camera-frozen": at("GL-2032", "fault", "by-hand", millis(0), ["camera-gone"]),
  "reader-stalled": at("GL-2041", "fault", "by-hand", seconds(1), ["camera-gone", "camera-frozen"]),

  "thermometer-silent": at("GL-2131", "fault", "by-hand", millis(500)),
  "thermometer-stuck": at("GL-2132", "fault", "by-hand", millis(0), ["thermometer-silent"]),
  "thermometer-unsettled": at("GL-2133", "warning", "by-hand", seconds(5), [
    "thermometer-silent",
    "thermometer-warming",
  ]),
  "thermometer-warming": at("GL-2134", "warning", "by-hand", millis(0), ["thermometer-silent"]),
  "thermometer-drift": at("GL-2135", "warning", "none", millis(0), ["thermometer-unsettled", "thermometer-stuck"]),
  "calibration-expired": at("GL-2141", "warning", "none"),

  "scanner-gone": at("GL-2231", "fault", "by-hand", seconds(1)),

  "relay-fault": at("GL-2302", "fault", "out-of-service"),
  "sensor-fault": at("GL-2331", "fault", "out-of-service"),
  "latch-fault": at("GL-2320", "fault", "none"),

  "sounder-silent": at("GL-2431", "warning", "none", seconds(2)),

  "no-trusted-time": at("GL-2531", "fault", "none", seconds(2)),
  "rtc-missing": at("GL-2503", "warning", "none"),

  "trust-stale": at("GL-3031", "warning", "none", millis(0), ["no-trusted-time"]),
  // Signed passes need no platform: the idle screen asks for codes as always, and each person is told what fits.
  "platform-down": at("GL-3032", "warning", "none", seconds(5)),

  "events-not-stored": at("GL-4001", "fault", "reports-fail"),
  "outbox-90": at("GL-4031", "fault", "none", millis(0), ["events-not-stored"]),
  "outbox-80": at("GL-4032", "warning", "none", millis(0), ["outbox-90", "events-not-stored"]),
  "broker-away": at("GL-4033", "warning", "none", seconds(15)),
  "centre-away": at("GL-4034", "warning", "none", seconds(15), ["broker-away"]),
  "receipts-missing": at("GL-4035", "warning", "none", millis(0), ["broker-away", "centre-away"]),

  "certificate-expiring": at("GL-4036", "warning", "none"),

  "last-config-refused": at("GL-1032", "warning", "none"),
};

/** The trouble with this code, or null. */
export function troubleOf(code: string): TroubleId | null {
  return troubleIds.find((id) => troubles[id].code === code) ?? null;
}
