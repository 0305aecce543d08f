/** What the lane's thread and the outbox thread say to each other. */
import type { Position } from "../../ports/event-log.ts";
import type { EpochChange, Priority } from "../../ports/outbox.ts";
import type { Range } from "../../protocol/ranges.ts";
import type { Admission, Desired, Outcome } from "../orders/ledger.ts";
import type { StoreSettings } from "./store.ts";

export type DiskSettings = StoreSettings;

export type Call =
  | { readonly op: "open" | "close" | "status" | "tidy" }
  | { readonly op: "put"; readonly priority: Priority; readonly body: string }
  | { readonly op: "list"; readonly priority: Priority; readonly after: Position | null; readonly limit: number }
  | { readonly op: "range"; readonly epoch: string; readonly from: number; readonly count: number }
  | { readonly op: "trim"; readonly epoch: string; readonly ranges: readonly Range[] }
  | { readonly op: "ledger-open" | "ledger-unfinished" | "ledger-desired" }
  | { readonly op: "ledger-admit"; readonly entry: Admission }
  | { readonly op: "ledger-find"; readonly cid: string }
  | { readonly op: "ledger-finish"; readonly cid: string; readonly outcome: Outcome }
  | { readonly op: "ledger-desire"; readonly desired: Desired };

export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failed: { readonly kind: string; readonly why: string } }
  | { readonly epoch: EpochChange };
