/**
 * From the capture of a frame to the edge of the relay: a verified green whose temperature is ready, one nominal frame
 * each, through the real reader, verifier, machine and relay port. Prints p50, p95, p99, and the delay of the lane
 * thread's event loop meanwhile (each figure of the worst hundred). Run on a quiet machine: `npm run bench [-- --frames 1000]`.
 */
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import type { Picture } from "../../device/rig/render/scene.ts";
import { millis } from "../../src/core/units.ts";
import { Demo } from "../../src/demo.ts";

const at = process.argv.indexOf("--frames");
const frames = at === -1 ? 1000 : Number(process.argv[at + 1]);
const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
/** On paper, so that a code outlives the drawing: a hundred people are drawn, then measured with a free core. */
const green = { says: "", codes: [{ kind: "green-paper" as const }], body: [36.5] };
const batch = 100;
const demo = new Demo({
  script: { title: "", people: [green] },
  people: null,
  seed: 1,
  port: 0,
  logger: silent,
  pace: { stride: millis(240), sampleEvery: millis(15) },
});

await demo.start();
const { stage } = demo;
const through = (): Promise<void> =>
  new Promise((done) => {
    const end = demo.kiosk.lane.onStep((step) => {
      if (step.kind !== "passed" && step.kind !== "unused") return;
      end();
      done();
    });
  });
await stage.pause(1000);
/** One a batch: a histogram that rests while people are drawn would count the rest as a delay. */
const delays: IntervalHistogram[] = [];
let released = 0;
let clips: (readonly Picture[])[] = [];
for (let n = 0; n < frames; n += 1) {
  if (n % batch === 0) {
    delays.at(-1)?.disable();
    const size = Math.min(batch, frames - n);
    clips = await Promise.all(Array.from({ length: size }, (_, at) => demo.draw(green, n + at, 2)));
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    delays.push(delay);
  }
  const clip = clips[n % batch] ?? [];
  stage.stands("entry", true);
  stage.leansIn(36.5, false);
  // The forehead first, so that the frame is the last thing that the verdict waits for.
  await stage.pause(250);
  const click = stage.clicks("entry", 2000);
  const passed = through();
  stage.holdsUp(clip.slice(-1));
  const clicked = await click;
  stage.holdsUp(null);
  stage.leansBack();
  stage.stands("entry", false);
  await stage.pause(140);
  if (clicked) {
    released += 1;
    await stage.turnstile.body.push("entry");
    await passed;
  }
  await stage.pause(100);
}
delays.at(-1)?.disable();
const worst = (of: (delay: IntervalHistogram) => number): number => Math.max(...delays.map(of)) / 1e6;
const loop = {
  p50: worst((delay) => delay.percentile(50)),
  p99: worst((delay) => delay.percentile(99)),
  max: worst((delay) => delay.max),
};
process.stdout.write(
  `${JSON.stringify({ frames, released, heldMs: demo.clock.held, frameToReleaseMs: demo.kiosk.lane.latency.summary(), loopDelayMs: loop })}\n`,
);
await demo.stop();
