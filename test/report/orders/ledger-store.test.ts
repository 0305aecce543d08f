import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { LedgerStore } from "../../../src/report/orders/ledger-store.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "greenlane-ledger-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const open = (place = directory) => {
  const ledger = new LedgerStore({ directory: place, synchronous: "FULL" });
  return { ledger, ...ledger.open() };
};
const order = (ctr: number) => ({ cid: `order-000${ctr}`, kind: "release", signers: ["op-1"], ctr });

it("knows counters and orders after a restart", () => {
  const first = open();
  expect(first.fresh).toBe(true);
  expect(first.ledger.admit(order(5))).toEqual({ ok: true });
  first.ledger.close();
  const { ledger, fresh } = open();
  expect(fresh).toBe(false);
  expect(ledger.admit(order(5))).toMatchObject({ ok: false, why: "duplicate" });
  expect(ledger.admit(order(4))).toEqual({ ok: false, why: "counter" });
  expect(ledger.unfinished()).toEqual(["order-0005"]);
  ledger.close();
});

it("that is damaged is set aside, and says that it knows nothing", () => {
  open().ledger.close();
  writeFileSync(join(directory, "orders.db"), "no database ".repeat(500));
  const { ledger, fresh } = open();
  expect(fresh).toBe(true);
  expect(ledger.admit(order(1))).toEqual({ ok: true });
  ledger.close();
});

it("that is lost under a running lane lets no order pass twice", () => {
  const { ledger } = open();
  expect(ledger.admit(order(5))).toEqual({ ok: true });
  ledger.close();
  writeFileSync(join(directory, "orders.db"), "no database ".repeat(500));
  expect(ledger.admit(order(5))).toEqual({ ok: false, why: "counter" });
  expect(ledger.admit(order(6))).toEqual({ ok: true });
  ledger.close();
});

it("that can't be opened or set aside refuses every order and lets the lane start", () => {
  const file = join(directory, "none");
  mkdirSync(join(file, "orders.db"), { recursive: true });
  const { ledger, fresh } = open(file);
  expect(fresh).toBe(true);
  expect(() => ledger.admit(order(1))).toThrow(/GL-4002/);
});
