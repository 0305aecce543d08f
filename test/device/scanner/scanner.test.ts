import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { SimClock } from "../../../device/clock/clock.sim.ts";
import { type EngineSaid, EngineStream } from "../../../device/scanner/engine-stream.ts";
import { ScannerSim } from "../../../device/scanner/scanner.sim.ts";
import type { CodeRead } from "../../../src/core/flow.ts";
import { monotonic } from "../../../src/core/units.ts";
import { type ScannerBench, scannerPromises } from "./scanner.conformance.ts";

let codes: CodeRead[];
let healths: string[];
beforeEach(() => {
  codes = [];
  healths = [];
});

async function run(promise: (typeof scannerPromises)[string], bench: ScannerBench): Promise<void> {
  bench.scanner.onCode((code) => codes.push(code));
  bench.scanner.onHealth((health) => healths.push(health));
  await bench.scanner.start();
  await promise(bench, codes, healths);
  await bench.scanner.stop();
}

describe("the simulated scan engine", () => {
  for (const [sentence, promise] of Object.entries(scannerPromises)) {
    it(sentence, async () => {
      const scanner = new ScannerSim(new SimClock());
      await run(promise, {
        scanner,
        show: (code) => scanner.show(code),
        plug: (plugged) => (plugged ? scanner.plugIn() : scanner.unplug()),
        until: async (done, what) => {
          if (!done()) throw new Error(`no ${what}`);
        },
      });
    });
  }
});

describe("the bytes of a scan engine", () => {
  const feed = (chunks: readonly Uint8Array[], pause = 1): EngineSaid[] => {
    const said: EngineSaid[] = [];
    const stream = new EngineStream(true, (one) => said.push(one));
    chunks.forEach((chunk, index) => {
      stream.feed(chunk, monotonic(index * pause));
    });
    return said;
  };
  const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

  it("give the same codes and replies however they are cut", () => {
    const piece = fc.oneof(
      fc.string({ minLength: 1, maxLength: 20, unit: "grapheme-ascii" }).map((text) => ascii(`${text}\r`)),
      fc.uint8Array({ maxLength: 5 }).map((data) => Uint8Array.from([0x02, 0, 0, data.length, ...data, 0x33, 0x31])),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.integer({ min: 1, max: 30 })), (pieces, cuts) => {
        const whole = Buffer.concat(pieces);
        const cut: Uint8Array[] = [];
        for (let from = 0, next = 0; from < whole.length; next++) {
          const size = cuts.length === 0 ? whole.length : (cuts[next % cuts.length] ?? 1);
          cut.push(whole.subarray(from, from + size));
          from += size;
        }
        expect(feed(cut)).toEqual(feed([whole]));
        expect(feed([whole]).length).toBe(pieces.length);
      }),
    );
  });

  it("never become a code where they are a reply, even right behind one", () => {
    expect(feed([Uint8Array.of(0x02, 0, 0, 1, 0, 0x33, 0x31), ascii("PASS\r")])).toEqual([
      { kind: "reply", data: Uint8Array.of(0) },
      { kind: "code", bytes: ascii("PASS") },
    ]);
  });

  it("of two people never become one code: a half one is forgotten after a pause", () => {
    expect(feed([ascii("HALF"), ascii("WHOLE\r")], 250)).toEqual([{ kind: "code", bytes: ascii("WHOLE") }]);
  });

  it("without an end are not kept, whatever comes", () => {
    expect(feed([new Uint8Array(5_000_000).fill(0x41), ascii("\rOK\r")])).toEqual([
      { kind: "code", bytes: ascii("OK") },
    ]);
  });
});
