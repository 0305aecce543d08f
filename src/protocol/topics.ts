/** Topics: where each payload travels. The one place that builds and parses them, for the lane and for the control room. */

/** Place of a lane. Each part matches `idPattern`, so a topic built from it has no wildcard and no extra level. */
export interface LaneId {
  readonly district: string;
  readonly site: string;
  readonly lane: string;
}

export const idPattern = "^[a-z0-9-]{1,32}$";
export const lanePattern = "^[a-z0-9-]{1,32}/[a-z0-9-]{1,32}/[a-z0-9-]{1,32}$";
const idExpression = new RegExp(idPattern);
const root = "greenlane/v1";

export const orderKinds = ["release", "lockdown", "unlock", "restart", "selftest"] as const;
export type OrderKind = (typeof orderKinds)[number];

/** What follows `greenlane/v1/{district}/{site}/{lane}/`. */
export const laneTopics = [
  "state",
  "event/alert",
  "event/system",
  "event/receipt",
  "event/request",
  "count",
  "command/release",
  "command/lockdown",
  "command/unlock",
  "command/restart",
  "command/selftest",
  "command/result",
  "config/desired",
  "config/reported",
] as const;
export type LaneTopic = (typeof laneTopics)[number];

export type Topic =
  | { readonly from: "lane"; readonly lane: LaneId; readonly what: LaneTopic }
  | { readonly from: "centre"; readonly district: string; readonly centre: string };

/** Thrown for an id that can't stand in a topic: a fault of the configuration, never of a message. */
export class TopicError extends Error {
  readonly code = "GL-4101";
  constructor(id: string) {
    super(
      `GL-4101: ${JSON.stringify(id.slice(0, 40))} is no id for a topic; use 1 to 32 of a-z, 0-9 and "-" (set district, site and lane in the configuration)`,
    );
    this.name = "TopicError";
  }
}

function checked(id: string): string {
  if (!idExpression.test(id)) throw new TopicError(id);
  return id;
}

/** `district/site/lane`: the lane's name in payloads, its client id and its certificate's CN. @throws TopicError */
export const laneName = (lane: LaneId): string =>
  `${checked(lane.district)}/${checked(lane.site)}/${checked(lane.lane)}`;

/** The reverse of `laneName`; null for anything else. */
export function parseLaneName(name: string): LaneId | null {
  const parts = name.split("/");
  const [district, site, lane] = parts;
  if (parts.length !== 3 || district === undefined || site === undefined || lane === undefined) return null;
  return [district, site, lane].every((id) => idExpression.test(id)) ? { district, site, lane } : null;
}

/** @throws TopicError */
export const laneTopic = (lane: LaneId, what: LaneTopic): string => `${root}/${laneName(lane)}/${what}`;

/** @throws TopicError */
export const centreTopic = (district: string, centre: string): string =>
  `${root}/${checked(district)}/centre/${checked(centre)}/state`;

/** Filter for one kind of message of every lane of a district, or of all districts with `null`. @throws TopicError */
export const everyLane = (district: string | null, what: LaneTopic | "command/+"): string =>
  `${root}/${district === null ? "+" : checked(district)}/+/+/${what}`;

/** Filter for the states of every centre of a district. @throws TopicError */
export const everyCentre = (district: string): string => `${root}/${checked(district)}/centre/+/state`;

const known: ReadonlySet<string> = new Set(laneTopics);

/**
 * What a topic is about; null for a topic that is none of ours. The site id `centre` is taken by the centre's own
 * topic, which has one level less than a lane's.
 */
export function parseTopic(topic: string): Topic | null {
  const [greenlane, version, district, site, lane, ...rest] = topic.split("/");
  if (`${greenlane}/${version}` !== root || district === undefined || site === undefined || lane === undefined)
    return null;
  if (![district, site, lane].every((id) => idExpression.test(id))) return null;
  const what = rest.join("/");
  if (site === "centre" && what === "state") return { from: "centre", district, centre: lane };
  return known.has(what) ? { from: "lane", lane: { district, site, lane }, what: what as LaneTopic } : null;
}
