/** A whole lane on simulated time: the shell and the machine of the product, and around them the plainest ports. */
import { SimClock } from "../../device/clock/clock.sim.ts";
import type { LaneEvent } from "../../src/core/events.ts";
import type { CodeRead, Credential, CredentialOutcome, Direction, Sample } from "../../src/core/flow.ts";
import { skinOf } from "../../src/core/temperature/correction.ts";
import { defaultMeasureSettings } from "../../src/core/temperature/settings.ts";
import { celsius, millis, seconds } from "../../src/core/units.ts";
import { siteRules } from "../../src/core/verdict/site-rules.ts";
import type { GuardView, StreetScreen, StreetView } from "../../src/core/views.ts";
import { Lane } from "../../src/lane/lane.ts";
import type { LanePorts, LaneSettings } from "../../src/lane/lane-parts.ts";
import type { FrameResult } from "../../src/ports/code-reader.ts";
import type { InputEvent, InputLine } from "../../src/ports/inputs.ts";
import { MemoryLogger } from "../support/quiet.ts";

const temperature = { ...defaultMeasureSettings, warmUp: millis(0) };
const timings = {
  codeToTemperature: seconds(5),
  noCredential: seconds(8),
  result: seconds(2),
  nextStep: seconds(30),
  window: seconds(5),
  wideWindow: seconds(15),
  slack: seconds(1),
  interlock: millis(300),
  exitWait: seconds(3),
  callAgain: seconds(20),
  callRoom: seconds(60),
  oneMoment: millis(300),
  lockdownMax: seconds(1800),
  rush: [],
};

/** The settings of a lane of the bench; its third argument changes some. */
export const defaults: LaneSettings = {
  timings,
  rules: siteRules({ kind: "mall" }),
  temperature,
  side: "entry",
  laneCode: "LQ03",
};

export class LaneBench {
  readonly clock: SimClock;
  readonly logger = new MemoryLogger();
  readonly events: LaneEvent[] = [];
  readonly pulses: Direction[] = [];
  readonly screens: StreetScreen[] = [];
  readonly lane: Lane;
  street: StreetView | null = null;
  guardView: GuardView | null = null;
  freed = 0;
  latched = false;
  /** The data disk takes no writes. */
  diskRefuses = false;
  /** What stands before the thermometer: null is nobody; "silent" gives failed samples. */
  skin: number | "silent" | null = null;
  readonly lines = new Set<InputLine>();
  #inputs = new Set<(event: InputEvent) => void>();
  #samples = new Set<(sample: Sample) => void>();
  #results = new Set<(result: FrameResult) => void>();
  #wobble = 0;

  /** @param devices parts of the lane that are not the plainest: adapters on simulated buses, on the same clock. */
  constructor(clock = new SimClock(), devices: Partial<LanePorts> = {}, settings: Partial<LaneSettings> = {}) {
    this.clock = clock;
    const { logger } = this;
    const listen =
      <T>(set: Set<(value: T) => void>) =>
      (listener: (value: T) => void) => {
        set.add(listener);
        return () => void set.delete(listener);
      };
    const nothing = async (): Promise<void> => {};
    this.lane = new Lane(
      {
        clock,
        logger,
        frames: { start: nothing, stop: nothing, onFrame: () => () => {}, onHealth: () => () => {} },
        codeReader: {
          start: nothing,
          stop: nothing,
          offer: () => {},
          onResult: listen(this.#results),
          idleFor: () => millis(0),
          counters: () => {
            throw new Error("not asked for");
          },
        },
        scanner: null,
        thermometer: { start: nothing, stop: nothing, onSample: listen(this.#samples) },
        release: {
          pulse: (direction) => {
            this.pulses.push(direction);
            return Promise.resolve();
          },
        },
        freePassage: {
          free: () => {
            this.freed += 1;
          },
        },
        inputs: {
          start: nothing,
          stop: nothing,
          active: (line) => this.lines.has(line),
          onEvent: listen(this.#inputs),
        },
        latch: {
          latched: () => this.latched,
          latch: () => this.#keep(true),
          clear: () => this.#keep(false),
        },
        verifier: { verify: async (code) => credentialFor(code), used: () => {}, again: (credential) => credential },
        log: {
          put: async (event) => {
            this.events.push(event);
            return { epoch: "e", seq: this.events.length };
          },
          onReceived: () => () => {},
        },
        display: {
          street: (view) => {
            if (this.street?.screen !== view.screen) this.screens.push(view.screen);
            this.street = view;
          },
          guard: (view) => {
            this.guardView = view;
          },
        },
        voice: { play: () => {}, silence: () => {} },
        watchdog: { start: nothing, stop: nothing, progress: () => {} },
        ...devices,
      },
      { ...defaults, ...settings },
    );
    clock.every(millis(62), () => this.#sample());
  }

  async ready(): Promise<this> {
    await this.lane.start();
    this.lane.shift({ id: "0231", supervisor: false });
    return this.wait(1000);
  }

  /** Simulated time in small steps, with promises settled in between. */
  async wait(ms: number): Promise<this> {
    for (let left = ms; left > 0; left -= 50) {
      this.clock.advance(Math.min(50, left));
      for (let turn = 0; turn < 4; turn += 1) await Promise.resolve();
    }
    return this;
  }

  line(line: InputLine, active: boolean): this {
    if (active) this.lines.add(line);
    else this.lines.delete(line);
    return this.input({ kind: "line", line, active, at: this.clock.monotonic() });
  }

  input(event: InputEvent): this {
    for (const listener of this.#inputs) listener(event);
    return this;
  }

  stands(side: Direction, present = true): this {
    return this.line(side === "entry" ? "presence-entry" : "presence-exit", present);
  }

  turns(direction: Direction = "entry"): this {
    return this.input({ kind: "passage", direction, at: this.clock.monotonic() });
  }

  shows(...names: readonly string[]): this {
    const at = this.clock.monotonic();
    const codes = names.map(
      (text): CodeRead => ({
        at,
        reader: "camera",
        bytes: Buffer.from(text),
        text,
        corners: [
          [0, 0],
          [100, 0],
          [100, 100],
          [0, 100],
        ],
        colour: null,
      }),
    );
    for (const listener of this.#results) listener({ at, codes, guidance: null, aim: null, busy: true });
    return this;
  }

  forehead(body: number | "silent" | null): this {
    this.skin = typeof body === "number" ? skinOf(temperature.correction, celsius(body), celsius(22)) : body;
    return this;
  }

  get types(): string[] {
    return this.events.map(({ type }) => type);
  }

  #keep(latched: boolean): void {
    if (this.diskRefuses) throw Object.assign(new Error("GL-2320: read-only"), { code: "GL-2320" });
    this.latched = latched;
  }

  #sample(): void {
    const at = this.clock.monotonic();
    this.#wobble = (this.#wobble + 0.02) % 0.08;
    const sample: Sample =
      this.skin === "silent"
        ? { ok: false, at, fault: "no-answer" }
        : { ok: true, at, object: celsius((this.skin ?? 22) + this.#wobble), ambient: celsius(22) };
    for (const listener of this.#samples) listener(sample);
  }
}

/** `green-7` is a green pass with the id 7. */
export function credentialFor({ text }: Pick<CodeRead, "text">): Credential {
  const [, outcome = "malformed", passId = null] = /^(.*?)(?:-(\d+))?$/.exec(text) ?? [];
  return {
    outcome: outcome as CredentialOutcome,
    notAPass: null,
    medium: "electronic",
    passId,
    subject: outcome === "red" || outcome === "yellow" ? `subject-${passId}` : null,
    forWhom: "self",
    paperDaysLeft: null,
    offline: true,
    colour: null,
    paperAgain: false,
  };
}
