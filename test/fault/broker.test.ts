import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { districtKeys } from "../support/keys.ts";
import { Mosquitto, mosquittoMissing } from "../support/mosquitto.ts";
import { builtChildren } from "./build.ts";
import { Child, pause } from "./child.ts";
import { amount, figures, randomOf } from "./plan.ts";

const missing = mosquittoMissing();
if (missing !== null) process.stderr.write(`broker kills skipped: ${missing}\n`);

describe.skipIf(missing !== null)("faults 5 and 23: lane, broker and collector killed in mid-publish", () => {
  let folder: string;
  let broker: Mosquitto;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "greenlane-broker-"));
    broker = new Mosquitto();
    await broker.start();
  });
  afterEach(async () => {
    await broker.destroy();
    rmSync(folder, { recursive: true });
  });

  it.each([4, 5] as const)(
    "lose nothing on MQTT version %s, with a broker that keeps nothing",
    async (protocolVersion) => {
      const random = randomOf(`broker ${protocolVersion}`);
      const children = await builtChildren();
      const { publicKey } = await districtKeys();
      const directory = join(folder, "lane");
      const table = join(folder, "centre.db");
      const promised = new Set<string>();
      const learn = (child: Child): void => {
        for (const line of child.lines) if (line.startsWith("ACK")) promised.add(line.slice(4));
      };
      const startLane = (everyMs: number | null): Child =>
        new Child(join(children, "lane-child.js"), {
          directory,
          url: broker.url,
          protocolVersion,
          districtKey: publicKey,
          orderKeys: [],
          everyMs,
          longestPauseMs: 1000,
          dieOn: null,
        });
      const startCentre = (): Child => new Child(join(children, "centre-child.js"), { file: table, url: broker.url });

      let lane = startLane(4);
      let centre = startCentre();
      const kills = { broker: 0, lane: 0, centre: 0 };
      const brokerKills = amount({ quick: 3, full: 50 });
      while (kills.broker < brokerKills) {
        await lane.until((lines) => lines.length > 20).catch(() => {});
        await pause(random() * 400);
        const what = random();
        if (what < 0.6) {
          await broker.kill();
          kills.broker += 1;
          await broker.start();
        } else if (what < 0.8) {
          await lane.kill();
          learn(lane);
          lane = startLane(4);
          kills.lane += 1;
        } else {
          await centre.kill();
          centre = startCentre();
          kills.centre += 1;
        }
      }
      await lane.kill();
      learn(lane);
      const last = Date.now();
      lane = startLane(null);
      const rows = (): Set<string> => {
        const db = new Database(table, { readonly: true, timeout: 2000 });
        const all = db.prepare<[], { epoch: string; seq: number }>("SELECT epoch, seq FROM event").all();
        db.close();
        return new Set(all.map(({ epoch, seq }) => `${epoch} ${seq}`));
      };
      let lost = [...promised];
      while (lost.length > 0 && Date.now() - last < 60_000) {
        await pause(200);
        const there = rows();
        lost = lost.filter((name) => !there.has(name));
      }
      const drained = Date.now() - last;
      await lane.stop();
      await centre.stop();
      const seqs = [...rows()].map((name) => Number(name.split(" ")[1]));
      const holes = Math.max(...seqs) - new Set(seqs).size;
      figures(`5, 23 (kills, MQTT ${protocolVersion}, mosquitto)`, {
        ...kills,
        promised: promised.size,
        lost: lost.length,
        holes,
        "drained after ms": drained,
      });
      expect({ lost, holes }).toEqual({ lost: [], holes: 0 });
      expect(promised.size).toBeGreaterThan(20);
    },
  );
});
