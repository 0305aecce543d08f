import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Disk } from "../../../src/report/outbox/disk.ts";
import { SimOutbox } from "../../../src/report/outbox/outbox.sim.ts";
import { outboxConformance } from "./conformance.ts";

outboxConformance("the fake", async (room) => {
  const outbox = new SimOutbox(room);
  return { outbox, again: async () => outbox, destroy: () => outbox.close() };
});

outboxConformance("SQLite in its thread", async (room) => {
  const directory = mkdtempSync(join(tmpdir(), "greenlane-outbox-"));
  const open: Disk[] = [];
  const make = (): Disk => {
    const disk = new Disk({ directory, capacity: room * 1024, reserve: false, synchronous: "FULL" });
    open.push(disk);
    return disk;
  };
  const outbox = make();
  return {
    outbox,
    again: async () => {
      await outbox.close();
      const reopened = make();
      await reopened.open();
      return reopened;
    },
    destroy: async () => {
      for (const disk of open) await disk.close();
      rmSync(directory, { recursive: true });
    },
  };
});
