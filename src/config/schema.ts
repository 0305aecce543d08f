/** The configuration of one lane: every field once, with its words, unit, limits and default. */
import Type, { type Static } from "typebox";
import { say } from "./fields.ts";
import { devicesGroup, readingGroup, temperatureGroup } from "./schema-devices.ts";
import { brokerGroup, displayGroup, logGroup, replayGroup, storageGroup, trustGroup, webGroup } from "./schema-link.ts";
import { laneGroup, rulesGroup, siteGroup, timingsGroup } from "./schema-place.ts";

/** Version of the file's shape; `migrations.ts` brings older ones up to it. */
export const CONFIG_VERSION = 3;

export const laneSchema = Type.Object(
  {
    version: Type.Literal(CONFIG_VERSION, {
      title: "Version of the file",
      description: "Written by the program; older files are brought up to date when they are read",
      "x-zh": { title: "文件版本", description: "由程序写入" },
      default: CONFIG_VERSION,
    }),
    lane: laneGroup,
    site: siteGroup,
    rules: rulesGroup,
    timings: timingsGroup,
    reading: readingGroup,
    temperature: temperatureGroup,
    devices: devicesGroup,
    broker: brokerGroup,
    trust: trustGroup,
    replay: replayGroup,
    web: webGroup,
    display: displayGroup,
    storage: storageGroup,
    log: logGroup,
  },
  {
    $id: "https://greenlane.invalid/lane.schema.json",
    title: "Configuration of one Greenlane lane",
    description: "Quantities are texts with their unit. Unknown keys are refused.",
    "x-zh": say("通道配置", "", "数值须写单位；未知项被拒绝", "").aboutZh,
    additionalProperties: false,
  },
);

/** What the program works with: complete, checked, quantities as numbers of one unit (`Millis`, `Celsius`, %, mm, °). */
export type LaneConfig = Deep<Static<typeof laneSchema>>;
export type GpioLine = LaneConfig["devices"]["gpio"]["beamA"];

/** Read-only all the way down: a configuration is replaced, never changed. */
type Deep<T> = T extends number | string | boolean | null | undefined ? T : { readonly [K in keyof T]: Deep<T[K]> };
