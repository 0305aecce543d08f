import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { EpochChange } from "../../../src/ports/outbox.ts";
import type { EventBody } from "../../../src/protocol/envelope.ts";
import { normalise } from "../../../src/protocol/ranges.ts";
import { OutboxStore } from "../../../src/report/outbox/store.ts";
import { body } from "./conformance.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "greenlane-older-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

it("a tombstone for events of an older epoch names that epoch, so that it explains no number of the new one", () => {
  const changes: EpochChange[] = [];
  const open = (): OutboxStore => {
    const store = new OutboxStore({ directory, capacity: 400 * 1024, reserve: false, synchronous: "OFF" }, (change) =>
      changes.push(change),
    );
    expect(store.open().usable).toBe(true);
    return store;
  };
  const before = open();
  for (let n = 0; n < 100; n += 1) before.put("system", body(n));
  const older = before.status().epoch;
  before.close();
  // A head that the database doesn't know of: it has lost commits.
  writeFileSync(join(directory, "outbox.head"), `${older} ${String(120).padStart(16, "0")}\n`);
  const store = open();
  expect(changes).toMatchObject([{ why: "regressed", previousEpoch: older, previousHead: 120 }]);
  let stored = 0;
  try {
    for (;;) {
      store.put("alert", body(stored));
      stored += 1;
    }
  } catch (error) {
    expect(error).toMatchObject({ kind: "full" });
  }
  const held = store.list("alert", null, 5000);
  const graves = held.flatMap((event) => (JSON.parse(event.body) as EventBody).shed ?? []);
  expect(held.every(({ epoch }) => epoch === store.status().epoch)).toBe(true);
  expect(graves.map(({ epoch }) => epoch)).toEqual(graves.map(() => older));
  expect(normalise(graves.flatMap(({ ranges }) => ranges))).toEqual([[1, 100]]);
  expect(held.length - graves.length).toBe(stored);
  store.close();
});
