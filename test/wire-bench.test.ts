import { describe, expect, it } from "vitest";
import type { LaneEvent } from "../src/core/events.ts";
import { noTroubles, observed } from "../src/core/troubles/troubles.ts";
import { millis } from "../src/core/units.ts";
import { workbenchOf } from "../src/wire-bench.ts";
import { Bench } from "./support/bench.ts";

function wired(burning = false) {
  const bench = new Bench();
  const put: LaneEvent[] = [];
  let maintenance = false;
  let state = noTroubles;
  const lane = {
    get mode() {
      return maintenance ? "maintenance" : "normal";
    },
    idle: true,
    maintenance: (on: boolean) => {
      if (!burning) maintenance = on;
      return maintenance === on;
    },
    health: {
      get state() {
        return state;
      },
    },
  };
  const reporter = {
    eventLog: {
      put: async (event: LaneEvent) => {
        put.push(event);
        return { epoch: "e", seq: put.length };
      },
      onReceived: () => () => {},
    },
    uplink: { state: () => bench.linkState },
  };
  const made = workbenchOf({ lane, reporter, reader: null } as never, bench as never, {
    logTail: () => [],
    drift: () => null,
  });
  const observe = (id: "camera-gone" | "camera-frozen" | "reader-stalled"): void => {
    state = observed(state, id, true, bench.clock.monotonic());
  };
  return { bench, made, put, observe };
}

describe("the workbench of a wired lane", () => {
  it("tells troubles by cause, with the code that the technician reads over the telephone", () => {
    const { bench, made, observe } = wired();
    bench.clock.advance(1000);
    observe("camera-gone");
    observe("reader-stalled");
    bench.clock.advance(5000);
    expect(made.troubles()).toMatchObject([
      { code: "GL-2031", severity: "fault", causedBy: null, fixZh: expect.any(String) },
      { code: "GL-2041", causedBy: "GL-2031" },
    ]);
    expect((made.troubles()[0]?.since ?? 0) + millis(5000)).toBe(bench.clock.wall().at);
  });

  it("enters maintenance, but not while there is a fire", async () => {
    const { made } = wired();
    expect(await made.setMaintenance(true)).toEqual({ ok: true });
    expect(made.mode()).toBe("maintenance");
    expect(await wired(true).made.setMaintenance(true)).toMatchObject({ ok: false, code: "GL-1043" });
  });

  it("calls the passage clear only when nobody stands on either side", () => {
    const { bench, made } = wired();
    expect(made.passageClear()).toBe(true);
    bench.active.add("presence-exit");
    expect(made.passageClear()).toBe(false);
  });

  it("sends a test alert that is nobody's: no subject, no temperature, no person", async () => {
    const { made, put } = wired();
    expect(await made.sendTestAlert()).toEqual({ epoch: "e", seq: 1 });
    expect(put).toMatchObject([{ category: "device", subject: null, temperature: null, detail: { test: true } }]);
  });
});
