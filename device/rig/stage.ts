/**
 * The stage: fakes of every device on one clock, and people who act on them. Camera pictures are released at their
 * stamp; people react to what the street's screen says, as people do.
 */
import type { Direction } from "../../src/core/flow.ts";
import { type CorrectionTable, skinOf } from "../../src/core/temperature/correction.ts";
import { celsius, type Millis, millis } from "../../src/core/units.ts";
import type { StreetScreen } from "../../src/core/views.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { ReleasePort } from "../../src/ports/release.ts";
import { CameraSim } from "../camera/camera.sim.ts";
import { TurnstileSim } from "../gpio/turnstile.sim.ts";
import { SounderSim } from "../sounder/sounder.sim.ts";
import { ThermometerSim } from "../thermometer/thermometer.sim.ts";
import { FPS, LOOP } from "./clip.ts";
import type { Picture } from "./render/scene.ts";

/** A forehead under a hat, or a step too far away, as the sensor sees it. */
const HAT_SKIN = celsius(31.5);
const AMBIENT = celsius(23);
/** How fast bodies and sensors of the rig are. */
export interface Pace {
  /** A person from the first beam to behind the last. */
  readonly stride: Millis;
  /** Between two samples of the thermometer. */
  readonly sampleEvery: Millis;
}
/** A brisk walk, and a thermometer at 16 Hz. */
export const briskPace: Pace = { stride: millis(450), sampleEvery: millis(60) };

export class Stage {
  readonly clock: Clock;
  readonly camera: CameraSim;
  readonly thermometer: ThermometerSim;
  turnstile: TurnstileSim;
  readonly sounder: SounderSim;
  readonly #correction: CorrectionTable;
  readonly #pace: Pace;
  #empty: readonly Picture[] = [];
  #clip: readonly Picture[] | null = null;
  #frame = 0;
  #stop: () => void = () => {};
  #screen: StreetScreen = "out-of-service";
  readonly #clicks = new Set<(direction: Direction) => void>();
  readonly #watchers = new Set<(screen: StreetScreen) => void>();

  constructor(clock: Clock, correction: CorrectionTable, seed: number, pace: Pace = briskPace) {
    this.clock = clock;
    this.#pace = pace;
    this.#correction = correction;
    this.camera = new CameraSim(clock);
    this.thermometer = new ThermometerSim(clock, { period: pace.sampleEvery, lag: millis(40), ambient: AMBIENT, seed });
    this.turnstile = newTurnstile(clock, pace);
    this.sounder = new SounderSim(clock);
  }

  /** The lane's process begins anew: its outputs are configured again, and what was free is held once more. */
  reboot(): void {
    this.turnstile = newTurnstile(this.clock, this.#pace);
  }

  /** The relay as the lane sees it; people hear its click. */
  readonly release: ReleasePort = {
    pulse: (direction) => {
      for (const watcher of [...this.#clicks]) watcher(direction);
      return this.turnstile.pulse(direction);
    },
  };

  /** Resolves true at the next pulse of this direction, false when `within` is over. */
  clicks(direction: Direction, within: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (heard: boolean): void => {
        this.#clicks.delete(watcher);
        cancel();
        resolve(heard);
      };
      const watcher = (clicked: Direction): void => {
        if (clicked === direction) end(true);
      };
      const cancel = this.clock.after(millis(within), () => end(false));
      this.#clicks.add(watcher);
    });
  }

  /** Lights the camera: pictures of the empty lane until somebody comes. */
  start(empty: readonly Picture[]): void {
    this.#empty = empty;
    this.#stop = this.clock.every(millis(1000 / FPS), () => this.#release());
  }

  stop(): void {
    this.#stop();
  }

  /** Tells the people what the street's screen shows. */
  shows(screen: StreetScreen): void {
    if (screen === this.#screen) return;
    this.#screen = screen;
    for (const watcher of [...this.#watchers]) watcher(screen);
  }

  get screen(): StreetScreen {
    return this.#screen;
  }

  /** Resolves with the first screen among `screens`, now or later; null when `within` is over. */
  sees(screens: readonly StreetScreen[], within: number): Promise<StreetScreen | null> {
    return new Promise((resolve) => {
      const end = (screen: StreetScreen | null): void => {
        this.#watchers.delete(watcher);
        cancel();
        resolve(screen);
      };
      const watcher = (screen: StreetScreen): void => {
        if (screens.includes(screen)) end(screen);
      };
      const cancel = this.clock.after(millis(within), () => end(null));
      this.#watchers.add(watcher);
      watcher(this.#screen);
    });
  }

  pause(duration: number): Promise<void> {
    return new Promise((resolve) => this.clock.after(millis(duration), resolve));
  }

  stands(side: Direction, present: boolean): void {
    this.turnstile.set(side === "entry" ? "presence-entry" : "presence-exit", present);
  }

  holdsUp(clip: readonly Picture[] | null): void {
    this.#clip = clip;
    this.#frame = 0;
  }

  /** Leans in: the sensor sees the skin that belongs to this body, or a hat. */
  leansIn(body: number, hat: boolean): void {
    this.thermometer.look(hat ? HAT_SKIN : skinOf(this.#correction, celsius(body), AMBIENT));
  }

  leansBack(): void {
    this.thermometer.look(null);
  }

  #release(): void {
    const clip = this.#clip ?? this.#empty;
    const loop = Math.min(LOOP, clip.length);
    const index = this.#frame < clip.length ? this.#frame : clip.length - loop + ((this.#frame - clip.length) % loop);
    const picture = clip[Math.max(0, index) % clip.length];
    this.#frame += 1;
    if (picture !== undefined) this.camera.push(picture);
  }
}

function newTurnstile(clock: Clock, { stride }: Pace): TurnstileSim {
  const pulse = { length: millis(120), interlock: millis(300) };
  return new TurnstileSim(clock, { body: { stride }, pulse });
}
