/** A signed order that passed every check (report/): right lane, fresh, counted, not retained. */
export type Order =
  | { readonly kind: "release"; readonly cid: string; readonly who: string }
  | { readonly kind: "lockdown"; readonly cid: string; readonly who: string; readonly forMs: number }
  | { readonly kind: "unlock"; readonly cid: string; readonly who: string }
  | { readonly kind: "restart"; readonly cid: string; readonly who: string }
  | { readonly kind: "selftest"; readonly cid: string; readonly who: string };

export type OrderOutcome = { readonly status: "done" } | { readonly status: "rejected"; readonly reason: string };

/** Inbound orders. The handler is called at most once per order, after its counter is on disk. */
export interface Orders {
  onOrder(handler: (order: Order) => Promise<OrderOutcome>): void;
}

/** How the link to the centre stands, for screens, troubles and the technician. */
export interface LinkState {
  readonly broker: "connected" | "connecting" | "refused" | "off";
  readonly centre: "online" | "offline" | "unknown";
  /** Events stored and not yet confirmed. */
  readonly backlog: number;
  readonly accepted: boolean;
}
export interface Uplink {
  start(): Promise<void>;
  stop(): Promise<void>;
  state(): LinkState;
  onState(listener: (state: LinkState) => void): () => void;
  /** Device figures and, at quarter-hour boundaries, persons by outcome (already merged below 5). QoS 0. */
  count(figures: Readonly<Record<string, number>>): void;
}
