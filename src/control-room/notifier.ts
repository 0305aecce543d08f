import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Instant, later, type Millis, millis, minutes, seconds } from "../core/units.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Case } from "./cases/case.ts";
import type { ControlRoomConfig } from "./config.ts";
import type { CaseStore } from "./store/cases.ts";
import type { Notice, NoticeStore, Stage } from "./store/notices.ts";

const period: Millis = seconds(1);
const patience: Millis = seconds(5);
const longestPause: Millis = minutes(5);

/** What an addressee gets: place, kind and time, and no word about a person. */
export interface NoticeBody {
  readonly case: string;
  readonly stage: Stage;
  readonly kind: string;
  readonly priority: number;
  readonly lane: string;
  readonly openedAt: string;
  readonly tries: number;
}

/**
 * Tells addressees over HTTPS until each has answered 2xx: POST of a `NoticeBody`, signed in `Greenlane-Signature`
 * (HMAC-SHA256 of the body with the shared secret). The street hears and sees nothing of it.
 */
export class Notifier {
  readonly #config: ControlRoomConfig;
  readonly #notices: NoticeStore;
  readonly #cases: CaseStore;
  readonly #clock: Clock;
  readonly #log: Logger;
  #cancel: () => void = () => {};
  #round: Promise<void> | null = null;

  constructor(
    config: ControlRoomConfig,
    deps: { notices: NoticeStore; cases: CaseStore; clock: Clock; logger: Logger },
  ) {
    this.#config = config;
    this.#notices = deps.notices;
    this.#cases = deps.cases;
    this.#clock = deps.clock;
    this.#log = deps.logger;
  }

  start(): void {
    this.#cancel = this.#clock.every(period, () => {
      this.#round ??= this.deliver().finally(() => {
        this.#round = null;
      });
    });
  }

  async stop(): Promise<void> {
    this.#cancel();
    await this.#round;
  }

  /** One round: everything whose time has come. */
  async deliver(): Promise<void> {
    const now = this.#clock.wall().at;
    try {
      const due = await this.#notices.claim(now, later(now, minutes(1)), 50);
      const cases = new Map(
        (await this.#cases.get([...new Set(due.map((one) => one.caseId))])).map((one) => [one.id, one]),
      );
      await Promise.all(due.map((notice) => this.#send(notice, cases.get(notice.caseId), now)));
    } catch (error) {
      this.#log.warn("notices not sent", { error: error instanceof Error ? error.message.slice(0, 200) : "failed" });
    }
  }

  async #send(notice: Notice, one: Case | undefined, now: Instant): Promise<void> {
    const to = this.#config.addressees.find((known) => known.id === notice.addressee);
    const failed = (why: string): Promise<void> => {
      const pause = millis(Math.min(longestPause, 2_000 * 2 ** Math.min(notice.tries, 10)));
      this.#log.warn("an addressee was not reached", { code: "GL-6009", addressee: notice.addressee, why });
      return this.#notices.failed(notice.n, why, later(now, pause));
    };
    if (one === undefined || to?.url === undefined) return failed("no address");
    const body: NoticeBody = {
      case: one.id,
      stage: notice.stage,
      kind: one.kind,
      priority: one.priority,
      lane: one.src,
      openedAt: new Date(one.openedAt).toISOString(),
      tries: one.tries,
    };
    const text = JSON.stringify(body);
    const secret = to.secretFile === undefined ? null : readFileSync(to.secretFile, "utf8").trim();
    try {
      const answer = await fetch(to.url, {
        method: "POST",
        redirect: "error",
        signal: AbortSignal.timeout(patience),
        headers: {
          "content-type": "application/json",
          ...(secret === null
            ? {}
            : { "greenlane-signature": createHmac("sha256", secret).update(text).digest("hex") }),
        },
        body: text,
      });
      await answer.body?.cancel();
      return answer.ok ? this.#notices.done(notice.n, this.#clock.wall().at) : failed(`HTTP ${answer.status}`);
    } catch (error) {
      return failed(error instanceof Error ? error.name : "failed");
    }
  }
}
