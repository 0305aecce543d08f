/** The thread that files and commits, with a connection to the database of its own. */
import { parentPort, workerData } from "node:worker_threads";
import { seconds } from "../../core/units.ts";
import { workerInput } from "../../threads/worker-host.ts";
import { reachable } from "../addressees.ts";
import { openDatabase } from "../database/open.ts";
import { AuditLog } from "../store/audit.ts";
import { CaseStore } from "../store/cases.ts";
import { EventStore } from "../store/events.ts";
import type { StoreCall, StoreSettings } from "./calls.ts";
import { StoreIntake } from "./intake.ts";
import { serve } from "./serve.ts";

const settings = workerInput<StoreSettings>(workerData);
const opened = openDatabase(settings.database);
/** A failure is said with the first call; without this the process would end before it. */
opened.catch(() => {});
const intake = opened.then((database) => {
  const escalateAfter = seconds(settings.escalateAfterSeconds);
  const cases = new CaseStore(database, new AuditLog(database), escalateAfter, reachable(settings));
  return new StoreIntake({ store: new EventStore(database), cases });
});
intake.catch(() => {});

serve<StoreCall>(parentPort, async (call) => {
  switch (call.op) {
    case "open":
      await intake;
      return { value: null };
    case "store":
      return { value: await (await intake).store(call.checked) };
    case "announce":
      return { value: await (await intake).announce(call.births) };
    case "close":
      await (await opened).stop();
      return { value: null };
  }
});
