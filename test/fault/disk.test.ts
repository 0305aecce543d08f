import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EpochChange } from "../../src/ports/outbox.ts";
import type { EventBody } from "../../src/protocol/envelope.ts";
import { each, normalise, type Range } from "../../src/protocol/ranges.ts";
import { Disk } from "../../src/report/outbox/disk.ts";
import { pause } from "./child.ts";
import { LoopDisk } from "./loop-disk.ts";
import { figures } from "./plan.ts";

const body = (n: number): string =>
  JSON.stringify({
    src: "d/s/l",
    boot: "00000000-0000-7000-8000-000000000001",
    at: "2020-05-06T01:00:00.000Z",
    clock: "synced",
    mono: n,
    filler: "x".repeat(420),
  });
const capacity = 8 * 1024 * 1024;
const missing = LoopDisk.missing();
if (missing !== null) process.stderr.write(`disk faults skipped: ${missing}\n`);

/** Takes all the space that is left, as a runaway log would. */
function fillUp(folder: string): void {
  spawnSync("dd", ["if=/dev/zero", `of=${join(folder, "filler")}`, "bs=64k"], { stdio: "ignore" });
  spawnSync("dd", ["if=/dev/zero", `of=${join(folder, "filler2")}`, "bs=512"], { stdio: "ignore" });
}

describe.skipIf(missing !== null)("fault 4: a disk in trouble", () => {
  let loop: LoopDisk;
  let outbox: Disk;
  const make = (reserve: boolean): Disk =>
    new Disk({ directory: join(loop.mount, "outbox"), capacity, reserve, synchronous: "FULL" });
  beforeEach(() => {
    loop = new LoopDisk(32);
  });
  afterEach(async () => {
    await outbox.close();
    loop.destroy();
  });

  it("that others fill up leaves the outbox its share: every alert up to its capacity is stored", async () => {
    outbox = make(true);
    await outbox.open();
    // Calls let the thread take its room in between; it is done when file and ballast have their size.
    const file = join(loop.mount, "outbox", "outbox.db");
    while (statSync(file).size < capacity - 3 * 256 * 1024 || (await outbox.status()).fill > 0.1) await pause(20);
    fillUp(loop.mount);
    let alerts = 0;
    let shed = 0;
    let failure: unknown = null;
    const system: number[] = [];
    for (let n = 0; failure === null && n < 50_000; n += 1) {
      try {
        if (n < 200) system.push((await outbox.put("system", body(n))).seq);
        else {
          await outbox.put("alert", body(n));
          alerts += 1;
        }
      } catch (error) {
        failure = error;
      }
    }
    const held = await outbox.list("alert", null, 50_000);
    for (const { body: text } of held) shed += (JSON.parse(text) as EventBody).shed?.count ?? 0;
    const ranges = held.flatMap(({ body: text }) => ((JSON.parse(text) as EventBody).shed?.ranges ?? []) as Range[]);
    figures("4 (disk full)", {
      "alerts stored on the full disk": alerts,
      "alerts held": held.filter(({ body: text }) => !text.includes('"shed"')).length,
      "system events shed": shed,
    });
    expect(failure).toMatchObject({ kind: "full", code: "GL-4001" });
    expect(alerts).toBeGreaterThan(capacity / 1024 / 2);
    expect(held.filter(({ body: text }) => !text.includes('"shed"'))).toHaveLength(alerts);
    expect([...each(normalise(ranges))].every((seq) => system.includes(seq))).toBe(true);

    const { epoch } = await outbox.status();
    await outbox.trim(epoch, [[1, 1000]]);
    await expect(outbox.put("alert", body(1))).resolves.toMatchObject({ epoch });
  });

  it("that is full before the outbox was ever opened refuses with a reason and works once there is room", async () => {
    fillUp(loop.mount);
    outbox = make(false);
    expect(await outbox.open()).toMatchObject({ usable: false });
    await expect(outbox.put("alert", body(1))).rejects.toMatchObject({ code: expect.stringMatching(/GL-400[12]/) });
    rmSync(join(loop.mount, "filler"));
    await expect(outbox.put("alert", body(1))).resolves.toMatchObject({ seq: 1 });
  });

  it("that turns read-only refuses with a reason, keeps what it has, and works again when it is writable", async () => {
    outbox = make(false);
    await outbox.open();
    const { epoch } = await outbox.put("alert", body(1));
    execFileSync("sync");
    spawnSync("mount", ["-o", "remount,ro,force", loop.mount]);
    // A file system with files open for writing can't be made read-only by hand; the kernel does it at an error.
    const readOnly = spawnSync("mount", ["-o", "remount,ro", loop.mount]).status === 0;
    if (!readOnly) {
      await outbox.close();
      loop.remount("ro");
      outbox = make(false);
      expect(await outbox.open()).toMatchObject({ usable: false, why: "GL-4002" });
    }
    await expect(outbox.put("alert", body(2))).rejects.toMatchObject({ code: "GL-4002" });
    loop.remount("rw");
    expect(await outbox.put("alert", body(3))).toEqual({ epoch, seq: 2 });
    expect(await outbox.list("alert", null, 10)).toHaveLength(2);
  });

  it("that answers with I/O errors refuses, and has after a repair every event that it had promised", async () => {
    outbox = make(false);
    await outbox.open();
    const { epoch } = await outbox.put("alert", body(1));
    loop.cut();
    await expect(outbox.put("alert", body(2))).rejects.toMatchObject({ code: "GL-4002" });
    await expect(outbox.put("alert", body(3))).rejects.toMatchObject({ code: "GL-4002" });
    await outbox.close();
    loop.restore();
    outbox = make(false);
    await outbox.open();
    expect((await outbox.list("alert", null, 10)).map(({ seq }) => seq)).toEqual([1]);
    const next = await outbox.put("alert", body(4));
    expect(next.epoch === epoch ? next.seq : 2).toBe(2);
  });

  it("whose repair took the outbox away under a running lane begins a new epoch that names what is gone", async () => {
    outbox = make(false);
    const changes: EpochChange[] = [];
    outbox.onEpoch((change) => changes.push(change));
    await outbox.open();
    const { epoch } = await outbox.put("alert", body(1));
    loop.cut();
    await expect(outbox.put("alert", body(2))).rejects.toMatchObject({ code: "GL-4002" });
    loop.restore();
    // What a file system check does with a folder that it can't make sense of. No file is left to tell the head.
    rmSync(join(loop.mount, "outbox"), { recursive: true });
    expect(await outbox.put("alert", body(3))).toMatchObject({ seq: 1 });
    expect(changes).toMatchObject([{ why: "missing", previousEpoch: epoch, previousHead: 1, salvaged: 0 }]);
  });

  it("whose folder belongs to somebody else, or to a second process, is told apart", async () => {
    outbox = make(false);
    await outbox.open();
    const second = make(false);
    expect(await second.open()).toMatchObject({ usable: false, why: "GL-4006" });
    await expect(second.put("alert", body(1))).rejects.toMatchObject({ kind: "busy" });
    await second.close();
    await expect(outbox.put("alert", body(1))).resolves.toMatchObject({ seq: 1 });
  });
});

describe("fault 4: a path that is none", () => {
  it("refuses with a reason", async () => {
    const folder = mkdtempSync(join(tmpdir(), "greenlane-path-"));
    writeFileSync(join(folder, "file"), "");
    mkdirSync(join(folder, "outbox.db"));
    const outbox = new Disk({ directory: folder, capacity, reserve: false, synchronous: "FULL" });
    expect(await outbox.open()).toMatchObject({ usable: false, why: "GL-4002" });
    await outbox.close();
    rmSync(folder, { recursive: true });
  });
});
