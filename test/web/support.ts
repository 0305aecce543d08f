import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import WebSocket from "ws";
import { instantFromIso, type Millis, type Monotonic, millis, monotonic } from "../../src/core/units.ts";
import type { GuardView, StreetView } from "../../src/core/views.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Logger } from "../../src/ports/logger.ts";
import type { WebOptions } from "../../src/web/server.ts";

/** A clock that stands still until it is pushed. */
export class HandClock implements Clock {
  #now = 10_000;
  #timers: { at: number; fn: () => void }[] = [];
  monotonic(): Monotonic {
    return monotonic(this.#now);
  }
  wall() {
    return { at: instantFromIso("2020-04-26T08:14:00+08:00"), trust: "synced" as const, error: millis(5) };
  }
  after(delay: Millis, fn: () => void): () => void {
    const timer = { at: this.#now + delay, fn };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }
  every(): () => void {
    throw new Error("nothing in the web server repeats");
  }
  push(by: number): void {
    this.#now += by;
    const due = this.#timers.filter((timer) => timer.at <= this.#now);
    this.#timers = this.#timers.filter((timer) => timer.at > this.#now);
    for (const timer of due) timer.fn();
  }
}

export const quiet: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => quiet,
};

export const idle: StreetView = {
  screen: "idle-entry",
  turn: 1,
  direction: "entry",
  values: {},
  complaint: null,
  aim: null,
  progress: null,
  staffCalled: false,
};

export const calm: GuardView = {
  mode: "normal",
  signedIn: null,
  attended: [],
  street: "idle-entry",
  maskRefused: false,
  counts: { granted: 37, "manual-check": 5, "turned-away": 2 },
  troubles: [],
};

/** A folder with pages as the build would leave them, so that these tests need no build. */
export function pagesOnDisk(): { pages: string; sounds: string } {
  const root = mkdtempSync(join(tmpdir(), "greenlane-web-"));
  for (const page of ["display", "guard", "rig"]) {
    mkdirSync(join(root, "ui", page), { recursive: true });
    writeFileSync(join(root, "ui", page, "index.html"), `<title>${page}</title>`);
  }
  mkdirSync(join(root, "sounds"));
  writeFileSync(join(root, "secret.txt"), "not for the network");
  writeFileSync(join(root, "sounds", "go.wav"), "RIFF");
  return { pages: join(root, "ui"), sounds: join(root, "sounds") };
}

export function webOptions(changes: Partial<WebOptions> = {}): WebOptions {
  return {
    port: 0,
    clock: new HandClock(),
    logger: quiet,
    lane: { number: "03", side: "entry", arrow: "right" },
    site: {
      kind: "compound",
      name: { zh: "华安小区 东门", en: "Huaan compound, east gate" },
      phones: { complaint: "12345", technical: "0536-555-0100", site: "0536-555-0110", health: null },
      otherEntrance: null,
      waitingPlace: null,
      feverClinic: null,
    },
    signIn: async (pin) => (pin === "023100" ? { id: "0231", supervisor: false } : null),
    onGuardAction: async () => ({ ok: true }),
    ...pagesOnDisk(),
    ...changes,
  };
}

/** A page's live connection: what it was told, and how it ended. */
export class Listener {
  readonly told: Record<string, unknown>[] = [];
  readonly socket: WebSocket;
  #wake: (() => void)[] = [];
  closed: number | null = null;
  refused: number | null = null;

  /** `ca`: over TLS, to a certificate of that authority. */
  constructor(port: number, path: string, headers: Record<string, string> = {}, ca: string | null = null) {
    const host = ca === null ? `127.0.0.1:${port}` : `localhost:${port}`;
    const s = ca === null ? "" : "s";
    const options = { headers: { origin: `http${s}://${host}`, ...headers }, ...(ca === null ? {} : { ca }) };
    this.socket = new WebSocket(`ws${s}://${host}${path}`, options);
    const woken = (): void => {
      for (const wake of this.#wake.splice(0)) wake();
    };
    this.socket.on("message", (data) => {
      this.told.push(JSON.parse(String(data)));
      woken();
    });
    this.socket.on("close", (code) => {
      this.closed = code;
      woken();
    });
    this.socket.on("unexpected-response", (_request, response) => {
      this.refused = response.statusCode ?? 0;
      this.socket.terminate();
      woken();
    });
    this.socket.on("error", () => woken());
  }

  /** Waits until `fulfilled` holds. */
  async until(fulfilled: (listener: this) => boolean): Promise<this> {
    while (!fulfilled(this)) await new Promise<void>((resolve) => this.#wake.push(resolve));
    return this;
  }
}
