/** A small centre: keeps every event by its identity and confirms. Can be told to be silent, or to say wrong things. */
import { connectAsync, type MqttClient } from "mqtt";
import type { Envelope } from "../../src/protocol/envelope.ts";
import { encode, parseEnvelope, parseReported, parseResult, parseState } from "../../src/protocol/parse.ts";
import type { Receipt, Reported, Result, State } from "../../src/protocol/payloads.ts";
import { add, missing, type Range, type Ranges, toReceipt } from "../../src/protocol/ranges.ts";
import { centreTopic, everyLane, type LaneId, laneTopic, parseTopic } from "../../src/protocol/topics.ts";

export class TestCentre {
  readonly events = new Map<string, Envelope>();
  /** In order of arrival, duplicates included. */
  readonly wire: Envelope[] = [];
  readonly states: State[] = [];
  readonly results: Result[] = [];
  readonly reported: Reported[] = [];
  readonly bytes: Buffer[] = [];
  duplicates = 0;
  silent = false;
  readonly #have = new Map<string, Ranges>();
  readonly #watchers = new Set<() => void>();
  readonly #lane: LaneId;
  #client: MqttClient | null = null;
  #due = new Set<string>();

  constructor(lane: LaneId) {
    this.#lane = lane;
  }

  async start(url: string, protocolVersion: 4 | 5 = 4): Promise<void> {
    const will = {
      topic: centreTopic(this.#lane.district, "c1"),
      payload: encode({ state: "offline", id: "c1" }),
      qos: 1 as const,
      retain: true,
    };
    this.#client = await connectAsync(url, {
      clientId: "centre-c1",
      protocolVersion,
      reconnectPeriod: 50,
      will,
      clean: true,
    });
    this.#client.on("message", (topic, payload) => this.#message(topic, payload));
    this.#client.on("error", () => {});
    const what = ["event/alert", "event/system", "state", "count", "command/result", "config/reported"] as const;
    await this.#client.subscribeAsync(
      what.map((kind) => everyLane(null, kind)),
      { qos: 1 },
    );
    await this.#client.publishAsync(will.topic, encode({ state: "online", id: "c1" }), { qos: 1, retain: true });
  }

  async stop(): Promise<void> {
    await this.#client?.endAsync(true);
    this.#client = null;
  }

  async say(receipt: Receipt): Promise<void> {
    await this.#client?.publishAsync(laneTopic(this.#lane, "event/receipt"), encode(receipt), { qos: 1 });
  }

  async send(topic: string, payload: Buffer, retain = false): Promise<void> {
    await this.#client?.publishAsync(topic, payload, { qos: 1, retain });
  }

  have(epoch: string): Ranges {
    return this.#have.get(epoch) ?? [];
  }

  /** Numbers of an epoch up to the highest seen that never came. */
  holes(epoch: string): Ranges {
    const have = this.have(epoch);
    return missing(have, 1, have.at(-1)?.[1] ?? 0);
  }

  /** Resolves as soon as `seen` is true; looks after each message. */
  until(seen: (centre: TestCentre) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!seen(this)) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  confirmAll(): void {
    for (const epoch of this.#have.keys()) this.#confirmSoon(epoch);
  }

  #message(topic: string, payload: Buffer): void {
    this.bytes.push(Buffer.concat([Buffer.from(topic), payload]));
    const about = parseTopic(topic);
    if (about?.from !== "lane") return;
    if (about.what === "state") {
      const state = parseState(payload);
      if (state.ok) this.states.push(state.value);
    } else if (about.what === "command/result") {
      const result = parseResult(payload);
      if (result.ok) this.results.push(result.value);
    } else if (about.what === "config/reported") {
      const reported = parseReported(payload);
      if (reported.ok) this.reported.push(reported.value);
    } else if (about.what === "event/alert" || about.what === "event/system") this.#event(payload);
    for (const look of [...this.#watchers]) look();
  }

  #event(payload: Buffer): void {
    const parsed = parseEnvelope(payload);
    if (!parsed.ok) throw new Error(`the lane sent what is no event: ${parsed.refusal.path} ${parsed.refusal.why}`);
    const { epoch, seq, shed } = parsed.value;
    this.wire.push(parsed.value);
    const key = `${epoch} ${seq}`;
    if (this.events.has(key)) this.duplicates += 1;
    this.events.set(key, parsed.value);
    this.#have.set(epoch, add(this.have(epoch), [seq, seq]));
    const gone = shed?.epoch ?? epoch;
    for (const range of (shed?.ranges ?? []) as Range[]) this.#have.set(gone, add(this.have(gone), range));
    if (!this.silent) this.#confirmSoon(epoch);
  }

  #confirmSoon(epoch: string): void {
    if (this.#due.size === 0) setImmediate(() => this.#confirm());
    this.#due.add(epoch);
  }

  #confirm(): void {
    for (const epoch of this.#due) void this.say({ epoch, ...toReceipt(this.have(epoch)) }).catch(() => {});
    this.#due = new Set();
  }
}
