#!/usr/bin/env node
// In a checkout the TypeScript sources run as they are, so nothing can be stale; the built package has only main.js.
import { existsSync } from "node:fs";

const source = new URL("./main.ts", import.meta.url);
if (existsSync(source)) {
  const { register } = await import("tsx/esm/api");
  register();
  await import(source.href);
} else {
  await import(new URL("./main.js", import.meta.url).href);
}
