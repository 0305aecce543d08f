/**
 * The whole kiosk under its own unit on emulated devices: a picture with a code goes in at a virtual camera and comes
 * out as a release on the relay; then one device after another fails, and the log shows what the lane did about it.
 */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
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

const etc = "/etc/greenlane";
const WIDTH = 640;
const HEIGHT = 480;
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
  writeFileSync("/var/lib/greenlane/trust-list", `${signTrustList({ version: 1, issuedAt, keys: [entry] }, key)}\n`);
  const example = JSON.parse(readFileSync("config/lane.example.json", "utf8")) as Record<string, object>;
  writeFileSync(
    `${etc}/lane.json`,
    JSON.stringify({
      ...example,
      site: { ...example.site, kind: "mall" },
      rules: {},
      timings: { codeToTemperature: "5 s" },
      temperature: { warmUp: "0 s", sampleEvery: "200 ms", staleAfter: "2 s" },
      reading: { workers: 1, frameAgeLimit: "10 s", decodeDeadline: "30 s" },
      devices: {
        camera: {
          device: "/dev/video0",
          width: WIDTH,
          height: HEIGHT,
          rate: "5 Hz",
          noFrameAfter: "20 s",
          frozenAfter: "60 s",
        },
        thermometer: { bus: 1 },
        // As the bench is wired (test/device/gpio/bench.ts): both polarities occur.
        gpio: {
          releaseExit: { line: 6, activeLow: false },
          presenceEntry: { line: 25, activeLow: false },
          presenceExit: { line: 12, activeLow: false },
          mainsLost: { line: 19, activeLow: false },
        },
        sounder: { player: "none" },
        watchdog: { laneLimit: "20 s", readerLimit: "60 s", thermometerLimit: "60 s" },
      },
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

let output: ChildProcess | null = null;
/** Holds a picture before the camera; null is a white wall. */
function show(text: string | null): void {
  output?.kill("SIGKILL");
  writeFileSync("/run/picture.yuyv", text === null ? Buffer.alloc(WIDTH * HEIGHT * 2, 128) : pictureOf(text));
  output = spawn(
    "v4l2-ctl",
    ["-d", "/dev/video1", "--stream-out-mmap", "--stream-loop", "--stream-from=/run/picture.yuyv"],
    {
      stdio: "ignore",
    },
  );
}

function loopCamera(): void {
  const set = (device: string, ...args: readonly string[]) => execFileSync("v4l2-ctl", ["-d", device, ...args]);
  set("/dev/video1", "--set-dv-bt-timings", "index=0");
  set("/dev/video0", "--set-dv-bt-timings", "index=0");
  set("/dev/video0", "-c", "loop_video=1,osd_text_mode=2");
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

async function check(): Promise<void> {
  const chip = new KernelChip();
  restContacts(chip);
  loopCamera();
  show(null);
  let object = raw(22);
  let flicker = 0;
  setInterval(() => {
    flicker ^= 1;
    parameter("object", object ^ flicker);
  }, 60).unref();
  const released = (): boolean => chip.driven.some(({ line, high }) => line === 5 && !high);
  const unit = (property: string): string =>
    execFileSync("systemctl", ["show", "-P", property, "greenlane"], { encoding: "utf8" }).trim();

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
    "kiosk: a code in a picture and a forehead become a release on the relay": async () => {
      setContact(chip, "presence-entry", true);
      const key = readSigningKey(readFileSync(`${etc}/issuer.pem`));
      chip.driven.length = 0;
      const said = until(released, "release", 120_000);
      const again = setInterval(() => {
        object = raw(34.6);
        show(printCode("green-paper", instant(Date.now()), { issuer: key, stranger: key }));
      }, 30_000);
      object = raw(34.6);
      show(printCode("green-paper", instant(Date.now()), { issuer: key, stranger: key }));
      const after = await said.finally(() => {
        clearInterval(again);
        tell(`hil: screens ${screens.join(" → ")}`);
      });
      await sleep(1500);
      const [on, off] = chip.driven.filter(({ line }) => line === 5);
      return `released after ${after} ms, pulse ${((off?.at ?? 0) - (on?.at ?? 0)).toFixed(0)} ms; ${screens.join(" → ")}`;
    },
    "kiosk: a thermometer that stops answering shows in the lane's row of the table": async () => {
      setContact(chip, "presence-entry", false);
      show(null);
      object = raw(22);
      await until(() => screens.at(-1) === "idle-entry", "the idle screen", 60_000);
      screens.length = 0;
      parameter("fault", 2);
      const outOfOrder = ["check-by-hand", "device-out"];
      const after = await until(() => screens.some((screen) => outOfOrder.includes(screen)), "device out", 60_000);
      const shown = screens.join(" → ");
      parameter("fault", 0);
      return `${shown} after ${after} ms`;
    },
    "kiosk: a hung lane is killed by its watchdog and started anew": async () => {
      const before = unit("MainPID");
      process.kill(Number(before), "SIGSTOP");
      await until(() => unit("MainPID") !== before && unit("ActiveState") === "active", "a new lane", 240_000);
      return `NRestarts ${unit("NRestarts")}`;
    },
  });
}

tell(`hil: kiosk ${process.argv[2]}`);
await (process.argv[2] === "prepare" ? prepare() : check());
