/** A lane's parts as the technician's tools see them: fakes on a simulated clock, wired to nothing. */
import { CameraSim } from "../../device/camera/camera.sim.ts";
import { SimClock } from "../../device/clock/clock.sim.ts";
import { ScannerSim } from "../../device/scanner/scanner.sim.ts";
import { SounderSim } from "../../device/sounder/sounder.sim.ts";
import { ThermometerSim } from "../../device/thermometer/thermometer.sim.ts";
import type { Direction, LaneMode } from "../../src/core/flow.ts";
import type { TroubleRow } from "../../src/core/panel.ts";
import { millis } from "../../src/core/units.ts";
import type { FrameResult } from "../../src/ports/code-reader.ts";
import type { Position } from "../../src/ports/event-log.ts";
import type { InputEvent, InputLine } from "../../src/ports/inputs.ts";
import type { LinkState } from "../../src/ports/orders.ts";
import { ReleaseError } from "../../src/ports/release.ts";
import type { Workbench } from "../../src/service/workbench.ts";

export class Bench implements Workbench {
  readonly clock = new SimClock();
  readonly camera = new CameraSim(this.clock);
  readonly frames: Workbench["frames"] = this.camera;
  readonly thermometer = new ThermometerSim(this.clock);
  readonly scanner = new ScannerSim(this.clock);
  readonly voice = new SounderSim(this.clock);
  readonly pulses: Direction[] = [];
  readonly active = new Set<InputLine>();
  readonly received = new Set<(upTo: Position) => void>();
  readonly inputListeners = new Set<(event: InputEvent) => void>();
  readonly resultListeners = new Set<(result: FrameResult) => void>();
  #mode: LaneMode = "normal";
  clear = true;
  relayFault: "overlap" | "fault" | null = null;
  rows: TroubleRow[] = [];
  linkState: LinkState = { broker: "connected", centre: "online", backlog: 0, accepted: true };
  alerts = 0;

  readonly reader = {
    onResult: (listener: (result: FrameResult) => void) => {
      this.resultListeners.add(listener);
      return () => void this.resultListeners.delete(listener);
    },
    counters: () => ({
      offered: 45,
      gated: 3,
      superseded: 0,
      tooOld: 0,
      decoded: 42,
      found: 1,
      workersReplaced: 0,
      decodeMs: { p50: 38, p95: 61 },
    }),
  };
  #restsUntil = 0;
  /** As the real one: a pulse rests for 300 ms after its 250, and another one is refused until then. */
  readonly release = {
    pulse: (direction: Direction) =>
      new Promise<void>((resolve, reject) => {
        const now = this.clock.monotonic();
        const fault = this.relayFault ?? (now < this.#restsUntil ? "overlap" : null);
        if (fault !== null) reject(new ReleaseError(fault, `the relay: ${fault}`));
        else {
          this.pulses.push(direction);
          this.#restsUntil = now + 550;
          this.clock.after(millis(250), resolve);
        }
      }),
  };
  readonly inputs = {
    active: (line: InputLine) => this.active.has(line),
    onEvent: (listener: (event: InputEvent) => void) => {
      this.inputListeners.add(listener);
      return () => void this.inputListeners.delete(listener);
    },
  };
  readonly events = {
    onReceived: (listener: (upTo: Position) => void) => {
      this.received.add(listener);
      return () => void this.received.delete(listener);
    },
  };

  mode(): LaneMode {
    return this.#mode;
  }
  setMode(mode: LaneMode): void {
    this.#mode = mode;
  }
  async setMaintenance(on: boolean) {
    if (this.active.has("fire")) return { ok: false, code: "GL-1043", why: "an emergency is on" } as const;
    this.#mode = on ? "maintenance" : "normal";
    return { ok: true } as const;
  }
  passageClear(): boolean {
    return this.clear;
  }
  troubles(): readonly TroubleRow[] {
    return this.rows;
  }
  link(): LinkState {
    return this.linkState;
  }
  async sendTestAlert(): Promise<Position> {
    this.alerts++;
    return { epoch: "e1", seq: this.alerts };
  }
  drift() {
    return null;
  }
  logTail(): readonly string[] {
    return ["the lane started"];
  }
}

/** Lets promises settle and time pass in steps until `promise` is done. Ends by itself: at most ten simulated minutes. */
export async function driven<T>(clock: SimClock, promise: Promise<T>, each: () => void = () => {}): Promise<T> {
  let done = false;
  const end = promise.finally(() => {
    done = true;
  });
  for (let step = 0; step < 12_000 && !done; step++) {
    each();
    clock.advance(50);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return end;
}
