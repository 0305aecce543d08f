import type { LaneEvent } from "../core/events.ts";

/** Where the lane puts what must not be lost. Resolves after the durable commit ("reported" is said only then). */
export interface EventLog {
  /** @throws OutboxError `GL-4001` where it cannot be stored: the lane then denies yellow and red, calls staff and counts. */
  put(event: LaneEvent): Promise<Stored>;
  /**
   * Called when the centre has confirmed events on its own disk: all of an epoch up to `upTo`, and those of `also`,
   * which lie beyond because alerts overtake history.
   */
  onReceived(listener: (upTo: Position, also?: readonly (readonly [number, number])[]) => void): () => void;
}
export interface Position {
  readonly epoch: string;
  readonly seq: number;
}
export type Stored = Position;
