import { EventEmitter } from "node:events";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { SimClock } from "../../device/clock/clock.sim.ts";
import { seeded } from "../../device/rig/render/random.ts";
import { createRenderer } from "../../device/rig/render/render-frame.ts";
import { emptyScene, plainCamera, plainCarrier, plainCode, type Scene } from "../../device/rig/render/scene.ts";
import type { Frame } from "../../src/core/flow.ts";
import type { Monotonic } from "../../src/core/units.ts";
import type { FrameResult, ReaderCounters } from "../../src/ports/code-reader.ts";
import type { Logger } from "../../src/ports/logger.ts";
import { PooledCodeReader } from "../../src/read/code-reader.ts";
import { type StartDecodeWorker, startReadingWorker } from "../../src/read/decode-thread.ts";
import { defaultReadSettings } from "../../src/read/settings.ts";

const render = createRenderer();
const lane: Scene = emptyScene;
const withCode = (payload: string): Scene => ({
  ...emptyScene,
  carriers: [{ ...plainCarrier, codes: [{ ...plainCode, payload }] }],
});
const frameOf = (scene: Scene, at: Monotonic): Frame => ({ ...render(scene, plainCamera, seeded(at)), at });
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

/** Says that it is ready, then answers nothing. */
class HangingWorker extends EventEmitter {
  constructor() {
    super();
    queueMicrotask(() => this.emit("message", { kind: "ready" }));
  }
  postMessage(): void {}
  async terminate(): Promise<number> {
    return 1;
  }
}

function built(startWorker: StartDecodeWorker = startReadingWorker): { reader: PooledCodeReader; clock: SimClock } {
  const clock = new SimClock();
  return { clock, reader: new PooledCodeReader({ clock, settings, logger: silent, startWorker }) };
}

const nextOf = (reader: PooledCodeReader): Promise<FrameResult> =>
  new Promise((resolve) => {
    const off = reader.onResult((result) => {
      off();
      resolve(result);
    });
  });

const settings = defaultReadSettings(2);

describe("the code reader, with real workers", () => {
  const { reader, clock } = built();
  let before: ReaderCounters;
  beforeAll(() => reader.start(), 30_000);
  afterAll(() => reader.stop());
  beforeEach(() => {
    before = reader.counters();
  });
  const counted = (name: Exclude<keyof ReaderCounters, "decodeMs">): number => reader.counters()[name] - before[name];

  it("keeps an empty lane from the decoder once it knows it, and lets a phone through at once", async () => {
    const busy: boolean[] = [];
    for (let frame = 0; frame < 3; frame++) {
      clock.advance(60);
      const result = nextOf(reader);
      reader.offer(frameOf(lane, clock.monotonic()));
      busy.push((await result).busy);
    }
    expect(busy).toEqual([true, false, false]);
    const result = nextOf(reader);
    reader.offer(frameOf(withCode("HP1:ARRIVED"), clock.monotonic()));
    expect((await result).codes.map((code) => code.text)).toEqual(["HP1:ARRIVED"]);
    expect([counted("gated"), counted("decoded"), counted("found")]).toEqual([2, 2, 1]);
  });

  it("gives a code with its bytes, corners, colour and the stamp of its capture", async () => {
    const result = nextOf(reader);
    const at = clock.monotonic();
    reader.offer(frameOf(withCode("HP1:STAMPED"), at));
    const [code] = (await result).codes;
    expect(code).toMatchObject({ text: "HP1:STAMPED", at, reader: "camera", colour: "black" });
    expect(new TextDecoder().decode(code?.bytes)).toBe("HP1:STAMPED");
    expect(code?.corners?.flat().every((value) => value > 0 && value < 640)).toBe(true);
  });

  it("works on the newest frame: those that came while it was busy are superseded, never queued", async () => {
    const first = nextOf(reader);
    const frames = ["A", "B", "C", "D"].map((name) => frameOf(withCode(`HP1:${name}`), clock.monotonic()));
    for (const frame of frames) reader.offer(frame);
    expect((await first).codes[0]?.text).toBe("HP1:A");
    expect((await nextOf(reader)).codes[0]?.text).toBe("HP1:D");
    expect([counted("offered"), counted("superseded"), counted("found")]).toEqual([4, 2, 2]);
  });

  it("drops a frame that is older than the age limit", async () => {
    const old = frameOf(withCode("HP1:OLD"), clock.monotonic());
    clock.advance(settings.ageLimit + 1);
    reader.offer(old);
    const result = nextOf(reader);
    reader.offer(frameOf(withCode("HP1:FRESH"), clock.monotonic()));
    expect((await result).codes[0]?.text).toBe("HP1:FRESH");
    expect(counted("tooOld")).toBe(1);
  });
});

describe("the code reader, when a worker hangs", () => {
  it("replaces it at the deadline and gives the newest frame to the next one", async () => {
    const workers: HangingWorker[] = [];
    const { reader, clock } = built(() => {
      const worker = new HangingWorker();
      workers.push(worker);
      return worker;
    });
    await reader.start();
    reader.offer(frameOf(lane, clock.monotonic()));
    clock.advance(settings.decodeDeadline - 1);
    expect([reader.counters().workersReplaced, workers.length]).toEqual([0, 1]);
    clock.advance(1);
    expect([reader.counters().workersReplaced, workers.length]).toEqual([1, 2]);
    const given: unknown[] = [];
    (workers[1] as HangingWorker).postMessage = (...job: unknown[]) => void given.push(...job);
    reader.offer(frameOf(lane, clock.monotonic()));
    await new Promise((resolve) => setImmediate(resolve));
    expect(given).toMatchObject([{ at: settings.decodeDeadline, width: 640 }]);
    // What the dead one says too late is nobody's.
    workers[0]?.emit("message", { kind: "done", id: 1, ms: 1, reading: null });
    expect(reader.counters().decoded).toBe(0);
    await reader.stop();
  });

  it("tries a worker that dies before it is ready again, after a pause", async () => {
    let starts = 0;
    const { reader, clock } = built(() => {
      starts++;
      const worker = new EventEmitter() as HangingWorker;
      worker.terminate = async () => 1;
      queueMicrotask(() => (starts < 3 ? worker.emit("exit", 1) : worker.emit("message", { kind: "ready" })));
      return worker;
    });
    const ready = reader.start();
    for (let i = 0; i < 2; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(1000);
    }
    await ready;
    expect(starts).toBe(3);
    await reader.stop();
  });

  it("tells how long no answer has come, so that a hanging reader starves the watchdog", async () => {
    const { reader, clock } = built(() => new HangingWorker());
    await reader.start();
    reader.offer(frameOf(lane, clock.monotonic()));
    clock.advance(1000);
    expect(reader.idleFor()).toBe(1000);
    await reader.stop();
  });
});
