/** A lane's process of its own, to be stopped whole: says its port, and shows what is written to it, one view a line. */
import { createInterface } from "node:readline";
import { Kiosk } from "./support.ts";

const kiosk = await Kiosk.start();
process.stdout.write(`${kiosk.url}\n`);
for await (const line of createInterface({ input: process.stdin })) kiosk.street(JSON.parse(line));
await kiosk.stop();
