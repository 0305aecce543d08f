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

async function run(call: IntakeCall): Promise<unknown> {
  switch (call.op) {
    case "open":
      await intake;
      return null;
    case "take":
      return (await intake).take(unpack(call.batch));
    case "announce":
      return (await intake).announce(call.births);
    case "forget":
      return (await intake).forget(call.day);
    case "close":
      return (await opened).stop();
  }
}

let queue: Promise<void> = Promise.resolve();
port.on("message", ({ id, call }: IntakeAsk) => {
  queue = queue.then(async () => {
    const say = (answer: IntakeAnswer): void => port.postMessage(answer);
    try {
      say({ id, value: await run(call) });
    } catch (error) {
      say({ id, failed: { message: error instanceof Error ? error.message : "failed" } });
    }
    if (call.op === "close") port.close();
  });
});
