/**
 * A V4L2 camera by a child process that reads the device and writes raw YUYV frames to its stdout. The child is ended
 * and the device opened anew when no frame comes, when the picture stands still to the last bit, or when the child
 * ends (unplugged); format and controls are set again each time, since a camera forgets them.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Frame } from "../../src/core/flow.ts";
import { type Monotonic, millis, since } from "../../src/core/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { CameraHealth, Frames } from "../../src/ports/frames.ts";
import type { Logger } from "../../src/ports/logger.ts";
import { run, type Staying, staying } from "../child.ts";
import { Listeners } from "../listeners.ts";
import {
  type CaptureSettings,
  captureStream,
  getFormat,
  listControls,
  parseFormat,
  parseStamp,
  setFormat,
} from "./capture.ts";
import { type CameraControls, type Control, chooseControls, disobeyed, getControls, setControl } from "./controls.ts";
import { FrameSplitter, type RawFrame } from "./frame-splitter.ts";
import { PictureWatch, type WatchSettings } from "./picture-watch.ts";

export interface V4l2Settings extends CaptureSettings, CameraControls, WatchSettings {}

/** Runs programs; tests bring others than the system's. */
export type Programs = (argv: readonly string[]) => readonly string[];

const CHECK_EVERY = millis(100);
/** Between two attempts to open the device: long enough for a hub, short enough to be back within 5 s. */
const RETRY_AFTER = millis(1000);
const COMMAND_PATIENCE_MS = 5000;

export class V4l2Frames implements Frames {
  readonly #clock: Clock;
  readonly #set: V4l2Settings;
  readonly #log: Logger;
  readonly #programs: Programs;
  readonly #frames = new Listeners<Frame>();
  readonly #healths = new Listeners<CameraHealth>();
  #running = false;
  #child: Staying | null = null;
  #health: CameraHealth = "ok";
  #watch: PictureWatch;
  #opened: Monotonic;
  #replaced = false;
  #loop: Promise<void> = Promise.resolve();
  #cancel: (() => void) | null = null;
  #wake: (() => void) | null = null;

  constructor(clock: Clock, settings: V4l2Settings, log: Logger, programs: Programs = (argv) => argv) {
    this.#clock = clock;
    this.#set = settings;
    this.#log = log;
    this.#programs = programs;
    this.#opened = clock.monotonic();
    this.#watch = new PictureWatch(settings, this.#opened);
  }

  /** Never fails for a missing camera: its health says so until it is there. */
  async start(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    this.#watch = new PictureWatch(this.#set, this.#clock.monotonic());
    this.#cancel = this.#clock.every(CHECK_EVERY, () => this.#check());
    this.#loop = this.#keepOpen();
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#cancel?.();
    this.#cancel = null;
    this.#wake?.();
    await this.#child?.kill();
    await this.#loop;
  }

  onFrame(listener: (frame: Frame) => void): () => void {
    return this.#frames.add(listener);
  }

  onHealth(listener: (health: CameraHealth) => void): () => void {
    return this.#healths.add(listener);
  }

  async #keepOpen(): Promise<void> {
    while (this.#running) {
      try {
        const size = await this.#configure();
        if (!this.#running) return;
        await this.#stream(size);
        // Ended by ourselves: open it again at once.
        if (this.#replaced) continue;
      } catch (error) {
        this.#log.warn("camera could not be opened", { code: "GL-2011", why: reason(error) });
      }
      if (this.#running) await this.#pause();
    }
  }

  /** Format first, then the controls. @returns the size that the camera took. */
  async #configure(): Promise<{ readonly width: number; readonly height: number }> {
    const { device } = this.#set;
    await this.#run(setFormat(this.#set));
    const size = parseFormat(await this.#run(getFormat(device)));
    if (size === null) throw new Error("GL-2012: the camera gives no YUYV of this size; choose another size or camera");
    const controls = chooseControls(await this.#run(listControls(device)), this.#set);
    let wrong: readonly Control[] = controls;
    for (let attempt = 0; attempt < 2 && wrong.length > 0; attempt++) {
      for (const control of wrong) await this.#run(setControl(device, control)).catch(() => "");
      wrong = disobeyed(await this.#run(getControls(device, controls)), controls);
    }
    if (wrong.length > 0)
      this.#log.warn("camera does not obey", { code: "GL-2013", controls: wrong.map(({ name }) => name).join(" ") });
    return size;
  }

  /** Reads until the child ends, for whatever reason. */
  async #stream(size: { readonly width: number; readonly height: number }): Promise<void> {
    const [program = "", ...args] = this.#programs(captureStream(this.#set));
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = staying(child);
    const splitter = new FrameSplitter(size.width * size.height * 2, (frame) => this.#frame(frame, size));
    child.stdout.on("data", (bytes: Buffer) => splitter.chunk(bytes, this.#clock.monotonic()));
    createInterface({ input: child.stderr }).on("line", (line) => {
      const stamp = parseStamp(line);
      if (stamp !== null) splitter.stamp(stamp);
    });
    this.#opened = this.#clock.monotonic();
    this.#replaced = false;
    await this.#child.ended;
    this.#child = null;
  }

  #frame(raw: RawFrame, { width, height }: { readonly width: number; readonly height: number }): void {
    if (!this.#running) return;
    this.#become(this.#watch.frame(raw.data, this.#clock.monotonic()));
    this.#frames.tell({ at: raw.at, width, height, format: "yuyv", data: raw.data });
  }

  #check(): void {
    const now = this.#clock.monotonic();
    const health = this.#watch.at(now);
    this.#become(health);
    if (health === "ok") return;
    // A capture program can hang on a device that is gone: no polite end. A new one gets its whole time.
    if (this.#child === null || since(this.#opened, now) < this.#set.noFrameAfter) return;
    this.#replaced = true;
    this.#child.process.kill("SIGKILL");
    if (health === "frozen") this.#watch.reopened(now);
  }

  #become(health: CameraHealth): void {
    if (health === this.#health) return;
    this.#health = health;
    this.#healths.tell(health);
  }

  #run(argv: readonly string[]): Promise<string> {
    return run(this.#programs(argv), COMMAND_PATIENCE_MS);
  }

  async #pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.after(RETRY_AFTER, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
    this.#wake = null;
  }
}

const reason = (error: unknown): string => (error instanceof Error ? error.message.slice(0, 160) : "unknown");
