/**
 * Composition root without hardware: the same `wire.ts` on the rig, with an embedded broker and a control room beside
 * it. People with real pictures of codes come before the camera; the lane gets pixels, never text.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { FileEmergencyLatch } from "../device/gpio/emergency-latch.ts";
import { Artist } from "../device/rig/artist.ts";
import type { PrintedCode } from "../device/rig/clip.ts";
import { type PrinterKeys, printCode } from "../device/rig/code-printer.ts";
import { Hands } from "../device/rig/hands.ts";
import { PatientClock } from "../device/rig/patient-clock.ts";
import { recordClip } from "../device/rig/record.ts";
import type { Picture } from "../device/rig/render/scene.ts";
import { castOf, type Person, type Script } from "../device/rig/script.ts";
import { type Pace, Stage } from "../device/rig/stage.ts";
import { visit } from "../device/rig/visit.ts";
import { WatchdogSim } from "../device/watchdog/watchdog.sim.ts";
import { loadConfig } from "./config/load.ts";
import { programVersion } from "./config/program.ts";
import { type Broker, startBroker } from "./control-room/broker.ts";
import { type ControlRoom, startControlRoom } from "./control-room/control-room.ts";
import { seconds, since } from "./core/units.ts";
import { demoLane, demoRoomConfig, writeDemoLane } from "./demo-config.ts";
import { type FramesAnswer, playFolder } from "./demo-frames.ts";
import { DemoLedger, type DemoSummary } from "./demo-ledger.ts";
import { createSigningKey, trustedKeyOf } from "./pass/keys.ts";
import type { Logger } from "./ports/logger.ts";
import { LogTail } from "./service/log-tail.ts";
import { configHistory, Settings } from "./service/settings.ts";
import { StaffBook } from "./service/staff.ts";
import { fixedTrust } from "./verify/trust-source.ts";
import { findGuard, hashPin } from "./web/pins.ts";
import { type Kiosk, wire } from "./wire.ts";
import { measureSettings } from "./wire-settings.ts";

/** Addresses of the demo. */
export interface DemoPlaces {
  readonly display: string;
  readonly rig: string;
  readonly room: string;
  readonly technician: string;
  /** The technician's one-time code of this new lane. */
  readonly firstCode: string | null;
}

export interface DemoOptions {
  readonly script: Script;
  /** Persons to come; null goes on until stopped. */
  readonly people: number | null;
  readonly seed: number;
  /** Port of the pedestrian page; 0 is any free one. */
  readonly port: number;
  readonly logger: Logger;
  readonly pace?: Pace;
  /** Folder for a recording of every visit. */
  readonly record?: string;
  /** Hears each visit as it ends. */
  readonly onVisit?: (visit: { readonly n: number; readonly says: string; readonly screen: string }) => void;
  readonly onListening?: (where: DemoPlaces) => void;
  /** Where the panel's page of the log finds its lines. */
  readonly logTail?: LogTail;
}

/** Visits drawn ahead of their time; passes live 60 s, so not more. */
const AHEAD = 3;
/** Who is in a hurry holds still at once: fewer pictures, drawn all before the first comes. */
const HURRIED_FRAMES = 4;
/** Before the second call of a guard (20 s): nobody of the rig waits for the control room. */
const GUARD_COMES = seconds(8);
const GUARD_ROUND = seconds(2);
/** Receipts that have not come after this are counted as lost; both ends pause up to 30 s before they connect again. */
const DRAIN = seconds(60);

export class Demo {
  readonly #options: DemoOptions;
  readonly clock = new PatientClock();
  readonly keys: PrinterKeys = { issuer: createSigningKey(), stranger: createSigningKey() };
  readonly ledger: DemoLedger;
  readonly #artist = new Artist();
  #folder = "";
  #broker: Broker | null = null;
  #room: ControlRoom | null = null;
  #file = "";
  #stage: Stage | null = null;
  #kiosk: Kiosk | null = null;
  #district: JWK = {};
  #endRounds = (): void => {};
  #stopping = false;

  constructor(options: DemoOptions) {
    this.#options = options;
    this.ledger = new DemoLedger(this.clock, demoLane, options.script.title);
  }

  get kiosk(): Kiosk {
    if (this.#kiosk === null) throw new Error("GL-1102: the demo has not started");
    return this.#kiosk;
  }

  get stage(): Stage {
    if (this.#stage === null) throw new Error("GL-1102: the demo has not started");
    return this.#stage;
  }

  /** Starts broker, control room and lane. @throws where the page's port is taken (GL-5002). */
  async start(): Promise<void> {
    const { logger, seed } = this.#options;
    this.clock.start();
    this.#folder = await mkdtemp(join(tmpdir(), "greenlane-demo-"));
    this.#broker = await startBroker({ host: "127.0.0.1", port: 0 });
    this.#room = await startControlRoom(demoRoomConfig(this.#folder, this.#broker.url), {
      logger: logger.child("room"),
    });
    this.ledger.watchRoom(this.#room);
    const { publicKey } = await generateKeyPair("ECDH-ES", { crv: "P-256", extractable: true });
    this.#district = { ...(await exportJWK(publicKey)), kid: "demo" };
    this.#file = writeDemoLane(this.#folder, this.#broker.url, this.#district);
    const { correction } = measureSettings(loadConfig(this.#file));
    this.#stage = new Stage(this.clock, correction, seed, this.#options.pace);
    this.#artist.start();
    const empty = await this.#artist.drawEmpty(8, seed);
    const { port, firstCode } = await this.#boot();
    this.#stage.start(empty);
    this.#endRounds = this.clock.every(GUARD_ROUND, () => this.#walkRound());
    const display = `http://localhost:${port}/`;
    this.#options.onListening?.({
      display,
      rig: `${display}rig`,
      room: this.#room.url,
      technician: `${display}technician`,
      firstCode,
    });
  }

  /** Lets the people of the script come; resolves when all have been. */
  async run(): Promise<void> {
    const { script, people, seed } = this.#options;
    const cast = people === null ? script.people : castOf(script, people);
    const clips: Promise<readonly Picture[]>[] = [];
    if (script.hurried && people !== null) {
      // Nothing is drawn while a rush is measured. Its people bring printed codes, which outlive the drawing.
      for (const [n, person] of cast.entries()) clips.push(this.draw(person, seed * 1000 + n, HURRIED_FRAMES));
      await Promise.all(clips);
    }
    for (let n = 0; !this.#stopping; n += 1) {
      if (n >= cast.length && people !== null) return;
      for (let ahead = clips.length; ahead <= n + AHEAD; ahead += 1) {
        const next = cast[ahead % cast.length];
        if (next !== undefined && (people === null || ahead < cast.length))
          clips.push(this.draw(next, seed * 1000 + ahead));
      }
      const person = cast[n % cast.length];
      const clip = await clips[n];
      await this.#duringService();
      if (person === undefined || clip === undefined) return;
      if (this.#options.record !== undefined) await recordClip(this.#options.record, n + 1, clip);
      this.ledger.comes(person);
      await visit(person, clip, this.stage, this.#host(), script.hurried ?? false);
      this.#options.onVisit?.({ n: n + 1, says: person.says, screen: this.ledger.lastVerdict });
    }
  }

  /** Does what an installer's hands do; null for a word that is none. See `handWords`. */
  hand(word: string): Promise<string | null> {
    const code = async (): Promise<readonly Picture[]> => {
      const person = this.#options.script.people.find(({ codes }) => codes.length === 1);
      if (person === undefined) throw new Error("GL-1102: nobody of this script has a code");
      return this.draw(person, this.#options.seed);
    };
    return new Hands(this.stage, code).do(word);
  }

  /** While a technician works nobody comes. */
  async #duringService(): Promise<void> {
    while (!this.#stopping && this.kiosk.lane.mode === "maintenance") await this.stage.pause(500);
  }

  /** The rig's guard sees to whoever waits, after a while in which the guard's view is worth watching. */
  #walkRound(): void {
    const { lane } = this.kiosk;
    // Whoever stood there when the lane was closed goes away, instead of later from under the technician's hands.
    if (lane.mode === "maintenance") this.ledger.nobodyWaits();
    const now = this.clock.monotonic();
    for (const { id, since: called } of lane.desk.people)
      if (since(called, now) > GUARD_COMES) void lane.guard({ kind: "dismiss", person: id }, "guard-1");
  }

  /** Pictures and recordings of a folder in place of the rendered people, one visitor a file. */
  frames(folder: string): AsyncGenerator<FramesAnswer> {
    return playFolder(folder, this.stage, (within) => this.ledger.judged(within));
  }

  /** Waits until everybody who may is through and every alert has its receipt; then adds up. */
  async summary(): Promise<DemoSummary> {
    await this.ledger.settled(this.kiosk.lane, DRAIN);
    return this.ledger.summary(this.kiosk.lane);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#endRounds();
    this.ledger.stop();
    this.#stage?.stop();
    await this.#kiosk?.stop();
    await this.#artist.stop();
    await this.#room?.stop();
    await this.#broker?.stop();
    this.clock.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** One life of the lane's process; after a local reset another one begins. */
  async #boot(port = this.#options.port): Promise<{ readonly port: number; readonly firstCode: string | null }> {
    const { logger, logTail = new LogTail() } = this.#options;
    const stage = this.stage;
    const { directory } = loadConfig(this.#file).storage;
    const returned = new Settings(this.#file, configHistory(directory), () => this.clock.wall().at).recover();
    const config = loadConfig(this.#file);
    const staff = new StaffBook(directory, { hash: hashPin, find: findGuard });
    const limits = { lane: seconds(2), reader: seconds(10), thermometer: seconds(2) };
    const kiosk = await wire(
      config,
      {
        clock: this.clock,
        frames: stage.camera,
        scanner: null,
        thermometer: stage.thermometer,
        release: stage.release,
        freePassage: stage.turnstile,
        inputs: stage.turnstile,
        latch: new FileEmergencyLatch(join(this.#folder, "emergency")),
        voice: stage.sounder,
        watchdog: new WatchdogSim(this.clock, limits),
        logger,
      },
      {
        trust: fixedTrust([trustedKeyOf(this.keys.issuer)]),
        mqtt: {
          url: config.broker.url,
          protocolVersion: 4,
          clientId: Object.values(demoLane).join("-"),
          keepalive: seconds(10),
        },
        districtKey: this.#district,
        dayKey: () => new Uint8Array(32),
        orderKeys: [],
        reporting: { reserve: false, capacity: 16 << 20 },
        signIn: async (pin) =>
          pin === "258000" ? { id: "guard-1", supervisor: true } : findGuard(staff.entries(), pin),
        service: {
          file: this.#file,
          program: programVersion(),
          logTail,
          console: null,
          provisioningKeys: join(this.#folder, "provisioning.jwks"),
          returned: returned !== null,
        },
        web: { port, rig: true, stamp: () => performance.now(), look: { pageSounds: true } },
      },
    );
    this.#kiosk = kiosk;
    this.clock.waitFor(() => kiosk.reader?.workload ?? null);
    this.ledger.watchLane(kiosk, stage);
    const listening = await kiosk.start();
    void kiosk.lane.ended.then((why) => (why === "failed" ? undefined : this.#reboot(listening.port)));
    return listening;
  }

  async #reboot(port: number): Promise<void> {
    if (this.#stopping) return;
    const kiosk = this.kiosk;
    this.ledger.keep(kiosk.lane);
    await kiosk.stop();
    this.stage.reboot();
    await this.#boot(port);
  }

  /** Draws what the camera will see of a person; passes are issued as of now. */
  async draw(person: Person, seed: number, frames?: number): Promise<readonly Picture[]> {
    const { at } = this.clock.wall();
    const family = person.codes.length > 1;
    const codes: PrintedCode[] = person.codes.map((code) => ({
      code,
      text: printCode(code.kind, at, this.keys, family),
    }));
    return this.#artist.draw(codes, seed, frames);
  }

  #host() {
    return {
      guard: (action: Parameters<Kiosk["lane"]["guard"]>[0]) => this.kiosk.lane.guard(action, "guard-1"),
      judged: (within: number) => this.ledger.judged(within),
      happens: async (what: NonNullable<Person["happens"]>) => {
        switch (what) {
          case "fire-bell":
            await this.#fireBell();
            return;
          case "broker-cut":
            await this.#cutBroker();
            return;
          case "camera-unplugged":
            this.stage.camera.vanish();
            void this.stage.pause(3000).then(() => this.stage.camera.comeBack());
            return;
        }
      },
    };
  }

  /** The bell rings for a second; a supervisor resets the lane by hand, and its process begins anew. */
  async #fireBell(): Promise<void> {
    this.stage.turnstile.fireLoop("open");
    await this.stage.pause(1000);
    this.stage.turnstile.fireLoop("closed");
    const before = this.kiosk;
    before.lane.shift({ id: "guard-1", supervisor: true });
    await before.lane.guard({ kind: "reset-emergency" }, "guard-1");
    while (this.kiosk === before || this.kiosk.lane.mode !== "normal") await this.stage.pause(50);
    this.stage.stands("entry", true);
  }

  /** The broker goes away and comes back on the same port some seconds later. */
  async #cutBroker(): Promise<void> {
    const url = new URL(this.#broker?.url ?? "");
    await this.#broker?.stop();
    void this.stage.pause(4000).then(async () => {
      this.#broker = await startBroker({ host: url.hostname, port: Number(url.port) });
    });
  }
}
