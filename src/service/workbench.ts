/** What the technician's tools need of the running lane. The composition root makes one from the lane and its ports. */
import type { LaneMode } from "../core/flow.ts";
import type { TroubleRow } from "../core/panel.ts";
import type { Clock } from "../ports/clock.ts";
import type { FrameResult, ReaderCounters, Scanner } from "../ports/code-reader.ts";
import type { EventLog, Position } from "../ports/event-log.ts";
import type { Frames } from "../ports/frames.ts";
import type { Inputs } from "../ports/inputs.ts";
import type { LinkState } from "../ports/orders.ts";
import type { ReleasePort } from "../ports/release.ts";
import type { Thermometer } from "../ports/thermometer.ts";
import type { Voice } from "../ports/voice.ts";

export type Answer = { readonly ok: true } | { readonly ok: false; readonly code: string; readonly why: string };

export interface Workbench {
  readonly clock: Clock;
  readonly frames: Pick<Frames, "onFrame" | "onHealth"> | null;
  readonly reader: { onResult(listener: (result: FrameResult) => void): () => void; counters(): ReaderCounters } | null;
  readonly thermometer: Pick<Thermometer, "onSample"> | null;
  readonly scanner: Pick<Scanner, "onCode" | "onHealth"> | null;
  readonly release: ReleasePort;
  readonly inputs: Pick<Inputs, "active" | "onEvent">;
  readonly voice: Voice;
  readonly events: Pick<EventLog, "onReceived">;
  mode(): LaneMode;
  /** Local maintenance: the screen says closed, entry is shut, the exit stays free. Refused during an emergency. */
  setMaintenance(on: boolean): Promise<Answer>;
  /** Nobody is in the way and no release is in flight. */
  passageClear(): boolean;
  troubles(): readonly TroubleRow[];
  link(): LinkState;
  /** Puts a test event on the way to the control room. */
  sendTestAlert(): Promise<Position>;
  /** Drift of the median of the last people in degrees, null below twenty of them. */
  drift(): number | null;
  /** The last lines of the log, oldest first. */
  logTail(lines: number): readonly string[];
}
