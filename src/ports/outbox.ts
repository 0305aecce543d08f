import type { Position } from "./event-log.ts";

/** Alerts overtake system events, and are never shed. */
export type Priority = "alert" | "system";

export interface Held extends Position {
  readonly priority: Priority;
  /** The stored body, JSON text, exactly as it was put. */
  readonly body: string;
}

export interface OutboxStatus {
  /** False while nothing can be stored: `why` is the code of the last failure. */
  readonly usable: boolean;
  readonly why: string | null;
  readonly epoch: string;
  /** Highest number given out in the epoch, 0 for none. */
  readonly head: number;
  /** Lowest one of the epoch still held, 0 for none. */
  readonly tail: number;
  readonly alerts: number;
  readonly system: number;
  /** 0 … 1 of the room set aside. */
  readonly fill: number;
}

/** A new epoch has begun, and why. What could be read of the old one is held under its old numbers. */
export interface EpochChange {
  readonly why: "damaged" | "torn" | "regressed" | "missing";
  readonly previousEpoch: string | null;
  /** Highest number known to have been given out in it. */
  readonly previousHead: number;
  /** How many of its events are still held. */
  readonly salvaged: number;
  /** Name of the file set aside for the technician, in the outbox's folder. */
  readonly quarantined: string | null;
}

/** Stored, and nothing else: nothing is ever deleted but by `trim` and, for system events, when full. */
export class OutboxError extends Error {
  readonly code: string;
  /** `full`: no room. `io`: disk or file. `busy`: another process has it. `closed`: before open or after close. */
  readonly kind: "full" | "io" | "busy" | "closed";
  constructor(kind: "full" | "io" | "busy" | "closed", why: string) {
    const code = { full: "GL-4001", io: "GL-4002", busy: "GL-4006", closed: "GL-4008" }[kind];
    super(`${code}: ${why}`);
    this.name = "OutboxError";
    this.kind = kind;
    this.code = code;
  }
}

/** Keeps events until the centre has them. Numbers of an epoch have no holes and are never used twice. */
export interface Outbox {
  /** Never rejects for a bad disk: the status says so, and `put` tries again. */
  open(): Promise<OutboxStatus>;
  close(): Promise<void>;
  /**
   * Resolves after the durable commit. When full, the oldest system events make room and leave a tombstone.
   * @throws OutboxError `full` or `io`; then nothing was stored and no number was used.
   */
  put(priority: Priority, body: string): Promise<Position>;
  /** Held events after a position, oldest first; those of older epochs come first. `null` starts at the oldest. */
  list(priority: Priority, after: Position | null, limit: number): Promise<readonly Held[]>;
  /** Held events `from … from + count - 1` of an epoch, of both priorities. */
  range(epoch: string, from: number, count: number): Promise<readonly Held[]>;
  /** Deletes what the centre has. Unknown epochs and numbers never given out are left alone. How many went. */
  trim(epoch: string, ranges: readonly (readonly [number, number])[]): Promise<number>;
  status(): Promise<OutboxStatus>;
  onEpoch(listener: (change: EpochChange) => void): () => void;
}
