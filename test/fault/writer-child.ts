/** The outbox alone as a process: puts as fast as it can and says each number once it is promised. */
import { writeSync } from "node:fs";
import { Disk } from "../../src/report/outbox/disk.ts";

export interface WriterChildInput {
  readonly directory: string;
  readonly synchronous: "FULL" | "OFF";
  readonly capacity: number;
  /** Confirms what is more than this many numbers old, as the centre would. */
  readonly trimAfter: number | null;
}

const input = JSON.parse(process.argv[2] ?? "") as WriterChildInput;
// It waits for a listener who is slow: what stood in a stream's buffer would die with the process.
const say = (line: string): void => void writeSync(1, `${line}\n`);
const boot = "00000000-0000-7000-8000-000000000001";
const body = (n: number): string =>
  JSON.stringify({
    src: "d/s/l",
    boot,
    at: new Date().toISOString(),
    clock: "synced",
    mono: n,
    filler: "x".repeat(420),
  });

const disk = new Disk({
  directory: input.directory,
  capacity: input.capacity,
  reserve: false,
  synchronous: input.synchronous,
});
disk.onEpoch((change) => say(`EPOCH ${change.why} ${change.previousHead}`));
const { epoch, head } = await disk.open();
say(`OPEN ${epoch} ${head}`);
for (let n = 0; ; n += 1) {
  try {
    const at = await disk.put(n % 5 === 4 ? "system" : "alert", body(n));
    say(`ACK ${at.epoch} ${at.seq} ${process.hrtime.bigint()}`);
    if (input.trimAfter !== null && at.seq % 50 === 0 && at.seq > input.trimAfter) {
      const upTo = at.seq - input.trimAfter;
      // Said before it is done: a kill may fall anywhere within the trim.
      say(`TRIM ${at.epoch} ${upTo}`);
      await disk.trim(at.epoch, [[1, upTo]]);
    }
  } catch (error) {
    say(`FAIL ${String((error as { code?: unknown }).code)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
