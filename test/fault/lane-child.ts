/** A lane's reporter as a process of its own: puts events until it is killed and says each that was stored. */
import type { JWK } from "jose";
import { millis } from "../../src/core/units.ts";
import type { OrderKey } from "../../src/protocol/orders.ts";
import { createReporter } from "../../src/report/reporter.ts";
import { redEvent, systemEvent } from "../support/lane-events.ts";
import { MemoryLogger } from "../support/quiet.ts";
import { RealClock } from "../support/real-clock.ts";

export interface LaneChildInput {
  readonly directory: string;
  readonly url: string;
  readonly protocolVersion: 4 | 5;
  readonly districtKey: JWK;
  readonly orderKeys: readonly OrderKey[];
  /** Pause between two events; null puts none. */
  readonly everyMs: number | null;
  readonly longestPauseMs: number;
  /** Orders end the process here. */
  readonly dieOn: "act" | null;
}

const input = JSON.parse(process.argv[2] ?? "") as LaneChildInput;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const reporter = await createReporter({
  directory: input.directory,
  lane: { district: "linqu", site: "mall-1", lane: "lane-1" },
  clock: new RealClock(),
  logger: new MemoryLogger(),
  mqtt: {
    url: input.url,
    protocolVersion: input.protocolVersion,
    clientId: "linqu/mall-1/lane-1",
    keepalive: millis(10_000),
  },
  districtKey: input.districtKey,
  dayKey: () => new Uint8Array(32),
  orderKeys: input.orderKeys,
  settings: { reserve: false, longestPause: millis(input.longestPauseMs), random: () => 0 },
});
reporter.orders.onOrder(async (order) => {
  say(`RELAY ${order.cid}`);
  if (input.dieOn === "act") process.kill(process.pid, "SIGKILL");
  return { status: "done" };
});
// Connected means subscribed: what is published from here on arrives.
reporter.uplink.onState(({ broker }) => say(`LINK ${broker}`));
process.stdin.on("end", () => void reporter.stop().then(() => process.exit(0)));
process.stdin.resume();
await reporter.start();
const status = await reporter.outboxStatus();
say(`OPEN ${status.epoch} ${status.head}`);
for (let n = 0; input.everyMs !== null; n += 1) {
  const { epoch, seq } = await reporter.eventLog.put(n % 4 === 3 ? systemEvent() : redEvent());
  say(`ACK ${epoch} ${seq}`);
  await new Promise((resolve) => setTimeout(resolve, input.everyMs ?? 0));
}
