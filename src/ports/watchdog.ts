/** Kept alive by progress of the lane and the readers, never by a timer of its own. */
export interface Watchdog {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** `part` has made progress. The supervisor is fed only while every declared part has, within its own limit. */
  progress(part: "lane" | "reader" | "thermometer"): void;
}
