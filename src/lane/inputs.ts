/** What the contacts, beams and buttons mean to the lane. */
import type { Direction, LaneMode } from "../core/flow.ts";
import type { LaneInput } from "../core/passage/lane-events.ts";
import type { GuardAction } from "../core/views.ts";
import type { InputEvent, InputLine } from "../ports/inputs.ts";
import type { Health } from "./health.ts";
import type { Reports } from "./reports.ts";

export interface InputHost {
  present(side: Direction, present: boolean): void;
  send(event: LaneInput): void;
  fire(): void;
  notice(screen: "tailgating" | "reverse"): void;
  /** A guard's hardware button: carries the id of who is signed in, else it calls help. */
  button(action: GuardAction): void;
  callGuard(): void;
  mode(): LaneMode;
  readonly reports: Reports;
  readonly health: Health;
}

export function onInput(event: InputEvent, host: InputHost): void {
  switch (event.kind) {
    case "line":
      onLine(event.line, event.active, host);
      return;
    case "passage":
      host.send({ type: "passage", direction: event.direction });
      return;
    case "turn-back":
      return;
    case "alarm":
      // While everything is free on purpose, nobody passes without leave.
      if (host.mode() === "emergency") return;
      host.reports.alarm(event.alarm);
      if (event.alarm === "tailgating") host.notice("tailgating");
      if (event.alarm === "reverse-entry") host.notice("reverse");
      host.callGuard();
      return;
    case "health":
      host.health.sensor(event.what, event.health === "fault");
  }
}

function onLine(line: InputLine, active: boolean, host: InputHost): void {
  switch (line) {
    case "presence-entry":
      host.present("entry", active);
      return;
    case "presence-exit":
      host.present("exit", active);
      return;
    case "fire":
      // The contact at rest again ends nothing: only a local reset does.
      if (active) host.fire();
      return;
    case "rex":
      if (active) host.send({ type: "rex" });
      return;
    case "tamper":
      if (active) host.reports.plain("tamper");
      return;
    case "mains-lost":
      if (active) host.reports.plain("mains-lost");
      return;
    case "button-manual-check":
      if (active) host.button({ kind: "manual-check", person: null });
      return;
    case "button-mask-refused":
      if (active) host.button({ kind: "mask-refused", refused: true });
      return;
    case "button-assistance":
      if (active) host.button({ kind: "assistance" });
      return;
  }
}
