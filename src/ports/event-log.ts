import type { LaneEvent } from "../core/events.ts";

/** Where the lane puts what must not be lost. Resolves after the durable commit ("reported" is said only then). */
export interface EventLog {
  /** @throws OutboxError `GL-4001` where it cannot be stored: the lane then denies yellow and red, calls staff and counts. */
  put(event: LaneEvent): Promise<Stored>;
  /** Called with the sequence numbers the centre has confirmed on its own disk. */
  onReceived(listener: (upTo: Position) => void): () => void;
}
export interface Position {
  readonly epoch: string;
  readonly seq: number;
}
export type Stored = Position;
