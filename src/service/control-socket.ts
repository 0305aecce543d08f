/**
 * How the command line speaks to the running lane: one JSON line each way over a socket in the data directory that only
 * the lane's own user may open. It can do what a technician on the spot can, so nothing remote may reach it.
 */
import { mkdirSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { celsius } from "../core/units.ts";
import { measurePoint, type PointResult } from "./calibrate.ts";
import { type SelftestPart, type SelftestResult, selftest, selftestParts } from "./selftest/selftest.ts";
import type { Answer, Workbench } from "./workbench.ts";

export type ControlRequest =
  | { readonly do: "status" }
  | { readonly do: "maintenance"; readonly on: boolean }
  | { readonly do: "selftest"; readonly part: SelftestPart }
  | { readonly do: "measure-point"; readonly reference: number };

export interface ControlAnswers {
  readonly status: { readonly mode: string; readonly troubles: readonly string[] };
  readonly maintenance: Answer;
  readonly selftest: SelftestResult;
  readonly "measure-point": PointResult;
}

const LONGEST_LINE = 4096;

export const controlPath = (directory: string): string => join(directory, "control", "lane.sock");

/** Serves the socket. A stale one of a dead process is replaced. */
export class ControlSocket {
  readonly #path: string;
  readonly #bench: Workbench;
  #server: Server | null = null;
  readonly #open = new Set<Socket>();

  constructor(directory: string, bench: Workbench) {
    this.#path = controlPath(directory);
    this.#bench = bench;
  }

  async start(): Promise<void> {
    rmSync(this.#path, { force: true });
    const server = createServer((socket) => this.#serve(socket));
    this.#server = server;
    // The folder is private, so the socket is from its first moment.
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(this.#path, resolve));
  }

  async stop(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise<void>((resolve) => (this.#server === null ? resolve() : this.#server.close(() => resolve())));
    rmSync(this.#path, { force: true });
  }

  #serve(socket: Socket): void {
    this.#open.add(socket);
    let text = "";
    socket.on("close", () => this.#open.delete(socket)).on("error", () => socket.destroy());
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.length > LONGEST_LINE) socket.destroy();
      else if (text.includes("\n")) {
        socket.removeAllListeners("data");
        void this.#answer(text.slice(0, text.indexOf("\n"))).then((answer) =>
          socket.end(`${JSON.stringify(answer)}\n`),
        );
      }
    });
  }

  async #answer(line: string): Promise<unknown> {
    const request = parsed(line);
    if (request === null) return { error: "no such request", code: "GL-1060" };
    const bench = this.#bench;
    switch (request.do) {
      case "status":
        return { mode: bench.mode(), troubles: bench.troubles().map((trouble) => trouble.code) };
      case "maintenance":
        return bench.setMaintenance(request.on);
      case "selftest":
        return selftest(request.part, bench);
      case "measure-point":
        if (bench.thermometer === null)
          return { ok: false, code: "GL-2163", found: "no thermometer", expected: "one", fix: "configure it first" };
        return measurePoint(bench.clock, bench.thermometer, celsius(request.reference));
    }
  }
}

function parsed(line: string): ControlRequest | null {
  try {
    const value = JSON.parse(line) as Record<string, unknown>;
    if (value.do === "status") return { do: "status" };
    if (value.do === "maintenance" && typeof value.on === "boolean") return { do: "maintenance", on: value.on };
    if (
      value.do === "measure-point" &&
      typeof value.reference === "number" &&
      value.reference > -70 &&
      value.reference < 400
    )
      return { do: "measure-point", reference: value.reference };
    const part = selftestParts.find((known) => known === value.part);
    return value.do === "selftest" && part !== undefined ? { do: "selftest", part } : null;
  } catch {
    return null;
  }
}

/** Asks the running lane. @throws Error `GL-1061` where no lane runs, `GL-1062` where it gives no answer. */
export function askLane<R extends ControlRequest>(directory: string, request: R): Promise<ControlAnswers[R["do"]]> {
  return new Promise((resolve, reject) => {
    const path = controlPath(directory);
    const socket = connect(path);
    let text = "";
    socket.setEncoding("utf8");
    socket.on("error", (error: NodeJS.ErrnoException) =>
      reject(
        new ControlError(
          "GL-1061",
          error.code === "EACCES"
            ? `${path} belongs to the lane: run this command as its user`
            : `no lane is running here (${path}); start it with systemctl start greenlane`,
        ),
      ),
    );
    socket.on("data", (chunk: string) => {
      text += chunk;
    });
    socket.on("end", () => {
      try {
        const answer = JSON.parse(text) as ControlAnswers[R["do"]] & { error?: string; code?: string };
        if (typeof answer.error === "string") reject(new ControlError(answer.code ?? "GL-1060", answer.error));
        else resolve(answer);
      } catch {
        reject(new ControlError("GL-1062", "the lane ended the connection without an answer; look at its log"));
      }
    });
    socket.write(`${JSON.stringify(request)}\n`);
  });
}

export class ControlError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = "ControlError";
    this.code = code;
  }
}
