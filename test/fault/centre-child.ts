/** A collector as a process of its own, on SQLite: confirms after its own commit, and can be killed like everything else. */
import Database from "better-sqlite3";
import { connect } from "mqtt";
import { encode, parseEnvelope } from "../../src/protocol/parse.ts";
import { add, type Range, type Ranges, toReceipt } from "../../src/protocol/ranges.ts";
import { centreTopic, everyLane, laneTopic, parseLaneName } from "../../src/protocol/topics.ts";

const input = JSON.parse(process.argv[2] ?? "") as { readonly file: string; readonly url: string };
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const db = new Database(input.file, { timeout: 2000 });
db.pragma("journal_mode = WAL");
db.pragma("synchronous = FULL");
db.exec("CREATE TABLE IF NOT EXISTS event(epoch TEXT, seq INTEGER, shed TEXT, PRIMARY KEY(epoch, seq)) WITHOUT ROWID");
const have = new Map<string, Ranges>();
const learn = (epoch: string, seq: number, shed: readonly Range[]): void => {
  for (const range of [[seq, seq] as const, ...shed]) have.set(epoch, add(have.get(epoch) ?? [], range));
};
for (const row of db.prepare<[], { epoch: string; seq: number; shed: string }>("SELECT * FROM event").all())
  learn(row.epoch, row.seq, JSON.parse(row.shed) as Range[]);

const insert = db.prepare("INSERT OR IGNORE INTO event(epoch, seq, shed) VALUES (?, ?, ?)");
// Shed ranges count for the event's own epoch: this lane's outbox is never damaged.
const waiting: { epoch: string; seq: number; shed: Range[]; src: string }[] = [];
const state = centreTopic("linqu", "c1");
const client = connect(input.url, {
  clientId: "centre-c1",
  protocolVersion: 4,
  reconnectPeriod: 100,
  reconnectOnConnackError: true,
  will: { topic: state, payload: encode({ state: "offline", id: "c1" }), qos: 1, retain: true },
});
client.on("error", () => {});
client.on("connect", () => {
  client.subscribe([everyLane(null, "event/alert"), everyLane(null, "event/system")], { qos: 1 });
  client.publish(state, encode({ state: "online", id: "c1" }), { qos: 1, retain: true });
  say("UP");
});
client.on("message", (_topic, payload) => {
  const parsed = parseEnvelope(payload);
  if (!parsed.ok) return say(`BAD ${parsed.refusal.path}`);
  const { epoch, seq, shed, src } = parsed.value;
  if (waiting.push({ epoch, seq, src, shed: (shed?.ranges ?? []) as Range[] }) === 1) setImmediate(commit);
});

function commit(): void {
  const batch = waiting.splice(0);
  db.transaction(() => {
    for (const { epoch, seq, shed } of batch) insert.run(epoch, seq, JSON.stringify(shed));
  })();
  for (const { epoch, seq, shed } of batch) learn(epoch, seq, shed);
  for (const epoch of new Set(batch.map((event) => event.epoch))) {
    const lane = parseLaneName(batch[0]?.src ?? "");
    if (lane !== null)
      client.publish(laneTopic(lane, "event/receipt"), encode({ epoch, ...toReceipt(have.get(epoch) ?? []) }), {
        qos: 1,
      });
  }
  say(
    `ROWS ${[...have.values()].reduce((sum, ranges) => sum + ranges.reduce((n, [from, to]) => n + to - from + 1, 0), 0)}`,
  );
}
process.stdin.on("end", () => process.exit(0));
process.stdin.resume();
