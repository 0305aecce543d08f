/** What the panel knows of the lane: its state, the stream of readings, where the technician is. */
import type { PanelReadings, PanelState, WizardStep } from "../../core/panel.ts";
import { get, post, Refused, useToken } from "./api.ts";
import { signal } from "./signal.ts";

export type Place = WizardStep | "overview" | "config" | "health" | "plots" | "log" | "staff" | "support";

export interface TraceSample {
  /** Milliseconds on the page's own clock. */
  readonly at: number;
  readonly object: number | null;
  readonly ambient: number | null;
}

export const state = signal<PanelState | null>(null);
export const place = signal<Place | null>(null);
export const readings = signal<{ readonly heard: number; readonly value: PanelReadings } | null>(null);
export const trace = signal<readonly TraceSample[]>([]);
export const passages = signal<readonly string[]>([]);
export const away = signal(false);

const TRACE_MS = 60_000;
/** Well below the shortest idle time that can be set (1 min). */
const AWAKE_MS = 20_000;

/** Asks for the state; a lane that does not answer is shown as away and asked again by the caller. */
export async function refresh(): Promise<void> {
  try {
    const next = await get<PanelState>("state");
    if (next.session !== null) useToken(next.session.token);
    state.set(next);
    away.set(false);
    if (place.value() === null && next.wizard !== undefined) {
      const finished = Object.values(next.wizard.steps).every((step) => step !== "open");
      place.set(finished ? "overview" : next.wizard.at);
    }
  } catch (error) {
    if (error instanceof Refused && error.status === 0) away.set(true);
  }
}

/** Connects the stream and keeps it connected. */
export function listen(): void {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const socket = new WebSocket(`${scheme}://${location.host}/technician/live`);
  socket.onmessage = (message) => take(JSON.parse(String(message.data)) as PanelReadings);
  socket.onclose = () => {
    setTimeout(() => {
      void refresh().then(() => {
        if ((state.value()?.session ?? null) !== null) listen();
      });
    }, 1000);
  };
}

function take(value: PanelReadings): void {
  const now = performance.now();
  away.set(false);
  readings.set({ heard: now, value });
  const fresh = value.samples.map((sample) => ({
    at: now - sample.agoMs,
    object: sample.object,
    ambient: sample.ambient,
  }));
  if (fresh.length > 0) trace.set([...trace.value().filter((sample) => now - sample.at < TRACE_MS), ...fresh]);
  if (value.events.length > 0) passages.set([...passages.value(), ...value.events].slice(-12));
}

/** Tells the lane that somebody is there, while somebody is: what the page asks by itself keeps no session open. */
export function stayAwake(): void {
  let told = performance.now();
  const act = (): void => {
    if (performance.now() - told < AWAKE_MS || (state.value()?.session ?? null) === null) return;
    told = performance.now();
    void post("awake").catch(() => {});
  };
  for (const kind of ["pointerdown", "pointermove", "keydown", "wheel"])
    window.addEventListener(kind, act, { passive: true });
}
