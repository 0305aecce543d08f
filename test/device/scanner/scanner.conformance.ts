/** What every scan engine behind its port promises. */
import assert from "node:assert/strict";
import type { CodeRead } from "../../../src/core/flow.ts";
import type { Scanner } from "../../../src/ports/code-reader.ts";

export interface ScannerBench {
  readonly scanner: Scanner;
  show(code: Uint8Array): void;
  plug(plugged: boolean): void;
  until(done: () => boolean, what: string): Promise<void>;
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

export const scannerPromises: Readonly<
  Record<string, (bench: ScannerBench, codes: CodeRead[], healths: string[]) => Promise<void>>
> = {
  "gives the bytes of a code as they were, and its text as UTF-8, else as GB18030": async (bench, codes, healths) => {
    await bench.until(() => healths.at(-1) === "ok", "ok");
    bench.show(bytesOf("https://example.org/绿"));
    await bench.until(() => codes.length === 1, "the first code");
    assert.equal(codes[0]?.text, "https://example.org/绿");
    bench.show(Uint8Array.of(0xc2, 0xcc, 0xc2, 0xeb));
    await bench.until(() => codes.length === 2, "the second code");
    assert.equal(codes[1]?.text, "绿码");
    assert.deepEqual([...(codes[1]?.bytes ?? [])], [0xc2, 0xcc, 0xc2, 0xeb]);
    assert.ok(codes.every((code) => code.reader === "scanner" && code.corners === null));
  },
  "does not give a code that is longer than any QR code": async (bench, codes, healths) => {
    await bench.until(() => healths.at(-1) === "ok", "ok");
    bench.show(new Uint8Array(2954).fill(0x41));
    bench.show(bytesOf("after"));
    await bench.until(() => codes.length === 1, "the code after");
    assert.equal(codes[0]?.text, "after");
  },
  "tells that it is gone and, once back, reads again": async (bench, codes, healths) => {
    await bench.until(() => healths.at(-1) === "ok", "ok");
    for (let round = 0; round < 2; round++) {
      bench.plug(false);
      await bench.until(() => healths.at(-1) === "gone", "gone");
      bench.plug(true);
      await bench.until(() => healths.at(-1) === "ok", "ok again");
      codes.length = 0;
      bench.show(bytesOf("back"));
      await bench.until(() => codes.length === 1, "a code");
      assert.equal(codes[0]?.text, "back");
    }
  },
};
