/** What every thermometer behind its port promises. Run by the fake, by the adapters, and in HIL against the kernel. */
import assert from "node:assert/strict";
import type { Sample, SampleFault } from "../../../src/core/flow.ts";
import type { Thermometer } from "../../../src/ports/thermometer.ts";

export interface ThermometerBench {
  readonly thermometer: Thermometer;
  /** Points the sensor at something of this temperature; null is the room. */
  look(celsius: number | null): void;
  fail(fault: SampleFault | null): void;
  /** The faults that this bench can bring about. */
  readonly faults: readonly SampleFault[];
  pass(duration: number): Promise<void>;
}

export const thermometerPromises: Readonly<
  Record<string, (bench: ThermometerBench, samples: Sample[]) => Promise<void>>
> = {
  "gives samples at a steady rate, each stamped no earlier than the one before": async (bench, samples) => {
    // Opening may take its time; what comes then is steady.
    await bench.pass(3000);
    samples.length = 0;
    await bench.pass(2000);
    assert.ok(samples.length >= 5, `only ${samples.length} samples in two seconds`);
    assert.deepEqual(
      samples.map((sample) => sample.at),
      samples.map((sample) => sample.at).sort((a, b) => a - b),
    );
    assert.ok(samples.every((sample) => sample.ok));
  },
  "sees somebody come and go": async (bench, samples) => {
    bench.look(34.5);
    await bench.pass(4000);
    assert.ok(Math.abs(lastObject(samples) - 34.5) < 0.3, `saw ${lastObject(samples)}`);
    bench.look(null);
    await bench.pass(2000);
    assert.ok(lastObject(samples) < 30);
  },
  "tells each fault within two seconds, gives no value meanwhile, and is well within five seconds of its end": async (
    bench,
    samples,
  ) => {
    for (const fault of bench.faults) {
      await bench.pass(500);
      bench.fail(fault);
      await bench.pass(2000);
      const told = samples.at(-1);
      assert.ok(told !== undefined && !told.ok && told.fault === fault, `${fault}: ${JSON.stringify(told)}`);
      samples.length = 0;
      await bench.pass(3000);
      assert.ok(samples.length > 0 && samples.every((sample) => !sample.ok), `${fault}: silence or a value`);
      bench.fail(null);
      await bench.pass(5000);
      assert.ok(samples.at(-1)?.ok, `${fault}: not back`);
    }
  },
};

function lastObject(samples: readonly Sample[]): number {
  const last = samples.at(-1);
  assert.ok(last?.ok, "the last sample failed");
  return last.object;
}
