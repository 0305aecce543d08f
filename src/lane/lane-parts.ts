import type { EventLevel, EventType } from "../core/events.ts";
import type { Direction } from "../core/flow.ts";
import type { Decision, LaneTimings, Ticket } from "../core/passage/lane-events.ts";
import type { MeasureSettings } from "../core/temperature/settings.ts";
import type { Millis } from "../core/units.ts";
import type { SiteRules } from "../core/verdict/site-rules.ts";
import type { StreetScreen } from "../core/views.ts";
import type { Clock } from "../ports/clock.ts";
import type { CodeReader, Scanner } from "../ports/code-reader.ts";
import type { Display } from "../ports/display.ts";
import type { EventLog, Position } from "../ports/event-log.ts";
import type { Frames } from "../ports/frames.ts";
import type { FreePassage } from "../ports/free-passage.ts";
import type { EmergencyLatch, Inputs } from "../ports/inputs.ts";
import type { Logger } from "../ports/logger.ts";
import type { ReleasePort } from "../ports/release.ts";
import type { Thermometer } from "../ports/thermometer.ts";
import type { Verifier } from "../ports/verifier.ts";
import type { Voice } from "../ports/voice.ts";
import type { Watchdog } from "../ports/watchdog.ts";
import type { DeskTimings } from "./desk.ts";
import type { ScreenTimings } from "./screens.ts";

export interface LanePorts {
  readonly clock: Clock;
  readonly frames: Frames | null;
  readonly codeReader: CodeReader | null;
  readonly scanner: Scanner | null;
  readonly thermometer: Thermometer;
  readonly release: ReleasePort;
  readonly freePassage: FreePassage;
  readonly inputs: Inputs;
  readonly latch: EmergencyLatch;
  readonly verifier: Verifier;
  readonly log: EventLog;
  readonly display: Display;
  readonly voice: Voice;
  readonly watchdog: Watchdog;
  readonly logger: Logger;
}

export interface LaneSettings {
  readonly timings: LaneTimings & DeskTimings & ScreenTimings & { readonly lockdownMax: Millis };
  readonly rules: SiteRules;
  readonly temperature: MeasureSettings;
  /** Which side's idle screen this lane shows. */
  readonly side: Direction;
  /** The lane's part of a complaint number (P18). */
  readonly laneCode: string;
}

/** What observers in the same process hear: sums and kinds, nobody's data. */
export type LaneStep =
  | { readonly kind: "decided"; readonly decision: Decision }
  | { readonly kind: "released"; readonly ticket: Ticket }
  | { readonly kind: "passed"; readonly ticket: Ticket }
  | { readonly kind: "unused"; readonly ticket: Ticket; readonly people: number }
  | { readonly kind: "screen"; readonly screen: StreetScreen }
  | { readonly kind: "stored"; readonly type: EventType; readonly level: EventLevel; readonly position: Position };
