/** The separate free-passage output (de-energised = free). Its only verb frees; holding it shut is the adapter's own keep-alive. */
export interface FreePassage {
  /** Idempotent and immediate. Ends only by a new process after a local reset. */
  free(): void;
}
