/** Old files brought up to date. Each step is data: what moves where, and a note for the person who reads the result. */
import { isLoopback } from "./loopback.ts";
import { valueAt, withValue } from "./walk.ts";

interface Step {
  /** Version that the step leads to. */
  readonly to: number;
  readonly note: string;
  readonly moves: readonly Move[];
  /** Where the step holds; everywhere if left out. */
  readonly where?: (file: Record<string, unknown>) => boolean;
}

interface Move {
  readonly from: string;
  readonly to: string;
  /** `undefined` leaves the value out. */
  readonly as?: (value: unknown) => unknown;
}

const withUnit =
  (unit: string) =>
  (value: unknown): unknown =>
    typeof value === "number" ? `${value} ${unit}` : value;

const steps: readonly Step[] = [
  {
    to: 2,
    note: "Quantities now carry their unit; the fever limit moved from temperature.limit to rules.feverLimit and the dates from site to rules.",
    moves: [
      { from: "temperature.limit", to: "rules.feverLimit", as: withUnit("°C") },
      { from: "site.effectiveFrom", to: "rules.effectiveFrom" },
      { from: "site.effectiveUntil", to: "rules.effectiveUntil" },
      { from: "display.dwell", to: "timings.resultDwell", as: withUnit("s") },
      { from: "reader.source", to: "reading.source" },
      { from: "reader.ageLimitMs", to: "reading.frameAgeLimit", as: withUnit("ms") },
      { from: "turnstile.pulseMs", to: "devices.gpio.pulse", as: withUnit("ms") },
      { from: "turnstile.windowMs", to: "timings.turnstileWindow", as: withUnit("ms") },
    ],
  },
  {
    to: 3,
    note: "The network's pages keep their port as web.tlsPort, unless it was 8080: then a tablet opens 8443 from now on. The board's own screen and the way over SSH are at web.port, 8080: remove a drop-in of greenlane-display.service that names another.",
    where: servesNetwork,
    moves: [{ from: "web.port", to: "web.tlsPort", as: (port) => (port === 8080 ? undefined : port) }],
  },
  {
    to: 3,
    note: "devices.sounder.player is aplay: pw-play finds no session in the lane's unit and played nothing.",
    where: (file) => valueAt(file, "devices.sounder.player") === "pw-play",
    moves: [{ from: "devices.sounder.player", to: "devices.sounder.player", as: () => "aplay" }],
  },
];

/** One port served both until version 3. */
function servesNetwork(file: Record<string, unknown>): boolean {
  const host = valueAt(file, "web.host");
  return typeof host === "string" && !isLoopback(host) && valueAt(file, "web.tlsPort") === undefined;
}

export interface Migrated {
  readonly file: Record<string, unknown>;
  /** What was changed, one sentence per step that did something. */
  readonly notes: readonly string[];
}

/** Applies the steps above the file's version. A file without `version` is of version 1. */
export function migrate(file: Record<string, unknown>): Migrated {
  let current = file;
  const notes: string[] = [];
  const version =
    typeof file.version === "number" ? file.version : file.version === undefined ? guess(file) : Number.NaN;
  for (const step of steps) {
    if (!(version < step.to)) continue;
    const holds = step.where?.(current) ?? true;
    for (const move of holds ? step.moves : []) {
      const value = valueAt(current, move.from);
      if (value === undefined) continue;
      current = withoutEmpty(withValue(current, move.from, undefined), move.from);
      if (valueAt(current, move.to) === undefined)
        current = withValue(current, move.to, move.as === undefined ? value : move.as(value));
    }
    current = { ...current, version: step.to };
    if (holds) notes.push(`Version ${step.to}: ${step.note}`);
  }
  return { file: current, notes };
}

/** A file without a version is today's, unless it holds something that only old files have, wherever it is found. */
function guess(file: Record<string, unknown>): number {
  const old = steps.find(
    (step) => step.where === undefined && step.moves.some((move) => valueAt(file, move.from) !== undefined),
  );
  return old === undefined ? Number.POSITIVE_INFINITY : old.to - 1;
}

function withoutEmpty(file: Record<string, unknown>, path: string): Record<string, unknown> {
  const parent = path.split(".")[0] ?? "";
  const left = file[parent];
  return typeof left === "object" && left !== null && Object.keys(left).length === 0
    ? withValue(file, parent, undefined)
    : file;
}
