/**
 * A platform on a real HTTP(S) server that can be told to misbehave. It enforces what the client promises: POST, a
 * JSON body, with TLS a client certificate.
 */
import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo, Socket } from "node:net";

export type Mood =
  | { readonly kind: "answers" }
  /** Answers rightly, but late. */
  | { readonly kind: "slow"; readonly ms: number }
  /** Takes the request and says nothing. */
  | { readonly kind: "hangs" }
  | { readonly kind: "status"; readonly status: number }
  /** Closes the connection without an answer. */
  | { readonly kind: "resets" }
  /** A page of HTML that says it is one. */
  | { readonly kind: "html" }
  /** A page of HTML that says it is JSON. */
  | { readonly kind: "lies" }
  /** JSON that says it is text. */
  | { readonly kind: "plain" }
  | { readonly kind: "huge" }
  /** Promises more bytes than it sends, then closes. */
  | { readonly kind: "cut" }
  /** A value that no table has a row for. */
  | { readonly kind: "says"; readonly body: unknown };

export interface SimTls {
  readonly key: string;
  readonly certificate: string;
  /** Signs the lanes' certificates. */
  readonly clientCa: string;
}

export class PlatformSim {
  mood: Mood = { kind: "answers" };
  /** What it answers to a code: the body of the answer. */
  readonly codes = new Map<string, unknown>();
  readonly revoked = new Set<string>();
  /** Paths asked for, in order; never the codes. */
  readonly asked: string[] = [];
  /** What a well-behaved client never does. */
  readonly breaches: string[] = [];
  readonly #server: Server;
  readonly #secure: boolean;
  readonly #sockets = new Set<Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(tls: SimTls | null = null) {
    const serve = (request: IncomingMessage, response: ServerResponse): void => void this.#serve(request, response);
    this.#secure = tls !== null;
    this.#server =
      tls === null
        ? createHttp(serve)
        : createHttps(
            { key: tls.key, cert: tls.certificate, ca: tls.clientCa, requestCert: true, rejectUnauthorized: true },
            serve,
          );
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  /** Listens on the loopback; the address says the port. */
  async start(port = 0): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject).listen(port, "127.0.0.1", resolve);
    });
    const { port: taken } = this.#server.address() as AddressInfo;
    return `${this.#secure ? "https" : "http"}://localhost:${taken}`;
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    this.asked.push(path);
    let body: Record<string, unknown>;
    try {
      body = JSON.parse(await textOf(request));
    } catch {
      this.breaches.push("the body is no JSON");
      body = {};
    }
    if (request.method !== "POST") this.breaches.push(`${request.method} in place of POST`);
    this.#answer(response, this.#truth(path, body));
  }

  #truth(path: string, body: Record<string, unknown>): unknown {
    if (path.endsWith("/revocation")) return { revoked: this.revoked.has(String(body.passId)) };
    const code = String(body.code ?? body.qrCode ?? body.qrText ?? body.QrValue);
    return this.codes.get(code) ?? { status: "unknown" };
  }

  #answer(response: ServerResponse, truth: unknown): void {
    const { mood } = this;
    if (mood.kind === "slow") this.#later(mood.ms, () => send(response, rightly(truth)));
    else if (mood.kind === "resets") response.socket?.resetAndDestroy();
    else if (mood.kind === "cut") {
      response.writeHead(200, { "content-type": JSON_TYPE, "content-length": 1000 });
      response.write(JSON.stringify(truth));
      this.#later(10, () => response.socket?.destroy());
    } else if (mood.kind !== "hangs") send(response, replyTo(mood, truth));
  }

  #later(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

const JSON_TYPE = "application/json; charset=utf-8";
const PAGE = "<!doctype html><title>health code</title><p>green</p>";

const rightly = (truth: unknown): Reply => ({ status: 200, type: JSON_TYPE, text: JSON.stringify(truth) });

function replyTo(mood: Mood, truth: unknown): Reply {
  switch (mood.kind) {
    case "status":
      return { ...rightly(truth), status: mood.status };
    case "html":
      return { status: 200, type: "text/html", text: PAGE };
    case "lies":
      return { status: 200, type: JSON_TYPE, text: PAGE };
    case "plain":
      return { ...rightly(truth), type: "text/plain" };
    case "huge":
      return rightly({ status: "green", filler: "x".repeat(1_000_000) });
    case "says":
      return rightly(mood.body);
    default:
      return rightly(truth);
  }
}

function send(response: ServerResponse, { status, type, text }: Reply): void {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(text) }).end(text);
}
