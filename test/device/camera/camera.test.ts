import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CameraSim } from "../../../device/camera/camera.sim.ts";
import { captureStream, parseFormat, parseStamp } from "../../../device/camera/capture.ts";
import { chooseControls, disobeyed } from "../../../device/camera/controls.ts";
import { FrameSplitter, type RawFrame } from "../../../device/camera/frame-splitter.ts";
import { V4l2Frames } from "../../../device/camera/v4l2-frames.ts";
import { SimClock } from "../../../device/clock/clock.sim.ts";
import { SystemClock } from "../../../device/clock/system-clock.ts";
import type { Frame } from "../../../src/core/flow.ts";
import { millis, monotonic } from "../../../src/core/units.ts";
import type { CameraHealth, Frames } from "../../../src/ports/frames.ts";
import { Happenings } from "../../support/happenings.ts";
import { silentLog } from "../silent-log.ts";
import { type CameraBench, cameraPromises } from "./camera.conformance.ts";

let frames: Frame[];
let healths: CameraHealth[];
const happened = new Happenings();
const { until } = happened;
/** Keeps what a camera gives and tells. */
function listen(camera: Frames): void {
  camera.onFrame((frame) => {
    frames.push(frame);
    happened.tell();
  });
  camera.onHealth((health) => {
    healths.push(health);
    happened.tell();
  });
}
beforeEach(() => {
  frames = [];
  healths = [];
});

type Promised = (typeof cameraPromises)[string];
async function run(promise: Promised, bench: CameraBench): Promise<void> {
  listen(bench.camera);
  await bench.camera.start();
  try {
    await promise(bench, frames, healths);
  } finally {
    await bench.camera.stop();
  }
}

describe("the simulated camera", () => {
  for (const [sentence, promise] of Object.entries(cameraPromises)) {
    it(sentence, async () => {
      const clock = new SimClock();
      const camera = new CameraSim(clock);
      clock.every(millis(66), () => camera.push({ width: 4, height: 2, format: "yuyv", data: new Uint8Array(16) }));
      await run(promise, {
        camera,
        now: () => clock.monotonic(),
        mishap: (kind) => (kind === "frozen" ? camera.freeze() : kind === "gone" ? camera.vanish() : camera.comeBack()),
        until: async (done, what) => {
          for (let left = 50; !done(); left--) {
            if (left === 0) throw new Error(`no ${what} within five seconds`);
            await clock.pass(100);
          }
        },
      });
    });
  }
});

describe("a V4L2 camera by a child process", () => {
  let state: string;
  const fake = join(import.meta.dirname, "fake-v4l2-ctl.sh");
  const clock = new SystemClock({ trust: () => ({ trust: "synced", error: millis(0) }) });
  const controls = { auto_exposure: 3, exposure_time_absolute: 7, white_balance_automatic: 1, power_line_frequency: 0 };
  const open = (): V4l2Frames =>
    new V4l2Frames(
      clock,
      {
        device: "/dev/video0",
        width: 16,
        height: 8,
        rate: 15,
        tool: "v4l2-ctl",
        exposure: millis(10),
        whiteBalance: 4600,
        mains: "50 Hz",
        // Long beside the pauses that a busy machine makes in the played program, which are no fault of a camera.
        noFrameAfter: millis(2000),
        frozenAfter: millis(2000),
      },
      silentLog,
      ([, ...args]) => ["/bin/sh", fake, state, ...args],
    );
  const unlock = (): void => {
    for (const [name, value] of Object.entries(controls)) writeFileSync(join(state, `ctrl-${name}`), String(value));
  };
  const now = (): unknown =>
    Object.fromEntries(Object.keys(controls).map((name) => [name, Number(readFileSync(join(state, `ctrl-${name}`)))]));
  const setState = (name: string, on: boolean): void => {
    if (on) writeFileSync(join(state, name), "");
    else rmSync(join(state, name), { force: true });
  };
  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), "camera-"));
    unlock();
  });
  afterEach(() => rmSync(state, { recursive: true, force: true }));

  for (const [sentence, promise] of Object.entries(cameraPromises)) {
    it(sentence, { timeout: 60_000 }, async () => {
      await run(promise, {
        camera: open(),
        now: () => clock.monotonic(),
        mishap: (kind) => {
          setState("gone", kind === "gone");
          setState("frozen", kind === "frozen");
        },
        until,
      });
    });
  }

  it("locks its controls, twice where the camera obeys only then, and again after each return", {
    timeout: 60_000,
  }, async () => {
    setState("deaf", true);
    const camera = open();
    listen(camera);
    await camera.start();
    await until(() => frames.length > 0);
    const locked = {
      auto_exposure: 1,
      exposure_time_absolute: 100,
      white_balance_automatic: 0,
      power_line_frequency: 1,
    };
    expect(now()).toEqual(locked);
    setState("gone", true);
    await until(() => healths.at(-1) === "gone");
    unlock();
    setState("gone", false);
    await until(() => healths.at(-1) === "ok");
    expect(now()).toEqual(locked);
    await camera.stop();
  });

  it("ends a capture that hangs and opens the camera anew", { timeout: 60_000 }, async () => {
    const camera = open();
    listen(camera);
    await camera.start();
    await until(() => frames.length > 0);
    setState("hang", true);
    await until(() => healths.at(-1) === "gone");
    setState("hang", false);
    await until(() => healths.at(-1) === "ok");
    await camera.stop();
    const streams = readFileSync(join(state, "calls"), "utf8")
      .split("\n")
      .filter((call) => call.includes("stream-mmap"));
    expect(streams.length).toBeGreaterThan(1);
  });
});

describe("the bytes of a camera", () => {
  it("become the same frames however they are cut, with the stamp of their own capture", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 60 }), (cuts) => {
        const size = 12;
        const total = cuts.reduce((sum, cut) => sum + cut, 0);
        const stream = Uint8Array.from({ length: total }, (_, at) => Math.floor(at / size));
        const got: RawFrame[] = [];
        const splitter = new FrameSplitter(size, (frame) => got.push(frame));
        let from = 0;
        let stamped = 0;
        for (const cut of cuts) {
          splitter.chunk(stream.subarray(from, from + cut), monotonic(1000 + from + cut));
          from += cut;
          for (; stamped < Math.floor(from / size); stamped++) splitter.stamp(monotonic(stamped));
        }
        expect(got.length).toBe(Math.floor(total / size));
        for (const [index, frame] of got.entries()) {
          expect(new Set(frame.data)).toEqual(new Set([index]));
          expect(frame.at).toBe(index);
        }
      }),
    );
  });

  it("are never older than their capture nor younger than their arrival where stamps come late, and stay in order", () => {
    const step = fc.record({ stamps: fc.integer({ min: 0, max: 4 }), pause: fc.integer({ min: 1, max: 9 }) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 80 }), (steps) => {
        const got: RawFrame[] = [];
        const splitter = new FrameSplitter(1, (frame) => got.push(frame));
        const arrived: number[] = [];
        let now = 10;
        let said = 0;
        for (const { stamps, pause } of steps) {
          now += pause;
          splitter.chunk(Uint8Array.of(arrived.push(now)), monotonic(now));
          for (let left = stamps; left > 0 && said < arrived.length; left--, said++)
            splitter.stamp(monotonic((arrived[said] ?? 0) - 1));
        }
        expect(got.length).toBeGreaterThanOrEqual(steps.length - 2);
        for (const [index, frame] of got.entries()) {
          const arrival = arrived[index] ?? 0;
          expect(frame.at).toBeGreaterThanOrEqual(Math.max(arrival - 1, got[index - 1]?.at ?? 0));
          expect(frame.at).toBeLessThanOrEqual(arrival);
        }
      }),
    );
  });

  it("get the stamp of their own capture again after some stamps were lost for good", () => {
    const got: RawFrame[] = [];
    const splitter = new FrameSplitter(1, (frame) => got.push(frame));
    for (let n = 1; n <= 200; n++) {
      splitter.chunk(Uint8Array.of(n), monotonic(n * 10));
      if (n < 50 || n > 53) splitter.stamp(monotonic(n * 10 - 4));
    }
    expect(got.map((frame) => frame.at).slice(-20)).toEqual(Array.from({ length: 20 }, (_, n) => (181 + n) * 10 - 4));
  });

  it("get the time of their first byte where the program says none or speaks of another clock", () => {
    const got: RawFrame[] = [];
    const splitter = new FrameSplitter(2, (frame) => got.push(frame));
    for (let at = 0; at < 5; at++) splitter.chunk(Uint8Array.of(at, at), monotonic(at * 10));
    expect(got.map((frame) => frame.at)).toEqual([0, 10, 20, 30, 40]);
    splitter.stamp(monotonic(1e9));
    splitter.chunk(Uint8Array.of(9, 9), monotonic(50));
    expect(got.at(-1)?.at).toBe(50);
  });
});

describe("what the capture programs say", () => {
  it("names of controls differ by kernel and automatic modes go first", () => {
    const set = { exposure: millis(10), whiteBalance: 4600, mains: "50 Hz" } as const;
    const listing = (names: readonly string[]): string =>
      names.map((name) => `   ${name} 0x009a0901 (int)    : min=1 max=5000 step=1 default=3 value=3`).join("\n");
    const old = ["exposure_absolute", "exposure_auto", "exposure_auto_priority", "white_balance_temperature_auto"];
    const now = ["exposure_time_absolute", "auto_exposure", "white_balance_automatic", "white_balance_temperature"];
    expect(chooseControls(listing(old), set).map(({ name, value }) => `${name}=${value}`)).toEqual([
      "exposure_auto=1",
      "exposure_auto_priority=1",
      "exposure_absolute=100",
      "white_balance_temperature_auto=1",
    ]);
    expect(chooseControls(listing(now), set).map(({ name }) => name)).toEqual([
      "auto_exposure",
      "exposure_time_absolute",
      "white_balance_automatic",
      "white_balance_temperature",
    ]);
    expect(disobeyed("auto_exposure: 3\n", [{ name: "auto_exposure", value: 1 }])).toHaveLength(1);
    expect(chooseControls("", set)).toEqual([]);
  });

  it("formats other than YUYV and padded lines are refused", () => {
    const answer = (format: string, line: number): string =>
      `\tWidth/Height      : 640/480\n\tPixel Format      : '${format}' (x)\n\tBytes per Line    : ${line}\n`;
    expect(parseFormat(answer("YUYV", 1280))).toEqual({ width: 640, height: 480 });
    expect(parseFormat(answer("MJPG", 0))).toBeNull();
    expect(parseFormat(answer("YUYV", 1344))).toBeNull();
    expect(parseFormat("")).toBeNull();
  });

  it("capture times are read from the verbose lines alone", () => {
    expect(parseStamp("cap dqbuf: 1 seq:     12 bytesused: 614400 ts: 4711.250000 (ts-monotonic)")).toBe(4_711_250);
    expect(parseStamp("<<<< 15.00 fps")).toBeNull();
    expect(captureStream({ device: "/dev/video0", width: 640, height: 480, rate: 10, tool: "ffmpeg" })).toContain(
      "yuyv422",
    );
  });
});
