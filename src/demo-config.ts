/** The demo's configuration: one lane, one control room, everything on loopback and in a folder that goes with the run. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ControlRoomConfig } from "./control-room/config.ts";

export const demoLane = { district: "linqu", site: "huaan", lane: "east-03" } as const;

/** Writes the lane's files, as an installation would, and gives the path: the panel of the rig changes it like any other. */
export function writeDemoLane(folder: string, brokerUrl: string, district: object): string {
  const path = join(folder, "lane.json");
  writeFileSync(join(folder, "district-key.json"), JSON.stringify(district), { mode: 0o600 });
  writeFileSync(path, JSON.stringify(demoLaneFile(folder, brokerUrl), null, 2), { mode: 0o600 });
  return path;
}

const demoLaneFile = (folder: string, brokerUrl: string) => ({
  version: 3,
  lane: {
    district: demoLane.district,
    site: demoLane.site,
    id: demoLane.lane,
    number: "03",
    arrow: "right",
    way: "both",
    name: { zh: "东门", en: "East gate" },
  },
  site: {
    kind: "mall",
    name: { zh: "华安广场", en: "Huaan Plaza" },
    staffed: true,
    phones: { technical: "0536-000-0000", site: "0536-000-0001" },
    otherEntrance: { name: { zh: "南门", en: "South gate" }, minutes: 3 },
    check: { turnBack: "值班亭右侧", freeExit: "南门", calledFirst: "东门岗" },
    conversionUrl: "https://example.invalid/arrivals",
  },
  // Somebody without a code is told after three seconds, and the sensor needs no half hour: nobody waits for a rig.
  timings: { noCredentialAfter: "3 s" },
  temperature: { warmUp: "0 s" },
  devices: { simulated: true },
  broker: { url: brokerUrl, reconnectMax: "2 s", districtKey: join(folder, "district-key.json") },
  storage: { directory: join(folder, "lane") },
});

export function demoRoomConfig(folder: string, brokerUrl: string): ControlRoomConfig {
  return {
    district: { id: demoLane.district, name: { zh: "临朐县", en: "Linqu" } },
    centre: "demo",
    broker: { url: brokerUrl, protocol: 4, share: null },
    database: { kind: "sqlite", file: join(folder, "centre.db") },
    keys: join(folder, "keys"),
    web: { host: "127.0.0.1", port: 0, behindTls: false },
    retentionDays: 14,
    escalateAfterSeconds: 60,
    offlineAfterSeconds: 60,
    shiftEnds: ["08:00", "16:00", "00:00"],
    subdistricts: [{ id: "chengguan", name: { zh: "城关街道", en: "Chengguan" } }],
    sites: [
      {
        id: demoLane.site,
        name: { zh: "华安广场", en: "Huaan Plaza" },
        subdistrict: "chengguan",
        lanes: [{ id: demoLane.lane, name: { zh: "东门 03", en: "East 03" } }],
      },
    ],
    addressees: [],
  };
}
