import type { Case } from "./cases/case.ts";
import type { ControlRoomConfig } from "./config.ts";
import type { Stage } from "./store/notices.ts";

/** What decides who is told. */
export type Directory = Pick<ControlRoomConfig, "addressees" | "sites">;

/** Ids of those to tell when a case opens: the subdistrict of the site and epidemic control (P8), or the site itself. */
export function addresseesOf(one: Case, { sites }: Pick<Directory, "sites">): string[] {
  const siteId = siteOf(one);
  const site = sites.find((known) => known.id === siteId);
  return one.routing.flatMap((to) => {
    if (to === "subdistrict") return site === undefined ? [] : [`subdistrict:${site.subdistrict}`];
    return to === "site" ? [`site:${siteId}`] : [to];
  });
}

/** The second addressees of a red that nobody recognised: the one on duty, and the guard's device, quietly. */
export const secondAddressees = (one: Case): string[] => ["duty", `guard:${siteOf(one)}`];

/** Those of them that have an address in the configuration. */
export function reachable(directory: Directory): (one: Case, stage: Stage) => string[] {
  const known = new Set(directory.addressees.filter((to) => to.url !== undefined).map((to) => to.id));
  return (one, stage) =>
    (stage === "open" ? addresseesOf(one, directory) : secondAddressees(one)).filter((id) => known.has(id));
}

const siteOf = (one: Case): string => one.src.split("/")[1] ?? "";
