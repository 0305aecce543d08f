/** Asks a platform about one code, within the deadline and never in a way that hurts a platform in trouble. */
import { type Millis, millis, seconds } from "../../core/units.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import type { PlatformAnswer, PlatformLookup, PlatformOutcome } from "../parts.ts";
import { type BreakerSettings, createBreaker, defaultBreaker } from "./breaker.ts";
import { type MappingTable, outcomeOf, revokedOf, subjectOf } from "./mapping.ts";
import { PlatformFault, type PlatformTransport } from "./transport.ts";

export interface PlatformSettings {
  /** A person is told something at the latest then. */
  readonly deadline: Millis;
  /** A request is given up then; longer than the deadline, so that slow and dead can be told apart. */
  readonly timeout: Millis;
  /** Requests under way at once. */
  readonly limit: number;
  readonly breaker: BreakerSettings;
}
export const defaultPlatformSettings: PlatformSettings = {
  deadline: millis(800),
  timeout: seconds(3),
  limit: 4,
  breaker: defaultBreaker,
};

export interface PlatformParts {
  readonly transport: PlatformTransport;
  readonly mapping: MappingTable;
  readonly clock: Pick<Clock, "monotonic" | "after">;
  readonly settings: PlatformSettings;
  readonly logger: Logger;
  readonly random?: () => number;
}

export interface PlatformClient extends PlatformLookup {
  /** For screens and troubles. */
  state(): { readonly down: boolean; readonly underWay: number };
  stop(): void;
}

type Attempt = { readonly value: unknown } | "platform-slow" | "platform-down";

export function createPlatformClient(parts: PlatformParts): PlatformClient {
  const { transport, mapping, clock, settings, logger, random = Math.random } = parts;
  const breaker = createBreaker(settings.breaker, random);
  let underWay = 0;

  const request = async (path: string, body: Readonly<Record<string, string>>): Promise<Attempt> => {
    if (underWay >= settings.limit) return "platform-slow";
    const permit = breaker.permit(clock.monotonic());
    if (permit === "no") return "platform-down";
    underWay++;
    const answer = attempts(path, body, permit === "yes").finally(() => underWay--);
    return await inTime(answer);
  };

  /** A probe is one request; a usual one may be tried twice. */
  const attempts = async (path: string, body: Readonly<Record<string, string>>, twice: boolean): Promise<Attempt> => {
    const started = clock.monotonic();
    try {
      return succeeded(await transport.post(path, body, settings.timeout));
    } catch (error) {
      const pause = 50 + random() * 100;
      const left = settings.deadline - (clock.monotonic() - started) - pause;
      if (!(twice && error instanceof PlatformFault && error.retry && left > 0)) return failed(error);
      await sleep(millis(pause));
    }
    try {
      return succeeded(await transport.post(path, body, settings.timeout));
    } catch (error) {
      return failed(error);
    }
  };

  const succeeded = (value: unknown): Attempt => {
    if (breaker.open) logger.info("the platform answers again");
    breaker.succeeded();
    return { value };
  };

  const failed = (error: unknown): Attempt => {
    const before = breaker.open;
    breaker.failed(clock.monotonic());
    const why = error instanceof PlatformFault ? error.why : "unexpected";
    if (breaker.open && !before) logger.warn("GL-3011: the platform does not answer; asking is paused", { why });
    return why === "timeout" ? "platform-slow" : "platform-down";
  };

  const sleep = (pause: Millis): Promise<void> => new Promise((resolve) => clock.after(pause, resolve));
  const inTime = (answer: Promise<Attempt>): Promise<Attempt> =>
    new Promise((resolve) => {
      const cancel = clock.after(settings.deadline, () => resolve("platform-slow"));
      void answer.then(resolve).finally(cancel);
    });

  const told = (outcome: PlatformOutcome, subject: string | null = null): PlatformAnswer => ({ outcome, subject });
  return {
    async ask(text) {
      const answer = await request(mapping.ask.path, { ...mapping.ask.fixed, [mapping.ask.field]: text });
      if (typeof answer === "string") return told(answer);
      const outcome = outcomeOf(mapping, answer.value);
      const reported = outcome === "red" || outcome === "yellow";
      return told(outcome, reported ? subjectOf(mapping, answer.value) : null);
    },
    async askRevoked(passId) {
      if (mapping.revoked === null) return "no-answer";
      const answer = await request(mapping.revoked.path, { [mapping.revoked.field]: passId });
      return typeof answer === "string" ? "no-answer" : revokedOf(mapping, answer.value);
    },
    state: () => ({ down: breaker.open, underWay }),
    stop: () => transport.close(),
  };
}
