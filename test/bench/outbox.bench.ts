/**
 * `npm run bench:outbox`: one put through the port (thread, SQLite, WAL, FULL) against appending the same bytes to a
 * file with fdatasync, on the same disk, turn by turn in one run, so that a busy machine slows both alike.
 */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { monotonic } from "../../src/core/units.ts";
import type { EventBody } from "../../src/protocol/envelope.ts";
import { districtKey, seal } from "../../src/protocol/seal.ts";
import { uuidV7 } from "../../src/protocol/uuid.ts";
import { Disk } from "../../src/report/outbox/disk.ts";
import { districtKeys } from "../support/keys.ts";
import { redEvent } from "../support/lane-events.ts";

const rounds = Number(process.argv[2] ?? 2000);
const warmUp = 200;
// On the disk of the tree: a temporary folder may be in memory, where fdatasync costs nothing.
const folder = mkdtempSync(join(import.meta.dirname, "../../out-bench-"));
const keys = { district: await districtKey((await districtKeys()).publicKey), day: null };
const bodies: EventBody[] = [];
for (let n = 0; n < 64; n += 1)
  bodies.push(
    await seal(redEvent(), { src: "linqu/mall-1/lane-1", boot: uuidV7(1), clock: "synced", mono: monotonic(n) }, keys),
  );
const texts = bodies.map((body) => JSON.stringify(body));

const outbox = new Disk({
  directory: join(folder, "outbox"),
  capacity: 64 * 1024 * 1024,
  reserve: false,
  synchronous: "FULL",
});
await outbox.open();
const file = openSync(join(folder, "append"), "a");
const puts: number[] = [];
const appends: number[] = [];
for (let n = 0; n < rounds + warmUp; n += 1) {
  const text = texts[n % texts.length] ?? "";
  let began = performance.now();
  await outbox.put("alert", text);
  const put = performance.now() - began;
  began = performance.now();
  writeSync(file, text);
  fdatasyncSync(file);
  const append = performance.now() - began;
  if (n < warmUp) continue;
  puts.push(put);
  appends.push(append);
}
closeSync(file);
await outbox.close();
rmSync(folder, { recursive: true });

const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);
const at = (values: readonly number[], share: number): number => sorted(values)[Math.floor(values.length * share)] ?? 0;
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const round = (value: number): number => Number(value.toFixed(3));
const summary = (values: readonly number[]) => ({
  mean: round(mean(values)),
  p50: round(at(values, 0.5)),
  p99: round(at(values, 0.99)),
});
process.stdout.write(
  `${JSON.stringify({
    bench: "outbox",
    rounds,
    bytes: texts[0]?.length ?? 0,
    putMs: summary(puts),
    appendFdatasyncMs: summary(appends),
    ratio: { mean: round(mean(puts) / mean(appends)), p50: round(at(puts, 0.5) / at(appends, 0.5)) },
    limit: 1.5,
  })}\n`,
);
