import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { Me, RoomCase } from "../../core/room.ts";
import type { Api } from "./api.ts";
import { laneOf, type RoomState, siteOf } from "./room-state.ts";
import type { SubjectKey } from "./subject-key.ts";
import type { Speech } from "./words.ts";

/** What every part of the page needs. */
export interface Room {
  readonly state: RoomState;
  readonly speech: Speech;
  readonly api: Api;
  readonly me: Me;
  readonly key: SubjectKey;
  /** Says what was refused, below the list. */
  readonly say: (text: string) => void;
}
export const RoomContext = createContext<Room | null>(null);

export function useRoom(): Room {
  const room = useContext(RoomContext);
  if (room === null) throw new Error("outside of the room");
  return room;
}

/** Draws again after each change of the state, and each second for the ages. */
export function useChanges(state: RoomState): void {
  const [, again] = useState(0);
  useEffect(() => {
    const tick = (): void => again((n) => n + 1);
    const end = state.listen(tick);
    const timer = setInterval(tick, 1_000);
    return () => {
      end();
      clearInterval(timer);
    };
  }, [state]);
}

/** Site and lane in the words of the configuration; their ids where it doesn't know them. */
export function placeOf(src: string, { state, speech }: Pick<Room, "state" | "speech">): string {
  const site = state.places.sites.find((one) => one.id === siteOf(src));
  const lane = site?.lanes.find((one) => one.id === laneOf(src));
  return `${site?.name[speech.language] ?? siteOf(src)} ${lane?.name[speech.language] ?? laneOf(src)}`;
}

export function toldOf(one: RoomCase, speech: Speech): string {
  return one.routing.map((to) => speech.addressee(to)).join(speech.language === "zh" ? "、" : ", ") || "–";
}

export function subdistrictOf(src: string, { state, speech }: Pick<Room, "state" | "speech">): string {
  const site = state.places.sites.find((one) => one.id === siteOf(src));
  const found = state.places.subdistricts.find((one) => one.id === site?.subdistrict);
  return found?.name[speech.language] ?? state.places.district.name[speech.language];
}
