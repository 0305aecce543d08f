import { existsSync } from "node:fs";
import { join } from "node:path";
import { bundled, bundleFolder } from "../support/bundle.ts";

/** Folder with `lane-child.js`, `writer-child.js`, `centre-child.js` and the outbox thread. */
export async function builtChildren(): Promise<string> {
  const name = `fault-${process.pid}`;
  if (existsSync(join(bundleFolder(name), "lane-child.js"))) return bundleFolder(name);
  return bundled(name, [
    "test/fault/lane-child.ts",
    "test/fault/writer-child.ts",
    "test/fault/centre-child.ts",
    "src/report/outbox/outbox.worker.ts",
  ]);
}
