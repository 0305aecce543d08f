/** The intake thread: a connection to the database of its own, one call after the other, never on the page's thread. */
import { parentPort, workerData } from "node:worker_threads";
import { seconds } from "../../core/units.ts";
import { workerInput } from "../../threads/worker-host.ts";
import { reachable } from "../addressees.ts";
import { openDatabase } from "../database/open.ts";
import { KeyRing } from "../retention/key-ring.ts";
import { AuditLog } from "../store/audit.ts";
import { CaseStore } from "../store/cases.ts";
import { EventStore } from "../store/events.ts";
import { type IntakeAnswer, type IntakeAsk, type IntakeCall, type IntakeSettings, unpack } from "./calls.ts";
import { StoreIntake } from "./intake.ts";

const settings = workerInput<IntakeSettings>(workerData);
const port = parentPort;
if (port === null) throw new Error("the intake thread must be started as a worker");

const opened = openDatabase(settings.database);
/** A failure is said with the first call; without this the process would end before it. */
opened.catch(() => {});
const intake = opened.then(
  (database) =>
    new StoreIntake({
      store: new EventStore(database),
      cases: new CaseStore(
        database,
        new AuditLog(database),
        seconds(settings.escalateAfterSeconds),
        reachable(settings),
      ),
      keyRing: new KeyRing(settings.keys),
      retentionDays: settings.retentionDays,
    }),
);
intake.catch(() => {});

/** Begins a call; resolves with what is left for its turn. The next batch is checked while a server writes the last one. */
async function begin(call: IntakeCall): Promise<() => Promise<unknown>> {
  switch (call.op) {
    case "open":
      return () => intake.then(() => null);
    case "take": {
      const ready = await intake;
      const checked = ready.check(unpack(call.batch));
      return () => ready.store(checked);
    }
    case "announce":
      return async () => (await intake).announce(call.births);
    case "forget":
      return async () => (await intake).forget(call.day);
    case "close":
      return async () => (await opened).stop();
  }
}

let queue: Promise<void> = Promise.resolve();
port.on("message", ({ id, call }: IntakeAsk) => {
  const begun = begin(call);
  begun.catch(() => {});
  queue = queue.then(async () => {
    const say = (answer: IntakeAnswer): void => port.postMessage(answer);
    try {
      say({ id, value: await (await begun)() });
    } catch (error) {
      say({ id, failed: { message: error instanceof Error ? error.message : "failed" } });
    }
    if (call.op === "close") port.close();
  });
});
