/** The fail-safe table on the lane's clock, with the adapters as they ship on simulated parts. */
import { describe, expect, it } from "vitest";
import { CameraSim } from "../../device/camera/camera.sim.ts";
import { SimClock } from "../../device/clock/clock.sim.ts";
import { LinesSim } from "../../device/gpio/lines.sim.ts";
import { GpioTurnstile } from "../../device/gpio/turnstile.ts";
import { TurnstileBody } from "../../device/gpio/turnstile-body.sim.ts";
import { type BusFault, I2cSim } from "../../device/thermometer/i2c.sim.ts";
import { Mlx90614Sensor } from "../../device/thermometer/mlx90614-sensor.ts";
import { SampledThermometer } from "../../device/thermometer/sampled-thermometer.ts";
import { WatchdogSim } from "../../device/watchdog/watchdog.sim.ts";
import { later, millis, seconds } from "../../src/core/units.ts";
import type { CodeReader, FrameResult } from "../../src/ports/code-reader.ts";
import type { InputEvent, InputLine } from "../../src/ports/inputs.ts";
import { restContacts, setContact, wireBody, wiring } from "../device/gpio/bench.ts";
import { defaults, LaneBench } from "./lane-bench.ts";

/** Everything a lane stands on, and what can go wrong with it. */
class Site {
  readonly bus = new I2cSim();
  readonly chip: LinesSim;
  readonly camera: CameraSim;
  readonly body: TurnstileBody;
  readonly bench: LaneBench;
  /** The reading stands still to the last bit. */
  still = false;

  static async ready(): Promise<Site> {
    const clock = new SimClock();
    const chip = new LinesSim(clock);
    restContacts(chip);
    const turnstile = new GpioTurnstile(clock, chip, wiring);
    await turnstile.open();
    const site = new Site(clock, chip, turnstile);
    await turnstile.holdShut(false);
    await site.bench.ready();
    await site.bench.wait(2000);
    expect(site.bench.street?.screen).toBe("idle-entry");
    return site;
  }

  private constructor(clock: SimClock, chip: LinesSim, turnstile: GpioTurnstile) {
    this.chip = chip;
    this.camera = new CameraSim(clock);
    this.body = new TurnstileBody(clock);
    wireBody(chip, this.body);
    const picture = { width: 4, height: 2, format: "yuyv", data: new Uint8Array(16) } as const;
    clock.every(millis(66), () => this.camera.push(picture));
    // A thermopile is never still.
    clock.every(millis(70), () => {
      if (!this.still) this.bus.object ^= 1;
    });
    const sensor = () => new Mlx90614Sensor(() => this.bus.open(), { address: 0x5a, checkPec: true });
    this.bench = new LaneBench(clock, {
      thermometer: new SampledThermometer(clock, sensor),
      frames: this.camera,
      release: turnstile,
      inputs: turnstile,
      freePassage: turnstile,
    });
  }

  contact(line: InputLine, active: boolean): void {
    setContact(this.chip, line, active);
  }

  get told(): readonly unknown[] {
    return this.bench.events.map(({ type, detail }) =>
      typeof detail.code === "string" ? `${type} ${detail.code}` : type,
    );
  }
}

const busFault =
  (fault: BusFault) =>
  (site: Site, broken: boolean): void =>
    site.bus.fail(broken ? fault : null);

const missing: Readonly<Record<string, readonly [code: string, break_: (site: Site, broken: boolean) => void]>> = {
  "a thermometer that doesn't answer": ["GL-2131", busFault("nak")],
  "a thermometer whose bus hangs": ["GL-2131", busFault("stuck")],
  "a thermometer with wrong checksums": ["GL-2131", busFault("pec")],
  "a thermometer that tells its own failure": ["GL-2131", busFault("error-flag")],
  "a thermometer that stands still while somebody comes": [
    "GL-2132",
    (site, broken) => {
      site.still = broken;
      site.contact("presence-entry", broken);
    },
  ],
  "a camera without pictures": ["GL-2031", (site, broken) => (broken ? site.camera.vanish() : site.camera.comeBack())],
  "a camera with one picture": ["GL-2032", (site, broken) => (broken ? site.camera.freeze() : site.camera.comeBack())],
};

describe("within two seconds, and back within five of the device's return", () => {
  it.each(Object.entries(missing))("%s: entry by hand, exit free, told with its code", async (_, [code, breaks]) => {
    const site = await Site.ready();
    breaks(site, true);
    await site.bench.wait(2000);
    expect(site.bench.street?.screen).toBe("device-out");
    await site.bench.wait(1000);
    expect(site.told).toEqual([`trouble ${code}`]);

    // A camera that is out of order shows no code; whatever it shows opens nothing.
    site.bench.shows("green-1");
    await site.bench.wait(3000);
    expect(site.chip.driven().filter(({ line, high }) => line === 5 && !high)).toEqual([]);
    expect(site.body.free()).toBe(false);
    site.contact("presence-entry", false);
    site.contact("presence-exit", true);
    await site.bench.wait(6000);
    expect(site.chip.driven().some(({ line, high }) => line === 6 && high)).toBe(true);
    site.contact("presence-exit", false);

    breaks(site, false);
    await site.bench.wait(5000);
    expect(site.told).toContain(`trouble-cleared ${code}`);
  });

  it("a GPIO chip that vanishes: the way is free, since the fire contact can't be read", async () => {
    const site = await Site.ready();
    site.chip.vanish(true);
    await site.bench.wait(2000);
    expect(site.bench.street?.screen).toBe("free-exit");
    expect(site.body.free()).toBe(true);
    expect(site.bench.latched).toBe(true);
  });

  it("two light barriers at fault: the lane is out of service until both are mended", async () => {
    const bench = await new LaneBench().ready();
    const at = bench.clock.monotonic();
    const tell = (health: "ok" | "fault", what: string) => bench.input({ kind: "health", health, what, at }).wait(500);
    await tell("fault", "beam-entry");
    await tell("fault", "chatter-exit");
    await tell("ok", "chatter-exit");
    expect(bench.street?.screen).toBe("out-of-service");
    await tell("ok", "beam-entry");
    expect(bench.street?.screen).toBe("idle-entry");
    expect(bench.types).toEqual(["trouble", "trouble-cleared"]);
  });

  it.each([
    ["is not restarted again and again because a camera gives no pictures for hours", "vanish", false],
    ["is restarted where the pictures come and nobody reads them", "stall", true],
  ] as const)("a lane %s", async (_, fault, restarted) => {
    const clock = new SimClock();
    const camera = new CameraSim(clock);
    const watchdog = new WatchdogSim(clock, { lane: seconds(2), reader: seconds(10) }, seconds(10));
    const results = new Set<(result: FrameResult) => void>();
    let stalled = false;
    clock.every(millis(66), () => camera.push({ width: 4, height: 2, format: "yuyv", data: new Uint8Array(16) }));
    const codeReader: CodeReader = {
      start: async () => {},
      stop: async () => {},
      offer: ({ at }) => {
        if (stalled) return;
        for (const tell of results) tell({ at, codes: [], guidance: null, aim: null, busy: false });
      },
      onResult: (listener) => {
        results.add(listener);
        return () => void results.delete(listener);
      },
      idleFor: () => millis(0),
      counters: () => {
        throw new Error("not asked for");
      },
    };
    const bench = await new LaneBench(clock, { frames: camera, codeReader, watchdog }).ready();
    if (fault === "vanish") camera.vanish();
    else stalled = true;
    await bench.wait(60_000);
    expect(watchdog.bitten() !== null).toBe(restarted);
  });

  it("a line that can't be taken: out of service, whatever other sensor mends meanwhile", async () => {
    const clock = new SimClock();
    const listeners = new Set<(event: InputEvent) => void>();
    const bench = await new LaneBench(clock, {
      inputs: {
        start: () => Promise.reject(new Error("GL-2305")),
        stop: async () => {},
        active: () => false,
        onEvent: (listener) => {
          listeners.add(listener);
          return () => void listeners.delete(listener);
        },
      },
    }).ready();
    for (const health of ["fault", "ok"] as const)
      for (const tell of listeners) tell({ kind: "health", health, what: "beam-entry", at: clock.monotonic() });
    await bench.wait(500);
    expect(bench.street?.screen).toBe("out-of-service");
  });

  it("a calibration that expires is told, and changes nothing else", async () => {
    const clock = new SimClock();
    const expires = later(clock.wall().at, seconds(60));
    const bench = await new LaneBench(
      clock,
      {},
      { temperature: { ...defaults.temperature, calibration: { gain: 1, offset: 0, expires } } },
    ).ready();
    expect(bench.types).toEqual([]);
    await bench.wait(61_000);
    expect(bench.events.map(({ detail }) => detail.code)).toEqual(["GL-2141"]);
    expect(bench.street?.screen).toBe("idle-entry");
  });

  it("mains lost: the screen says so, the event is committed for the last gasp, and the lane goes on when it is back", async () => {
    const site = await Site.ready();
    site.contact("mains-lost", true);
    await site.bench.wait(500);
    expect(site.bench.street?.screen).toBe("power-going");
    expect(site.told).toEqual(["mains-lost"]);
    site.contact("mains-lost", false);
    await site.bench.wait(500);
    expect(site.bench.street?.screen).toBe("idle-entry");
    expect(site.told).toEqual(["mains-lost"]);
  });
});
