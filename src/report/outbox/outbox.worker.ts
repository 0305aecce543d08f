/** The outbox thread: the database of events and the ledger of orders, one call after the other, never on the lane's thread. */
import { parentPort, workerData } from "node:worker_threads";
import { workerInput } from "../../threads/worker-host.ts";
import { LedgerStore } from "../orders/ledger-store.ts";
import type { Answer, Call, DiskSettings } from "./calls.ts";
import { OutboxStore } from "./store.ts";

const settings = workerInput<DiskSettings>(workerData);
const port = parentPort;
if (port === null) throw new Error("the outbox thread must be started as a worker");

const say = (answer: Answer): void => port.postMessage(answer);
const outbox = new OutboxStore(settings, (change) => say({ epoch: change }));
const ledger = new LedgerStore(settings);
let _growing: NodeJS.Immediate | null = null;

/** Room on the disk is taken between calls, step by step, so that no event waits for it. */
function growWhenIdle(): void {
  _growing ??= setImmediate(() => {
    _growing = null;
    if (outbox.grow()) growWhenIdle();
  });
}

function run(call: Call): unknown {
  switch (call.op) {
    case "open":
      return outbox.open();
    case "put":
      return outbox.put(call.priority, call.body);
    case "list":
      return outbox.list(call.priority, call.after, call.limit);
    case "range":
      return outbox.range(call.epoch, call.from, call.count);
    case "trim":
      return outbox.trim(call.epoch, call.ranges);
    case "status":
      return outbox.status();
    case "tidy":
      return outbox.tidy();
    case "ledger-open":
      return ledger.open();
    case "ledger-admit":
      return ledger.admit(call.entry);
    case "ledger-find":
      return ledger.find(call.cid);
    case "ledger-finish":
      return ledger.finish(call.cid, call.outcome);
    case "ledger-unfinished":
      return ledger.unfinished();
    case "ledger-desired":
      return ledger.desired();
    case "ledger-desire":
      return ledger.desire(call.desired);
    case "close":
      outbox.close();
      ledger.close();
      return null;
  }
}

port.on("message", ({ id, call }: { id: number; call: Call }) => {
  try {
    say({ id, value: run(call) });
  } catch (error) {
    const told = error as { kind?: unknown; message?: unknown };
    say({ id, failed: { kind: typeof told.kind === "string" ? told.kind : "io", why: String(told.message) } });
  }
  if (call.op === "close") port.close();
  else growWhenIdle();
});
