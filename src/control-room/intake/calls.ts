/** What goes between the control room and the threads of its intake. */
import type { Instant } from "../../core/units.ts";
import type { ControlRoomConfig } from "../config.ts";
import type { Announced } from "../store/events.ts";
import type { Arrival, Checked } from "./check.ts";
import { type EndToEnd, endToEnd, pieceOf } from "./end-to-end.ts";

export type CheckSettings = Pick<ControlRoomConfig, "keys" | "retentionDays">;
export type StoreSettings = Pick<ControlRoomConfig, "database" | "escalateAfterSeconds" | "addressees" | "sites">;

/** What of the configuration each thread needs: all of it may hold what can't cross to a thread, or shouldn't. */
export const checkSettings = ({ keys, retentionDays }: CheckSettings): CheckSettings => ({ keys, retentionDays });
export const storeSettings = ({ database, escalateAfterSeconds, addressees, sites }: StoreSettings): StoreSettings => ({
  database,
  escalateAfterSeconds,
  addressees,
  sites,
});

export interface Packed {
  readonly payloads: EndToEnd;
  readonly srcs: readonly string[];
  readonly received: readonly Instant[];
}

export type CheckCall =
  | { readonly op: "open" }
  | { readonly op: "check"; readonly batch: Packed }
  | { readonly op: "forget"; readonly day: number };
export type StoreCall =
  | { readonly op: "open" }
  | { readonly op: "store"; readonly checked: Checked }
  | { readonly op: "announce"; readonly births: readonly Announced[] }
  | { readonly op: "close" };

export const pack = (batch: readonly Arrival[]): Packed => ({
  payloads: endToEnd(batch.map((one) => one.payload)),
  srcs: batch.map((one) => one.src),
  received: batch.map((one) => one.received),
});

export const unpack = ({ payloads, srcs, received }: Packed): Arrival[] =>
  srcs.map((src, at) => ({ src, payload: pieceOf(payloads, at), received: received[at] as Instant }));
