import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { builtChildren } from "./build.ts";
import { Child, pause } from "./child.ts";
import { LoopDisk } from "./loop-disk.ts";
import { amount, figures, randomOf } from "./plan.ts";
import { Promises } from "./promises.ts";

const missing = LoopDisk.missing();
if (missing !== null) process.stderr.write(`power cuts skipped: ${missing}\n`);
const capacity = 24 * 1024 * 1024;

describe.skipIf(missing !== null)("fault 2: power cuts", () => {
  let disk: LoopDisk;
  afterEach(() => disk.destroy());

  async function cuts(many: number, synchronous: "FULL" | "OFF", random: () => number): Promise<Promises> {
    disk = new LoopDisk(96);
    const directory = join(disk.mount, "outbox");
    const children = await builtChildren();
    const promises = new Promises();
    for (let n = 0; n < many; n += 1) {
      const child = new Child(join(children, "writer-child.js"), { directory, synchronous, capacity, trimAfter: 300 });
      await child.until((lines) => lines.some((line) => line.startsWith("ACK")));
      await pause(50 + random() * 300);
      const cutAt = disk.cut();
      await child.kill();
      disk.restore();
      promises.learn(child.lines, cutAt);
      promises.check(directory, capacity);
    }
    return promises;
  }

  it("lose no event that was promised and give no number twice", async () => {
    const many = amount({ quick: 10, full: 200 });
    const { confirmed, lost, twice, holes, changes } = await cuts(many, "FULL", randomOf("power"));
    const torn = changes.filter(({ why }) => why === "torn").length;
    figures("2 (power cut)", { cuts: many, confirmed, lost, twice, holes, "new epochs by a torn log": torn });
    expect({ lost, twice, holes }).toEqual({ lost: 0, twice: 0, holes: 0 });
    expect(changes.filter(({ why }) => why !== "torn")).toEqual([]);
    expect(confirmed).toBeGreaterThan(many);
  });

  it("do lose events with synchronous=OFF: the method can tell", async () => {
    const { confirmed, lost } = await cuts(amount({ quick: 2, full: 6 }), "OFF", randomOf("control"));
    figures("2 (negative control, synchronous=OFF)", { confirmed, lost });
    expect(lost).toBeGreaterThan(0);
  });
});
