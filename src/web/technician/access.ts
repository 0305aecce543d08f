/** Who may use the panel: the technician's code, sessions that survive a restart of the program, tokens against forgery. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Millis } from "../../core/units.ts";
import type { Clock } from "../../ports/clock.ts";
import { readPrivate, writePrivate } from "../../service/private-file.ts";
import type { TechnicianCode } from "../../service/technician-code.ts";
import { Attempts } from "../attempts.ts";
import { sessionCookie } from "../session-cookie.ts";

/** The machine's own counting of time, the same across restarts of the program. */
export interface BootTime {
  /** Names the boot, as in /proc/sys/kernel/random/boot_id. */
  readonly id: string;
  uptimeSeconds(): number;
}

export interface PanelSession {
  readonly kind: "one-time" | "code";
  /** Staff id for the history. */
  readonly by: string;
}
interface Stored extends PanelSession {
  readonly hash: string;
  readonly boot: string;
  readonly seen: number;
}

const MOST = 4;
const digest = (token: string): string => createHash("sha256").update(token).digest("base64url");

export class PanelSessions {
  readonly #path: string;
  readonly #boot: BootTime;
  readonly #idleSeconds: number;
  #open: Stored[];

  constructor(directory: string, boot: BootTime, idle: Millis) {
    this.#path = join(directory, "panel-sessions.json");
    this.#boot = boot;
    this.#idleSeconds = idle / 1000;
    this.#open = (readPrivate<Stored[]>(this.#path) ?? []).filter((session) => this.#alive(session));
  }

  begin(session: PanelSession): string {
    const token = randomBytes(32).toString("base64url");
    const stored: Stored = { ...session, hash: digest(token), boot: this.#boot.id, seen: this.#boot.uptimeSeconds() };
    this.#keep([...this.#open, stored].slice(-MOST));
    return token;
  }

  /** The session of a token; null for none, an unknown or an idle one. Asking is no use of it: the page asks by itself. */
  of(token: string | undefined): PanelSession | null {
    const found = this.#find(token);
    return found === null ? null : { kind: found.kind, by: found.by };
  }

  /** Somebody did something. */
  touch(token: string): void {
    const found = this.#find(token);
    const now = this.#boot.uptimeSeconds();
    // Ten seconds of idle time more or less don't matter; a write on every request would.
    if (found !== null && now - found.seen > 10)
      this.#keep(this.#open.map((one) => (one.hash === found.hash ? { ...one, seen: now } : one)));
  }

  end(token: string | undefined): void {
    const found = this.#find(token);
    if (found !== null) this.#keep(this.#open.filter((one) => one.hash !== found.hash));
  }

  /** Ends all but one: a code that was changed may have been known to somebody else. */
  endOthers(token: string | undefined): void {
    const found = this.#find(token);
    this.#keep(found === null ? [] : [{ ...found, kind: "code" }]);
  }

  #find(token: string | undefined): Stored | null {
    if (token === undefined) return null;
    const hash = digest(token);
    const found = this.#open.find((one) => one.hash === hash);
    return found !== undefined && this.#alive(found) ? found : null;
  }
  #alive(session: Stored): boolean {
    return session.boot === this.#boot.id && this.#boot.uptimeSeconds() - session.seen < this.#idleSeconds;
  }
  #keep(open: Stored[]): void {
    this.#open = open.filter((session) => this.#alive(session));
    writePrivate(this.#path, this.#open);
  }
}

/** The token that a request which changes something carries; made from the session's own, so it needs no storage. */
export const formToken = (token: string): string =>
  createHmac("sha256", token).update("panel form").digest("base64url");

/** Sign-in, and the two questions that every route asks. */
export class Access {
  readonly sessions: PanelSessions;
  readonly #code: TechnicianCode;
  readonly #clock: Clock;
  readonly #attempts = new Attempts();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(sessions: PanelSessions, code: TechnicianCode, clock: Clock) {
    this.sessions = sessions;
    this.#code = code;
    this.#clock = clock;
  }

  tokenOf(request: FastifyRequest): string | undefined {
    return request.cookies[cookieOf(request).name];
  }

  session(request: FastifyRequest): PanelSession | null {
    return this.sessions.of(this.tokenOf(request));
  }

  /**
   * Refuses what has no session, and what changes something without the session's form token. The page reads by itself
   * and posts only when somebody does something, so that a post alone keeps a session from idling out.
   */
  guard = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const token = this.tokenOf(request);
    const session = this.sessions.of(token);
    if (token === undefined || session === null)
      return reply.code(401).send({ ok: false, code: "GL-5020", why: "signed out" });
    if (request.method === "GET") return undefined;
    const sent = Buffer.from(String(request.headers["x-greenlane-token"] ?? ""));
    const wanted = Buffer.from(formToken(token));
    if (sent.length !== wanted.length || !timingSafeEqual(sent, wanted))
      return reply
        .code(403)
        .send({ ok: false, code: "GL-5021", why: "the request does not come from this panel's page" });
    this.sessions.touch(token);
    // With the one-time code nothing is possible but setting a code.
    if (session.kind === "one-time" && request.url !== "/technician/api/code")
      return reply.code(403).send({ ok: false, code: "GL-5022", why: "set the technician's code first" });
    return undefined;
  };

  /** Tries a code. One at a time: tries sent together would all be looked at before the first wrong one counts. */
  signIn(text: string, by: string, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const answer = this.#queue.then(() => this.#try(text, by, request, reply));
    this.#queue = answer.catch(() => {});
    return answer;
  }

  signOut(request: FastifyRequest, reply: FastifyReply): void {
    this.sessions.end(this.tokenOf(request));
    const cookie = cookieOf(request);
    reply.clearCookie(cookie.name, cookie.attributes);
  }

  async #try(text: string, by: string, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const wait = this.#attempts.wait(request.ip, this.#clock.monotonic());
    if (wait > 0)
      return reply
        .code(429)
        .header("retry-after", Math.ceil(wait / 1000))
        .send({ ok: false, code: "GL-5023", why: "too many tries", retryInMs: Math.ceil(wait) });
    const kind = await this.#code.check(text);
    if (kind === "wrong") {
      this.#attempts.wrong(request.ip, this.#clock.monotonic());
      return reply.code(403).send({ ok: false, code: "GL-5024", why: "wrong code" });
    }
    this.#attempts.right(request.ip);
    const token = this.sessions.begin({ kind, by });
    const cookie = cookieOf(request);
    reply.setCookie(cookie.name, token, cookie.attributes);
    return { ok: true, kind };
  }
}

const cookieOf = (request: FastifyRequest) => sessionCookie("technician", request);
