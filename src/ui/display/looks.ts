import type { StreetScreen } from "../../core/views.ts";
import type { SymbolName } from "../shared/symbols.ts";

/** The grounds of SCREENS, layout. `channels` and `convert` are the two screens with steps of their own. */
export type Ground = "guide" | "next" | "go" | "staff" | "closed" | "free" | "channels" | "convert";

export interface Look {
  readonly ground: Ground;
  readonly symbol: SymbolName;
  /** What the symbol's panel holds beside or instead of the symbol. */
  readonly panel: "symbol" | "phone" | "aim" | "ring" | "arrow";
  /** Step of the path 亮码 — 测温 — 通行 that the person is at; on the way out 测温 — 离开. */
  readonly step: "code" | "temperature" | "go";
}

const aim = (symbol: SymbolName): Look => ({ ground: "guide", symbol, panel: "aim", step: "code" });
const ring: Look = { ground: "guide", symbol: "forehead", panel: "ring", step: "temperature" };
const guide = (symbol: SymbolName, step: Look["step"]): Look => ({ ground: "guide", symbol, panel: "symbol", step });
const next = (symbol: SymbolName, step: Look["step"] = "code"): Look => ({ ...guide(symbol, step), ground: "next" });
const go: Look = { ground: "go", symbol: "go-arrow", panel: "arrow", step: "go" };
const goWith = (symbol: SymbolName): Look => ({ ...go, symbol, panel: "symbol" });
const staff: Look = { ground: "staff", symbol: "see-staff", panel: "symbol", step: "code" };
const closed: Look = { ground: "closed", symbol: "closed", panel: "symbol", step: "code" };

export const looks: Readonly<Record<StreetScreen, Look>> = {
  "idle-entry": { ...aim("show-code"), panel: "phone" },
  "idle-exit": ring,
  "before-start": go,
  "after-end": go,
  closer: aim("closer"),
  further: aim("further"),
  "hold-still": aim("hold-still"),
  tilt: aim("show-code"),
  brighter: aim("show-code"),
  "one-at-a-time": guide("family", "code"),
  forehead: ring,
  again: ring,
  wait: guide("wait", "temperature"),
  go,
  "go-advice": go,
  "go-paper": go,
  "go-release": go,
  "go-family": goWith("family"),
  "go-exit": go,
  assistance: goWith("assistance"),
  "show-again": next("show-code"),
  "see-staff": staff,
  "see-staff-call": staff,
  "no-credential": { ...next("show-code"), ground: "channels" },
  "not-a-pass-payment": next("show-code"),
  "not-a-pass-place": next("show-code"),
  "not-a-pass-other": next("show-code"),
  malformed: next("show-code"),
  unknown: next("refresh"),
  expired: next("refresh"),
  "expired-paper": next("reprint-paper"),
  "not-yet-valid": next("wait"),
  "needs-conversion": { ...next("convert"), ground: "convert" },
  pending: next("wait"),
  "platform-slow": next("wait"),
  "platform-down": next("manual-check"),
  "check-by-hand": next("manual-check"),
  "check-paper": next("manual-check"),
  mask: next("mask"),
  torn: next("show-code"),
  tailgating: next("family"),
  reverse: { ...next("go-arrow"), panel: "arrow" },
  lockdown: closed,
  "free-exit": { ground: "free", symbol: "free-exit", panel: "symbol", step: "go" },
  "out-of-service": closed,
  "device-out": next("manual-check"),
  "power-going": closed,
};
