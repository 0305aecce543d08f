/**
 * The whole kiosk under its own unit on emulated devices: a picture with a code goes in at a virtual camera and comes
 * out as a release on the relay; then one device after another fails, and the log shows what the lane did about it.
 */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { exportJWK, generateKeyPair } from "jose";
import QR from "qrcode";
import { WebSocket } from "ws";
import { printCode } from "../../../device/rig/code-printer.ts";
import { instant } from "../../../src/core/units.ts";
import { createSigningKey, privatePem, publicPem, readSigningKey } from "../../../src/pass/keys.ts";
import { signTrustList } from "../../../src/pass/trust-list.ts";
import { restContacts, setContact } from "../../device/gpio/bench.ts";
import { KernelChip } from "./kernel-chip.ts";
import { checks, sleep, tell, until } from "./say.ts";
import { benchWiring, HEIGHT, slower, WIDTH } from "./slower.ts";

const etc = "/etc/greenlane";
const parameter = (name: string, value: number): void =>
  writeFileSync(`/sys/module/gl_i2c/parameters/${name}`, String(value));
const raw = (celsius: number): number => Math.round((celsius + 273.15) / 0.02);

/** A lane on the emulated devices. Slower limits are for the emulator; everything else is the product's default. */
async function prepare(): Promise<void> {
  mkdirSync(etc, { recursive: true });
  const key = createSigningKey();
  writeFileSync(`${etc}/issuer.pem`, privatePem(key));
  const district = await generateKeyPair("ECDH-ES", { crv: "P-256", extractable: true });
  writeFileSync(`${etc}/district.jwk`, JSON.stringify({ ...(await exportJWK(district.publicKey)), kid: "hil" }));
  writeFileSync(`${etc}/issuer-public.pem`, publicPem(key));
  const spki = key.object.export({ type: "spki", format: "der" }).toString("base64");
  const entry = { spki, issuer: null, region: null, purposes: null, notBefore: null, notAfter: null, revoked: false };
  const issuedAt = new Date().toISOString();
  mkdirSync("/var/lib/greenlane", { recursive: true });
  writeFileSync(
    "/var/lib/greenlane/trust-list.json",
    `${signTrustList({ version: 1, issuedAt, keys: [entry] }, key)}\n`,
  );
  const example = JSON.parse(readFileSync("config/lane.example.json", "utf8")) as Record<string, object>;
  writeFileSync(
    `${etc}/lane.json`,
    JSON.stringify({
      ...example,
      site: { ...example.site, kind: "mall" },
      rules: {},
      ...slower,
      devices: { ...slower.devices, ...benchWiring },
      broker: { districtKey: `${etc}/district.jwk` },
      trust: { roots: `${etc}/issuer-public.pem` },
    }),
  );
}

/** The code as a camera would see it: dark on white, in YUYV. */
function pictureOf(text: string): Buffer {
  const { modules } = QR.create(text, { errorCorrectionLevel: "L" });
  const scale = Math.floor((HEIGHT - 40) / (modules.size + 8));
  const left = Math.floor((WIDTH - modules.size * scale) / 2);
  const top = Math.floor((HEIGHT - modules.size * scale) / 2);
  const frame = Buffer.alloc(WIDTH * HEIGHT * 2, 128);
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++) {
      const column = Math.floor((x - left) / scale);
      const row = Math.floor((y - top) / scale);
      const inside = column >= 0 && row >= 0 && column < modules.size && row < modules.size;
      frame[(y * WIDTH + x) * 2] = inside && modules.get(row, column) ? 24 : 224;
    }
  return frame;
}

/** The same picture as a sensor gives it: never the same to the last bit. */
function withNoise(picture: Buffer): Buffer {
  const noisy = Buffer.from(picture);
  for (let at = Math.floor(Math.random() * 16); at < noisy.length; at += 2 + Math.floor(Math.random() * 30))
    noisy[at] = (noisy[at] ?? 0) ^ 1;
  return noisy;
}

let output: ChildProcess | null = null;
let shown = 0;
/** Holds a picture before the camera; null is a white wall. A `still` one is what a frozen camera gives. */
function show(text: string | null, still = false): void {
  output?.kill("SIGKILL");
  // A name of its own: the program before may still be reading.
  shown += 1;
  const file = `/run/picture-${shown}.yuyv`;
  rmSync(`/run/picture-${shown - 2}.yuyv`, { force: true });
  const picture = text === null ? Buffer.alloc(WIDTH * HEIGHT * 2, 128) : pictureOf(text);
  writeFileSync(file, still ? picture : Buffer.concat(Array.from({ length: 5 }, () => withNoise(picture))));
  output = spawn("v4l2-ctl", ["-d", "/dev/video1", "--stream-out-mmap", "--stream-loop", `--stream-from=${file}`], {
    stdio: "ignore",
  });
}

/** Pulls the camera's plug: whoever reads it gets ENODEV, and until it is plugged in again nobody opens it. */
function plugCamera(plugged: boolean): void {
  chmodSync("/dev/video0", plugged ? 0o660 : 0);
  if (plugged) show(null);
  else {
    execFileSync("v4l2-ctl", ["-d", "/dev/video0", "-c", "disconnect=1"]);
    output?.kill("SIGKILL");
    output = null;
  }
}

function loopCamera(): void {
  const set = (device: string, ...args: readonly string[]) => execFileSync("v4l2-ctl", ["-d", device, ...args]);
  set("/dev/video1", "--set-dv-bt-timings", "index=0");
  set("/dev/video0", "--set-dv-bt-timings", "index=0");
  // Of the timing's sixty pictures a second six are enough, and the rest would be most of the guest's work.
  set("/dev/video0", "-c", "loop_video=1,osd_text_mode=2,percentage_of_dropped_buffers=90");
  set("/dev/video1", `--set-fmt-video-out=width=${WIDTH},height=${HEIGHT},pixelformat=YUYV`);
}

const screens: string[] = [];
function watchScreen(): void {
  const socket = new WebSocket("ws://127.0.0.1:8080/live/display", { origin: "http://127.0.0.1:8080" });
  socket.on("message", (data) => {
    const screen = /"screen":"([a-z-]+)"/.exec(String(data))?.[1];
    if (screen !== undefined && screen !== screens.at(-1)) screens.push(screen);
  });
  socket.on("error", () => setTimeout(watchScreen, 1000));
  socket.on("close", () => setTimeout(watchScreen, 1000));
}

/** What the lane wrote into its log about its devices, oldest first: "trouble GL-2131". */
function told(): string[] {
  return [...readFileSync("/run/greenlane.log", "utf8").matchAll(/^\{.*\}$/gm)].flatMap(([line]) => {
    const { msg, code } = JSON.parse(line) as { msg?: string; code?: string };
    return /^(trouble|trouble-cleared|mains-lost|emergency-release)$/.test(msg ?? "")
      ? [`${msg} ${code ?? ""}`.trim()]
      : [];
  });
}

async function check(): Promise<void> {
  const chip = new KernelChip();
  const levels = new Map<number, boolean>();
  chip.onDrive((line, high) => levels.set(line, high));
  restContacts(chip);
  loopCamera();
  show(null);
  let object = raw(22);
  let flicker = 0;
  let still = false;
  setInterval(() => {
    if (!still) flicker ^= 1;
    parameter("object", object ^ flicker);
  }, 60).unref();
  // Wired as the bench: the entry's release is active low, the way is held with a high level.
  const turnstile = (): string =>
    levels.get(13) !== true ? "free" : levels.get(5) !== true ? "released" : "held shut";
  const released = (): boolean => chip.driven.some(({ line, high }) => line === 5 && !high);
  const unit = (property: string): string =>
    execFileSync("systemctl", ["show", "-P", property, "greenlane"], { encoding: "utf8" }).trim();

  /** Breaks something, waits for the lane's reaction, mends it where it can be mended, and says what was seen. */
  const reaction = async (
    breaks: (broken: boolean) => void,
    expected: { readonly event: string; readonly screen: string; readonly turnstile: string; readonly back: boolean },
  ): Promise<string> => {
    await until(() => screens.at(-1) === "idle-entry", "the idle screen", 90_000);
    const before = told().length;
    chip.driven.length = 0;
    breaks(true);
    const after = await until(() => screens.at(-1) === expected.screen, expected.screen, 60_000);
    await until(() => told().slice(before).includes(expected.event), expected.event, 60_000);
    await until(() => turnstile() === expected.turnstile, `turnstile ${expected.turnstile}`, 60_000);
    assert.ok(!released(), "the entry was released");
    const seen = `turnstile ${turnstile()}, screen ${screens.at(-1)}, event ${expected.event}, after ${after} ms`;
    if (!expected.back) return seen;
    breaks(false);
    return `${seen}; back after ${await until(() => screens.at(-1) === "idle-entry", "the idle screen", 90_000)} ms`;
  };
  const byHand = { screen: "device-out", turnstile: "held shut", back: true } as const;

  await checks({
    "kiosk: starts under its own unit, inside its sandbox, and says that it is ready": async () => {
      try {
        execFileSync("systemctl", ["start", "greenlane"], { timeout: 240_000, stdio: "ignore" });
      } catch {
        // Nothing else can be shown then; the script prints the lane's own last words.
        tell("NOT OK kiosk: the unit did not start");
        process.exit(1);
      }
      assert.equal(unit("ActiveState"), "active");
      watchScreen();
      await until(() => screens.includes("idle-entry"), "the idle screen", 120_000);
      return screens.join(" → ");
    },
    "kiosk: keeps its memory to itself: no core file, nothing in swap, and nobody looks in": async () => {
      const pid = unit("MainPID");
      assert.match(readFileSync(`/proc/${pid}/limits`, "utf8"), /^Max core file size +0 +0 /m);
      assert.match(readFileSync(`/proc/${pid}/coredump_filter`, "utf8"), /^0+\n$/);
      const group = /^0::(.+)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, "utf8"))?.[1] ?? "";
      assert.equal(readFileSync(`/sys/fs/cgroup${group}/memory.swap.max`, "utf8"), "0\n");
      assert.equal(readFileSync("/proc/sys/kernel/yama/ptrace_scope", "utf8"), "2\n");
      return group;
    },
    "kiosk: a code in a picture and a forehead become a release on the relay": async () => {
      const key = readSigningKey(readFileSync(`${etc}/issuer.pem`));
      const comes = (): void => {
        setContact(chip, "presence-entry", true);
        object = raw(34.6);
        show(printCode("green-paper", instant(Date.now()), { issuer: key, stranger: key }));
      };
      chip.driven.length = 0;
      const said = until(released, "release", 150_000);
      comes();
      // Who got no answer in time walks away and comes again, as people do.
      const again = setInterval(() => {
        setContact(chip, "presence-entry", false);
        object = raw(22);
        show(null);
        setTimeout(() => released() || comes(), 3000);
      }, 13_000);
      const after = await said.finally(() => {
        clearInterval(again);
        tell(`hil: screens ${screens.join(" → ")}`);
      });
      await sleep(1500);
      const [on, off] = chip.driven.filter(({ line }) => line === 5);
      return `released after ${after} ms, pulse ${((off?.at ?? 0) - (on?.at ?? 0)).toFixed(0)} ms; ${screens.join(" → ")}`;
    },
    "kiosk: goes through the two beams, and nobody is there any more": async () => {
      setContact(chip, "presence-entry", false);
      // Active low: the first beam alone, both, the second alone, none.
      for (const [a, b] of [
        [false, true],
        [false, false],
        [true, false],
        [true, true],
      ] as const) {
        chip.set(17, a);
        chip.set(27, b);
        await sleep(250);
      }
      show(null);
      object = raw(22);
    },
    ...Object.fromEntries(
      Object.entries({
        "sends wrong checksums": 1,
        "stops answering": 2,
        "hangs its bus": 3,
        "tells its own failure": 4,
      }).map(([how, fault]) => [
        `kiosk: a thermometer that ${how}`,
        () => reaction((broken) => parameter("fault", broken ? fault : 0), { ...byHand, event: "trouble GL-2131" }),
      ]),
    ),
    "kiosk: a thermometer that stands still while somebody comes": () =>
      reaction(
        (broken) => {
          still = broken;
          // Stuck before they come: the last change of a bit must not be taken for the change that they make.
          setTimeout(() => setContact(chip, "presence-entry", broken), broken ? 1000 : 0);
        },
        { ...byHand, event: "trouble GL-2132" },
      ),
    "kiosk: a camera that repeats one picture": () =>
      reaction((broken) => show(null, broken), { ...byHand, event: "trouble GL-2032" }),
    "kiosk: a camera whose plug is pulled": () =>
      reaction((broken) => plugCamera(!broken), { ...byHand, event: "trouble GL-2031" }),
    "kiosk: a light barrier that flickers": () => {
      let flickering: NodeJS.Timeout | undefined;
      return reaction(
        (broken) => {
          clearInterval(flickering);
          let high = true;
          const flicker = (): void => {
            high = !high;
            chip.set(17, high);
          };
          if (broken) flickering = setInterval(flicker, 10);
          else chip.set(17, true);
        },
        { ...byHand, screen: "out-of-service", event: "trouble GL-2331" },
      );
    },
    "kiosk: mains lost, the last gasp": () =>
      reaction((broken) => setContact(chip, "mains-lost", broken), {
        event: "mains-lost",
        screen: "power-going",
        turnstile: "held shut",
        back: true,
      }),
    "kiosk: a hung lane is killed by its watchdog, its outputs are put at rest, and it is started anew": async () => {
      const before = unit("MainPID");
      process.kill(Number(before), "SIGSTOP");
      screens.length = 0;
      await until(() => unit("MainPID") !== before && unit("ActiveState") === "active", "a new lane", 300_000);
      return `NRestarts ${unit("NRestarts")}, turnstile ${turnstile()}`;
    },
    "kiosk: the fire contact": () =>
      reaction((broken) => setContact(chip, "fire", broken), {
        event: "emergency-release",
        screen: "free-exit",
        turnstile: "free",
        back: false,
      }),
  });
}

tell(`hil: kiosk ${process.argv[2]}`);
await (process.argv[2] === "prepare" ? prepare() : check());
