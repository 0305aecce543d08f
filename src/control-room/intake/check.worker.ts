/** The thread that checks and seals: processor time alone, no database. */
import { parentPort, workerData } from "node:worker_threads";
import { workerInput } from "../../threads/worker-host.ts";
import { KeyRing } from "../retention/key-ring.ts";
import { type CheckCall, type CheckSettings, unpack } from "./calls.ts";
import { Checker } from "./check.ts";
import { serve } from "./serve.ts";

const { keys, retentionDays } = workerInput<CheckSettings>(workerData);
const checker = new Checker(new KeyRing(keys), retentionDays);

serve<CheckCall>(parentPort, (call) => {
  switch (call.op) {
    case "open":
      return { value: null };
    case "check": {
      const checked = checker.check(unpack(call.batch));
      return { value: checked, transfer: [checked.sealed.bytes.buffer] };
    }
    case "forget":
      checker.forget(call.day);
      return { value: null };
  }
});
