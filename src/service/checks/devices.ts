import type { Check, Outcome, Patient } from "./check.ts";

const simulated = ({ config }: Patient): Outcome | null =>
  config.devices.simulated ? { status: "skipped", measured: "simulated" } : null;

function device(patient: Patient, path: string, code: string, fix: string, write = false): Outcome {
  const facts = patient.host.facts(path);
  const expected = `${path}, readable${write ? " and writable" : ""}`;
  if (facts === null) return { status: "fail", code, measured: "missing", expected, fix };
  if (!facts.readable || (write && !facts.writable))
    return {
      status: "fail",
      code,
      measured: "no permission",
      expected,
      fix: "install config/udev-greenlane.rules and add the lane's user to the device's group (systemd/README.md, steps 3 and 6)",
    };
  return { status: "ok", measured: path, expected };
}

/** Parts at the lane: whether they are there and may be opened. Trying them is the self-test's business. */
export const deviceChecks: readonly Check[] = [
  {
    id: "camera.device",
    zh: "摄像头",
    en: "Camera",
    look(patient) {
      const { config, host } = patient;
      if (config.reading.source === "scanner")
        return { status: "skipped", measured: "this lane reads with a scan engine" };
      const path = config.devices.camera.device;
      const others = host.list("/dev/v4l/by-id").filter((name) => name.endsWith("index0"));
      const seen =
        others.length === 0
          ? "no camera is connected: check plug, hub and supply"
          : `connected are ${others.slice(0, 3).join(", ")}; choose one in the panel's step 4`;
      return simulated(patient) ?? device(patient, path, "GL-2051", seen, true);
    },
  },
  {
    id: "camera.tool",
    zh: "取图程序",
    en: "Capture program",
    look(patient) {
      const { tool } = patient.config.devices.camera;
      if (simulated(patient) !== null || patient.config.reading.source === "scanner")
        return { status: "skipped", measured: "not used" };
      if (patient.host.hasProgram(tool)) return { status: "ok", measured: tool };
      return {
        status: "fail",
        code: "GL-2052",
        measured: `${tool} is not installed`,
        expected: tool,
        fix: `apt install ${tool === "ffmpeg" ? "ffmpeg" : "v4l-utils"}`,
      };
    },
  },
  {
    id: "camera.exposure",
    zh: "曝光",
    en: "Exposure",
    look({ config: { devices } }) {
      const { exposure, mains } = devices.camera;
      const half = mains === "50 Hz" ? 10 : 1000 / 120;
      const off = Math.abs(exposure / half - Math.round(exposure / half));
      const measured = `${exposure} ms`;
      if (off < 0.02) return { status: "ok", measured };
      return {
        status: "warn",
        code: "GL-2053",
        measured,
        expected: `a multiple of ${half.toFixed(1)} ms`,
        fix: "phone screens show bands otherwise; keep it only in bright sun",
      };
    },
  },
  {
    id: "thermometer.device",
    zh: "测温传感器",
    en: "Thermometer",
    look(patient) {
      const { backend, bus, iioDevice } = patient.config.devices.thermometer;
      const skip = simulated(patient);
      if (skip !== null) return skip;
      if (backend === "mlx90614-i2c") {
        const buses = patient.host.list("/dev").filter((name) => /^i2c-\d+$/.test(name));
        const seen =
          buses.length === 0
            ? "turn the bus on in config.txt (systemd/README.md, step 4) and restart the board"
            : `there is ${buses.join(", ")}: name the one the sensor is on as devices.thermometer.bus, or turn this one on in config.txt`;
        return device(patient, `/dev/i2c-${bus}`, "GL-2161", seen, true);
      }
      return device(
        patient,
        iioDevice ?? "/sys/bus/iio/devices",
        "GL-2162",
        "the kernel has no driver for this sensor: use the backend mlx90614-i2c, or install the module",
      );
    },
  },
  {
    id: "gpio.chip",
    zh: "输入输出",
    en: "GPIO",
    look(patient) {
      const { host, config } = patient;
      const skip = simulated(patient);
      if (skip !== null) return skip;
      const wanted = config.devices.gpio.chip;
      const labels = host
        .list("/sys/class/gpio")
        .filter((name) => name.startsWith("gpiochip"))
        .map((name) => host.read(`/sys/class/gpio/${name}/label`)?.trim() ?? "");
      const chardevs = host.list("/dev").filter((name) => /^gpiochip\d+$/.test(name));
      const matches = labels.filter((label) =>
        wanted === null ? /^pinctrl-(rp1|bcm2711|bcm2835)$/.test(label) : label === wanted,
      );
      const measured = `sysfs: ${labels.join(", ") || "none"}; character devices: ${chardevs.length}`;
      const byTools = config.devices.gpio.backend === "chardev" || labels.length === 0;
      if (byTools && chardevs.length > 0 && !host.hasProgram("gpioset"))
        return {
          status: "fail",
          code: "GL-2303",
          measured: `${measured}; gpioset is not installed`,
          expected: "the gpiod tools",
          fix: "apt install gpiod",
        };
      if (matches.length === 1 || (byTools && chardevs.length > 0)) return { status: "ok", measured };
      if (labels.length === 0)
        return {
          status: "fail",
          code: "GL-2310",
          measured,
          expected: "a GPIO chip",
          fix: "this machine has none: run the lane on its board; greenlane demo shows one without hardware",
        };
      return {
        status: "fail",
        code: "GL-2310",
        measured,
        expected: wanted === null ? "one on-board chip" : `exactly one chip labelled ${wanted}`,
        fix: "name the chip in devices.gpio.chip, and check that the lane's user is in the group gpio",
      };
    },
  },
  {
    id: "scanner.port",
    zh: "扫描引擎",
    en: "Scan engine",
    look(patient) {
      if (patient.config.reading.source === "camera")
        return { status: "skipped", measured: "this lane reads with a camera" };
      const others = patient.host.list("/dev/serial/by-id");
      return (
        simulated(patient) ??
        device(
          patient,
          patient.config.devices.scanner.port,
          "GL-2251",
          others.length === 0 ? "no serial device is connected" : `connected are ${others.slice(0, 3).join(", ")}`,
          true,
        )
      );
    },
  },
  {
    id: "sounder.player",
    zh: "声音",
    en: "Sound",
    look(patient) {
      const { player } = patient.config.devices.sounder;
      if (simulated(patient) !== null) return { status: "skipped", measured: "simulated" };
      if (player === "none")
        return {
          status: "warn",
          code: "GL-2451",
          measured: "no sound",
          expected: "a player: people who can't see the screen need it",
          fix: 'set devices.sounder.player to "aplay"',
        };
      if (patient.host.hasProgram(player)) return { status: "ok", measured: player };
      return {
        status: "fail",
        code: "GL-2452",
        measured: `${player} is not installed`,
        expected: player,
        fix: "apt install alsa-utils",
      };
    },
  },
  {
    id: "watchdog.device",
    zh: "看门狗",
    en: "Watchdog",
    look(patient) {
      const { device: path } = patient.config.devices.watchdog;
      if (path === null) return { status: "skipped", measured: "the service manager watches alone" };
      return (
        simulated(patient) ??
        device(patient, path, "GL-2551", "load the board's watchdog driver, or leave devices.watchdog.device out", true)
      );
    },
  },
  {
    id: "board.power",
    zh: "供电与温度",
    en: "Supply and heat",
    look({ host }) {
      const heat = Number(host.read("/sys/class/thermal/thermal_zone0/temp") ?? Number.NaN) / 1000;
      const throttled = host.read("/sys/devices/platform/soc/soc:firmware/get_throttled")?.trim() ?? null;
      if (Number.isNaN(heat) && throttled === null) return { status: "skipped", measured: "this board tells neither" };
      const measured = `${Number.isNaN(heat) ? "?" : heat.toFixed(0)} °C${throttled === null ? "" : `, throttled ${throttled}`}`;
      const bits = throttled === null ? 0 : Number.parseInt(throttled, 16);
      if ((bits & 1) !== 0)
        return {
          status: "fail",
          code: "GL-2511",
          measured,
          expected: "no under-voltage",
          fix: "use the supply that belongs to the board and a shorter, thicker cable",
        };
      if (heat >= 80)
        return {
          status: "fail",
          code: "GL-2512",
          measured,
          expected: "below 80 °C",
          fix: "free the vents; keep the thermometer away from the board",
        };
      if (heat >= 70 || bits !== 0)
        return {
          status: "warn",
          code: "GL-2512",
          measured,
          expected: "below 70 °C, never throttled",
          fix: "look at vents and supply",
        };
      return { status: "ok", measured };
    },
  },
];
