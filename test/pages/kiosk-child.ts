/**
 * A process of lanes, to be stopped whole: as many as its argument says, each with a port of its own. Says their
 * addresses, and lets lane N show the view of each line `[N, view]`.
 */
import { createInterface } from "node:readline";
import { Kiosk } from "./support.ts";

const kiosks = await Promise.all(Array.from({ length: Number(process.argv[2]) }, () => Kiosk.start()));
process.stdout.write(`${JSON.stringify(kiosks.map((kiosk) => kiosk.url))}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  const [lane, view] = JSON.parse(line);
  kiosks[lane]?.street(view);
}
for (const kiosk of kiosks) await kiosk.stop();
