/** Signed orders that report/ has checked and counted; what the lane does with each, and why it may refuse. */
import type { LaneMode, WallTime } from "../core/flow.ts";
import type { LaneInput } from "../core/passage/lane-events.ts";
import { later, type Millis, millis } from "../core/units.ts";
import { trusted } from "../core/verdict/period.ts";
import type { Order, OrderOutcome } from "../ports/orders.ts";
import type { Reports } from "./reports.ts";

export interface OrderHost {
  readonly mode: LaneMode;
  readonly turnstileFree: boolean;
  readonly lockdownMax: Millis;
  readonly wall: WallTime;
  readonly reports: Reports;
  send(event: LaneInput): void;
  restart(): void;
}

const rejected = (reason: string): OrderOutcome => ({ status: "rejected", reason });

/** Nothing remote ends or starts free passage, and nothing is done later than now. */
export function carryOut(order: Order, host: OrderHost): OrderOutcome {
  if (host.mode === "emergency") return rejected("emergency-release");
  const detail = { kind: order.kind, cid: order.cid };
  switch (order.kind) {
    case "release":
      if (host.mode !== "normal") return rejected(host.mode);
      if (!host.turnstileFree) return rejected("turnstile-busy");
      host.reports.plain("order", { who: order.who, detail });
      host.send({ type: "order.release" });
      return { status: "done" };
    case "lockdown": {
      host.reports.plain("lockdown", { who: order.who, detail });
      const lasting = millis(Math.min(order.forMs, host.lockdownMax));
      const until = trusted(host.wall) ? later(host.wall.at, lasting) : null;
      host.send({ type: "lockdown", lasting, until });
      return { status: "done" };
    }
    case "unlock":
      host.reports.plain("unlock", { who: order.who, detail });
      host.send({ type: "unlock" });
      return { status: "done" };
    case "restart":
      if (!host.turnstileFree) return rejected("turnstile-busy");
      host.reports.plain("order", { who: order.who, detail });
      host.restart();
      return { status: "done" };
    case "selftest":
      // No remote self-test actuates an output: what can be told without one is in the lane's troubles and counts.
      host.reports.plain("order", { who: order.who, detail });
      return { status: "done" };
  }
}
