import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ControlRoomConfig, controlRoomConfig } from "../../../src/control-room/config.ts";
import { instant, monotonic } from "../../../src/core/units.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import type { LogFields, Logger } from "../../../src/ports/logger.ts";
import type { Envelope } from "../../../src/protocol/envelope.ts";

/** A folder of its own that is gone after the test. */
export function folder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "greenlane-room-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export interface Line {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly text: string;
  readonly fields: LogFields;
}

/** A folder with the least that the server wants of the built pages. */
export function noPages(path: string): string {
  mkdirSync(join(path, "ui/control-room"), { recursive: true });
  writeFileSync(join(path, "ui/control-room/index.html"), "<!doctype html><title>room</title>");
  return join(path, "ui");
}

/** Keeps what was logged, for tests that look for what must not be there. */
export function keepingLogger(lines: Line[] = []): Logger & { readonly lines: Line[] } {
  const at =
    (level: Line["level"]) =>
    (text: string, fields: LogFields = {}): void => {
      lines.push({ level, text, fields });
    };
  const logger = {
    lines,
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: () => logger,
  };
  return logger;
}

/** A clock that moves when told; what is due runs in order of time. */
export class HandClock implements Clock {
  #now = 0;
  #timers: { at: number; fn: () => void; period: number | null }[] = [];
  readonly #start: number;
  constructor(start = Date.UTC(2026, 3, 26, 0, 0, 0)) {
    this.#start = start;
  }
  monotonic() {
    return monotonic(this.#now);
  }
  wall() {
    return { at: instant(this.#start + this.#now), trust: "synced" as const, error: 0 as never };
  }
  after(delay: number, fn: () => void): () => void {
    return this.#add(delay, fn, null);
  }
  every(period: number, fn: () => void): () => void {
    return this.#add(period, fn, period);
  }
  advance(by: number): void {
    const end = this.#now + by;
    for (;;) {
      const [next] = this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#now = next.at;
      if (next.period === null) this.#timers = this.#timers.filter((timer) => timer !== next);
      else next.at += next.period;
      next.fn();
    }
    this.#now = end;
  }
  #add(delay: number, fn: () => void, period: number | null): () => void {
    const timer = { at: this.#now + delay, fn, period };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((known) => known !== timer);
    };
  }
}

export const boot = "018f0000-0000-7000-8000-000000000001";
export const epoch = "018f0000-0000-7000-8000-00000000000e";
/** Shaped like a JWE; the collector never opens one. */
export const someJwe = "eyJhbGciOiJFQ0RILUVTIn0..aXYtaXYtaXY.cGxhbnRlZC1zdWJqZWN0.dGFnLXRhZw";

export function envelope(src: string, seq: number, change: Partial<Envelope> = {}): Envelope {
  const at = Date.UTC(2026, 3, 26, 0, 0, 0) + seq;
  return {
    v: 1,
    id: `018f0000-0000-7000-8000-${seq.toString(16).padStart(12, "0")}`,
    src,
    type: "yellow-code",
    category: "health",
    level: "yellow",
    epoch,
    boot,
    seq,
    at: new Date(at).toISOString(),
    clock: "synced",
    mono: seq,
    late: false,
    routing: ["subdistrict", "epidemic-control"],
    case: null,
    tries: 1,
    reasons: ["yellow"],
    ...change,
  };
}

export function roomConfig(
  path: string,
  url: string,
  change: Readonly<Record<string, unknown>> = {},
): ControlRoomConfig {
  return controlRoomConfig({
    district: { id: "linqu", name: { zh: "临朐县", en: "Linqu" } },
    broker: { url },
    database: { kind: "sqlite", file: join(path, "centre.db") },
    keys: join(path, "keys"),
    web: { port: 0 },
    ...change,
  });
}

/** Resolves when `done` says so; asked again on every turn of the loop, fails after `most` ms with what it waited for. */
export async function until(what: string, done: () => boolean | Promise<boolean>, most = 10_000): Promise<void> {
  const end = performance.now() + most;
  while (!(await done())) {
    if (performance.now() > end) throw new Error(`waited ${most} ms for: ${what}`);
    await new Promise((next) => setTimeout(next, 5));
  }
}
