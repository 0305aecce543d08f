/** The technician's panel on the kiosk's own server, over a bench of fakes whose time runs with real time. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JSONWebKeySet } from "jose";
import { withValue } from "../../src/config/walk.ts";
import { instant, minutes } from "../../src/core/units.ts";
import { nodeHost } from "../../src/service/node-host.ts";
import { Provisioning } from "../../src/service/provisioning.ts";
import { Series } from "../../src/service/series.ts";
import { Settings, type Trial } from "../../src/service/settings.ts";
import { StaffBook } from "../../src/service/staff.ts";
import { TechnicianCode } from "../../src/service/technician-code.ts";
import { Wizard } from "../../src/service/wizard.ts";
import { findGuard, hashPin } from "../../src/web/pins.ts";
import { createWeb, type Web, type WebOptions } from "../../src/web/server.ts";
import { Access, PanelSessions } from "../../src/web/technician/access.ts";
import type { Panel } from "../../src/web/technician/panel-parts.ts";
import { technicianRoutes } from "../../src/web/technician/routes.ts";
import { Bench } from "./bench.ts";

const example = JSON.parse(readFileSync("config/lane.example.json", "utf8")) as Record<string, unknown>;
const quiet = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

export class PanelRig {
  readonly folder = mkdtempSync(join(tmpdir(), "panel-"));
  readonly bench = new Bench();
  readonly boot = { id: "boot-1", seconds: 1000, uptimeSeconds: () => this.boot.seconds };
  readonly trial = { broken: null as string | null, link: true, applied: 0 };
  readonly series = new Series();
  panel!: Panel;
  /** Simulated milliseconds per real one. */
  speed = 1;
  port = 0;
  #web: Web | null = null;
  #timer: NodeJS.Timeout | null = null;
  readonly #keys: JSONWebKeySet;
  readonly #changes: Partial<WebOptions>;

  constructor(changes: Partial<WebOptions> = {}, keys: JSONWebKeySet = { keys: [] }) {
    this.#changes = changes;
    this.#keys = keys;
    const file = withValue(withValue(example, "storage.directory", this.folder), "broker", {
      url: "mqtt://127.0.0.1:1883",
    });
    writeFileSync(join(this.folder, "lane.json"), JSON.stringify(file));
    mkdirSync(join(this.folder, "pages/technician"), { recursive: true });
    mkdirSync(join(this.folder, "sounds"));
    writeFileSync(join(this.folder, "pages/technician/index.html"), "<title>technician</title>");
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** Starts the server; a second time on the same port, as after a restart of the program. */
  async start(): Promise<this> {
    const { bench, folder } = this;
    const now = () => bench.clock.wall().at;
    const code = new TechnicianCode(folder, 10);
    const trial: Trial = {
      held: () => null,
      restart: () => {},
      before: () => ({ faults: [], linked: true }),
      activate: async () => void this.trial.applied++,
      selfTest: async () => this.trial.broken,
      linkBack: async () => this.trial.link,
    };
    this.panel = {
      bench,
      settings: new Settings(join(folder, "lane.json"), join(folder, "history"), now),
      trial,
      access: new Access(new PanelSessions(folder, this.boot, minutes(15)), code, bench.clock),
      code,
      staff: new StaffBook(folder, { hash: hashPin, find: findGuard }),
      wizard: new Wizard(folder, now),
      series: this.series,
      provisioning: new Provisioning(this.#keys, folder),
      host: {
        ...nodeHost(),
        reach: async () => null,
        loads: async () => null,
        addresses: () => [{ name: "eth0", address: "10.0.0.7", internal: false }],
      },
      directory: folder,
      program: "0.1.0",
      codeKept: () => {},
    };
    this.#web = createWeb({
      port: this.port,
      clock: bench.clock,
      logger: quiet,
      lane: { number: "03", side: "entry", arrow: "right" },
      site: {
        kind: "compound",
        name: { zh: "华安小区", en: "Huaan" },
        phones: { complaint: "12345", technical: "0536-555-0100", site: null, health: null },
        otherEntrance: null,
        waitingPlace: null,
        feverClinic: null,
      },
      signIn: async () => null,
      onGuardAction: async () => ({ ok: true }),
      pages: join(folder, "pages"),
      sounds: join(folder, "sounds"),
      routes: technicianRoutes(this.panel),
      ...this.#changes,
    });
    this.port = (await this.#web.start()).port;
    this.#timer ??= setInterval(() => bench.clock.advance(20 * this.speed), 20);
    return this;
  }

  /** Ends the server, as a restart of the program does; files stay. */
  async halt(): Promise<void> {
    await this.#web?.stop();
    this.#web = null;
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.halt();
    rmSync(this.folder, { recursive: true });
  }

  /** A day of figures, so that plots have something to show. */
  fillSeries(): void {
    for (let minute = 0; minute < 1440; minute++) {
      const at = instant(Date.UTC(2020, 4, 5, 1) + minute * 60_000);
      const busy = minute > 900 && minute < 1000;
      this.series.add(at, {
        drift: minute < 60 ? null : 0.04 + 0.03 * Math.sin(minute / 90),
        decodeP50: busy ? 61 : 40 + 4 * Math.sin(minute / 60),
        decodeP95: busy ? 150 : 90,
        backlog: busy ? 36 - Math.abs(minute - 950) / 2 : 0,
        link: busy ? 0 : 1,
      });
    }
  }
}
