/** Commits alerts as fast as it can and says each once it is promised; first says which of the earlier ones are there. */
import { Disk } from "../../../src/report/outbox/disk.ts";
import { tell } from "./say.ts";

const [directory = "/data/outbox", synchronous = "FULL"] = process.argv.slice(2);
const disk = new Disk({
  directory,
  capacity: 24 << 20,
  reserve: false,
  synchronous: synchronous === "OFF" ? "OFF" : "FULL",
});
await disk.open();
const held: string[] = [];
for (let after = null as Parameters<Disk["list"]>[1]; ; ) {
  const page = await disk.list("alert", after, 200);
  const last = page.at(-1);
  if (last === undefined) break;
  after = last;
  held.push(...page.map(({ body }) => (JSON.parse(body) as { alert: string }).alert));
}
tell(`HELD ${held.join(" ")}`);
if (process.argv[4] === "check") process.exit(0);
const boot = process.argv[4] ?? "0";
for (let n = 0; ; n += 1) {
  const alert = `${boot}-${n}`;
  await disk.put("alert", JSON.stringify({ alert, filler: "x".repeat(400) }));
  tell(`ACK ${alert}`);
}
