import { readFileSync } from "node:fs";
import { configFolder } from "./load.ts";

/** Version of the program, as package.json says it: for the birth, the doctor and the panel. */
export function programVersion(): string {
  const { version } = JSON.parse(readFileSync(`${configFolder()}../package.json`, "utf8")) as {
    readonly version: string;
  };
  return version;
}
