/** The technician's workbench on a wired lane: give `technicianRoutes(createPanel(…).panel)` as the further routes. */
import type { TroubleRow } from "./core/panel.ts";
import { eventOf } from "./core/reporting.ts";
import { type TroubleId, troubles } from "./core/troubles/declared.ts";
import { lasting, visible } from "./core/troubles/troubles.ts";
import { troubleWords } from "./core/troubles/words.ts";
import { instant, since } from "./core/units.ts";
import type { Workbench } from "./service/workbench.ts";
import type { Devices, Kiosk } from "./wire.ts";

/** `logTail` gives the last lines of the log; `drift` the drift of the last people's median, null below twenty. */
export function workbenchOf(
  kiosk: Pick<Kiosk, "lane" | "reporter" | "reader">,
  devices: Pick<Devices, "clock" | "frames" | "thermometer" | "scanner" | "release" | "inputs" | "voice">,
  more: Pick<Workbench, "logTail" | "drift">,
): Workbench {
  const { lane, reporter, reader } = kiosk;
  const { clock } = devices;
  return {
    ...devices,
    ...more,
    frames: devices.frames ?? null,
    thermometer: devices.thermometer ?? null,
    scanner: devices.scanner ?? null,
    reader,
    events: reporter.eventLog,
    mode: () => lane.mode,
    async setMaintenance(on) {
      if (lane.maintenance(on)) return { ok: true };
      return {
        ok: false,
        code: "GL-1043",
        why: "everything is free while the fire contact is active; try again afterwards",
      };
    },
    passageClear: () =>
      lane.idle && !devices.inputs.active("presence-entry") && !devices.inputs.active("presence-exit"),
    troubles: () => rowsOf(lane.health.state, clock),
    link: () => reporter.uplink.state(),
    sendTestAlert: () =>
      // Device category, so that nobody takes it for a person; the whole way of an event all the same.
      reporter.eventLog.put(eventOf("trouble", clock.wall().at, { detail: { test: true } })),
  };
}

function rowsOf(state: Parameters<typeof lasting>[0], clock: Devices["clock"]): readonly TroubleRow[] {
  const now = clock.monotonic();
  const shown = new Set<TroubleId>(visible(state, now).map(({ id }) => id));
  return lasting(state)
    .filter(({ id, cause }) => shown.has(id) || cause !== null)
    .map(({ id, since: begun, cause }) => {
      const { code, severity } = troubles[id];
      return {
        code,
        severity,
        ...troubleWords[id],
        since: instant(clock.wall().at - since(begun, now)),
        causedBy: cause === null ? null : troubles[cause].code,
      };
    });
}
