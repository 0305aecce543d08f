/** What a check is asked and what it answers. */
import type { LaneConfig } from "../../config/schema.ts";
import type { WallTime } from "../../core/flow.ts";
import type { Host } from "../host.ts";

/** Whom a check looks at: what is configured, the machine, the time. */
export interface Patient {
  readonly config: LaneConfig;
  readonly host: Host;
  readonly now: WallTime;
  /** Posts with a PIN in the book of this lane. */
  readonly guards: number;
}

/** One question of `greenlane doctor`, in the words of both languages. */
export interface Check {
  readonly id: string;
  readonly zh: string;
  readonly en: string;
  look(patient: Patient): Promise<Outcome> | Outcome;
}

export type Outcome =
  | { readonly status: "ok"; readonly measured: string; readonly expected?: string }
  | { readonly status: "skipped"; readonly measured: string }
  | {
      readonly status: "warn" | "fail";
      readonly code: string;
      readonly measured: string;
      readonly expected: string;
      readonly fix: string;
    };
