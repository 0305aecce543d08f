/** The panel's stream of readings: one way, ten times a second at most, only while somebody looks. */
import type { WebSocket } from "ws";
import type { Corners, Frame } from "../../core/flow.ts";
import type { PanelReadings } from "../../core/panel.ts";
import { type Monotonic, millis } from "../../core/units.ts";
import type { FrameResult } from "../../ports/code-reader.ts";
import { type InputLine, inputLines } from "../../ports/inputs.ts";
import type { Workbench } from "../../service/workbench.ts";

type How = FrameResult["how"];

const EVERY = millis(200);
const CODE_SHOWN = millis(1000);
const FRAME_SHOWN = millis(2000);
const UNSENT_LIMIT = 256 * 1024;
const MOST = 4;

export class PanelLive {
  readonly #bench: Workbench;
  readonly #sockets = new Map<WebSocket, () => boolean>();
  #stop: (() => void)[] = [];
  #frame: Frame | null = null;
  #frameTimes: number[] = [];
  /** Where the last code was and how it was read; of the code itself nothing but its length (P15). */
  #read: {
    readonly at: Monotonic;
    readonly corners: Corners | null;
    readonly bytes: number;
    readonly how: How;
  } | null = null;
  #samples: { at: number; object: number | null; ambient: number | null; fault: string | null }[] = [];
  #events: string[] = [];

  constructor(bench: Workbench) {
    this.#bench = bench;
  }

  /** The newest frame while somebody looks, else null. An old one is none: it would hide a camera that has stopped. */
  frame(): Frame | null {
    const frame = this.#frame;
    return frame !== null && this.#bench.clock.monotonic() - frame.at < FRAME_SHOWN ? frame : null;
  }

  /** Takes a connection over for as long as `signedIn` says so. */
  add(socket: WebSocket, signedIn: () => boolean): void {
    if (this.#sockets.size >= MOST) {
      socket.close(1013, "too many panels");
      return;
    }
    if (this.#sockets.size === 0) this.#listen();
    this.#sockets.set(socket, signedIn);
    const forget = (): void => {
      this.#sockets.delete(socket);
      if (this.#sockets.size === 0) this.stop();
    };
    socket
      .on("close", forget)
      .on("error", forget)
      .on("message", () => socket.close(1008, "this channel only speaks"));
  }

  stop(): void {
    for (const end of this.#stop) end();
    for (const socket of this.#sockets.keys()) socket.close(1001, "the kiosk stops");
    this.#sockets.clear();
    this.#stop = [];
    this.#frame = null;
    this.#read = null;
    this.#samples = [];
    this.#events = [];
    this.#frameTimes = [];
  }

  #listen(): void {
    const { clock, frames, reader, thermometer, inputs } = this.#bench;
    this.#stop = [
      frames?.onFrame((frame) => {
        this.#frame = frame;
        this.#frameTimes = [...this.#frameTimes.slice(-59), frame.at];
      }) ?? (() => {}),
      reader?.onResult(({ at, codes: [code], how }) => {
        if (code !== undefined) this.#read = { at, corners: code.corners, bytes: code.bytes.length, how };
      }) ?? (() => {}),
      thermometer?.onSample((sample) => {
        const { at } = sample;
        this.#samples = [
          ...this.#samples.slice(-99),
          sample.ok
            ? { at, object: sample.object, ambient: sample.ambient, fault: null }
            : { at, object: null, ambient: null, fault: sample.fault },
        ];
      }) ?? (() => {}),
      inputs.onEvent((event) => {
        if (event.kind === "passage" || event.kind === "turn-back")
          this.#events.push(`${event.kind}-${event.direction}`);
        else if (event.kind === "alarm") this.#events.push(event.alarm);
      }),
      clock.every(EVERY, () => this.#tell()),
    ];
  }

  #tell(): void {
    const text = JSON.stringify(this.#readings());
    for (const [socket, signedIn] of this.#sockets) {
      if (!signedIn()) socket.close(1008, "signed out");
      else if (socket.bufferedAmount > UNSENT_LIMIT) socket.terminate();
      else if (socket.readyState === socket.OPEN) socket.send(text);
    }
  }

  #readings(): PanelReadings {
    const { clock, inputs } = this.#bench;
    const now = clock.monotonic();
    const { broker, centre, backlog } = this.#bench.link();
    const samples = this.#samples.map(({ at, ...sample }) => ({ agoMs: Math.round(now - at), ...sample }));
    const events = this.#events;
    this.#samples = [];
    this.#events = [];
    return {
      kind: "readings",
      mode: this.#bench.mode(),
      link: { broker, centre, backlog },
      troubles: this.#bench.troubles().length,
      camera: this.#camera(now),
      samples,
      lines: Object.fromEntries(inputLines.map((line) => [line, inputs.active(line)])) as Record<InputLine, boolean>,
      events,
    };
  }

  #camera(now: number): PanelReadings["camera"] {
    const { frames, reader } = this.#bench;
    if (frames === null) return null;
    const recent = this.#frameTimes.filter((at) => now - at < 2000);
    const counters = reader?.counters();
    const frame = this.#frame;
    const read = this.#read !== null && now - this.#read.at < CODE_SHOWN ? this.#read : null;
    return {
      framesPerSecond: recent.length / 2,
      code:
        read === null || read.corners === null || frame === null
          ? null
          : {
              corners: read.corners.map(([x, y]) => [x / frame.width, y / frame.height] as const),
              bytes: read.bytes,
              rung: read.how?.rung ?? null,
              ms: Math.round(read.how?.ms ?? 0),
            },
      decodeMs: counters?.decodeMs ?? { p50: 0, p95: 0 },
      tooOld: counters?.tooOld ?? 0,
      found: counters?.found ?? 0,
    };
  }
}
