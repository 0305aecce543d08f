/** What goes between the control room and its intake thread. */
import type { Instant } from "../../core/units.ts";
import type { ControlRoomConfig } from "../config.ts";
import type { Announced } from "../store/events.ts";
import type { Arrival } from "./intake.ts";

export type IntakeSettings = Pick<
  ControlRoomConfig,
  "database" | "keys" | "retentionDays" | "escalateAfterSeconds" | "addressees" | "sites"
>;

/** What of the configuration the thread needs: all of it may hold what can't cross to a thread, or shouldn't. */
export const intakeSettings = ({
  database,
  keys,
  retentionDays,
  escalateAfterSeconds,
  addressees,
  sites,
}: IntakeSettings): IntakeSettings => ({ database, keys, retentionDays, escalateAfterSeconds, addressees, sites });

/** Arrivals with their payloads end to end in one piece of memory, which changes hands instead of being copied. */
export interface Packed {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly ends: readonly number[];
  readonly srcs: readonly string[];
  readonly received: readonly Instant[];
}

export type IntakeCall =
  | { readonly op: "open" }
  | { readonly op: "take"; readonly batch: Packed }
  | { readonly op: "announce"; readonly births: readonly Announced[] }
  | { readonly op: "forget"; readonly day: number }
  | { readonly op: "close" };
export interface IntakeAsk {
  readonly id: number;
  readonly call: IntakeCall;
}
export type IntakeAnswer = { readonly id: number } & (
  | { readonly value: unknown }
  | { readonly failed: { readonly message: string } }
);

export function pack(batch: readonly Arrival[]): Packed {
  const ends: number[] = [];
  let size = 0;
  for (const { payload } of batch) {
    size += payload.byteLength;
    ends.push(size);
  }
  const bytes = new Uint8Array(size);
  batch.forEach(({ payload }, at) => {
    bytes.set(payload, (ends[at] ?? 0) - payload.byteLength);
  });
  return { bytes, ends, srcs: batch.map((one) => one.src), received: batch.map((one) => one.received) };
}

export function unpack({ bytes, ends, srcs, received }: Packed): Arrival[] {
  return srcs.map((src, at) => ({
    src,
    payload: bytes.subarray(at === 0 ? 0 : ends[at - 1], ends[at]),
    received: received[at] as Instant,
  }));
}
