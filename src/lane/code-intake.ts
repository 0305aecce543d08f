/**
 * From codes in frames to credentials of the current turn: what is new, what belongs to one family's page, whose code
 * is nearest. Keeps the bytes of a code only as long as its person stands there (P15).
 */
import type { CodeRead, Corners, Credential, Direction } from "../core/flow.ts";
import type { LaneInput, Person } from "../core/passage/lane-events.ts";
import { isReported } from "../core/reporting.ts";
import { type Millis, type Monotonic, millis, monotonic, since } from "../core/units.ts";
import type { Clock } from "../ports/clock.ts";
import type { FrameResult } from "../ports/code-reader.ts";
import type { Verifier } from "../ports/verifier.ts";
import type { Access } from "./street-screen.ts";

/**
 * What the machine is doing with the person at the reading place: `asking` for a code or its forehead; `answered`, a
 * verdict is on the screen and a code not yet answered starts a new try; `none`.
 */
export type Attention = "asking" | "answered" | "none";

export interface IntakeHost {
  turn(): number;
  direction(): Direction;
  attention(): Attention;
  send(event: LaneInput): void;
  /** Somebody was gone, or judged by another code, before this answer: nobody is served by it, but it is reported (P8). */
  late(person: Person, direction: Direction): void;
}

/** A family page is read over a few frames: codes are collected this long before they are counted. */
const PAGE_COLLECTION: Millis = millis(400);
/** A check that takes longer is announced before its answer, so that nobody waits for the platform unprompted. */
const EARLY: Millis = millis(30);
/** A code not seen for this long was put away; another one is a second pass then, and clutter before. */
const PUT_AWAY: Millis = millis(500);
/** An answered code that is still in view changes nothing; not seen for this long it is forgotten. */
const ANSWERED: Millis = millis(10_000);
/** Another code counts as a second pass only from this share of the first one's area. */
const AS_LARGE = 0.6;
/** At most this many codes of one page are looked at: a family release has 6 passages (RULES). */
const PAGE_LIMIT = 6;

export class CodeIntake {
  readonly #verifier: Verifier;
  readonly #clock: Clock;
  readonly #host: IntakeHost;
  /** Codes of this turn that were announced, by their bytes. */
  readonly #mine = new Map<string, { readonly seenAt: Monotonic; readonly area: number }>();
  /** Codes that got their verdict while this person stood here. */
  readonly #answered = new Map<string, Monotonic>();
  #page: { readonly codes: Map<string, CodeRead>; readonly cancel: () => void } | null = null;
  #since: Monotonic = monotonic(0);
  #looking = false;

  constructor(verifier: Verifier, clock: Clock, host: IntakeHost) {
    this.#verifier = verifier;
    this.#clock = clock;
    this.#host = host;
  }

  /** A new turn: only frames captured from now on count. */
  begin(): void {
    this.#drop();
    this.#since = this.#clock.monotonic();
  }

  /** The codes of this turn got their verdict: showing them on changes nothing. */
  settle(): void {
    for (const key of this.#mine.keys()) this.#answered.set(key, this.#clock.monotonic());
    this.#drop();
  }

  /** The person left, or may try the same code again. */
  forget(): void {
    this.#drop();
    this.#answered.clear();
  }

  /** Nobody turned: the code may be shown again, unless somebody else went in with its pass meanwhile. */
  unused(credentials: readonly Credential[]): void {
    const direction = this.#host.direction();
    if (credentials.every((each) => this.#verifier.again(each, direction) === each)) this.forget();
  }

  offer(result: FrameResult): void {
    if (result.at < this.#since) return;
    const turn = this.#host.turn();
    this.#forgetAnswered(result.codes);
    const fresh = result.codes.filter((code) => !this.#answered.has(keyOf(code)));
    switch (this.#host.attention()) {
      case "none":
        return;
      case "answered":
        if (fresh.length > 0) this.#host.send({ type: "again", turn });
        return;
      case "asking":
        if (fresh.length === 0 && result.guidance !== null) this.#host.send({ type: "trying", turn });
        this.#take(fresh);
    }
  }

  /** In a queue nobody ever leaves the reading place empty: a code not seen for a while is forgotten all the same (P15). */
  #forgetAnswered(seen: readonly CodeRead[]): void {
    const now = this.#clock.monotonic();
    for (const code of seen) if (this.#answered.has(keyOf(code))) this.#answered.set(keyOf(code), now);
    for (const [key, at] of this.#answered) if (since(at, now) > ANSWERED) this.#answered.delete(key);
  }

  #take(codes: readonly CodeRead[]): void {
    for (const code of codes) {
      const known = this.#mine.get(keyOf(code));
      if (known !== undefined) this.#mine.set(keyOf(code), { ...known, seenAt: code.at });
    }
    if (this.#page !== null) {
      for (const code of codes) if (this.#page.codes.size < PAGE_LIMIT) this.#page.codes.set(keyOf(code), code);
      return;
    }
    if (this.#looking) return;
    const unknown = codes.filter((code) => !this.#mine.has(keyOf(code)));
    const [nearest] = unknown;
    if (nearest === undefined || !this.#replaces(nearest)) return;
    if (unknown.length > 1 && this.#mine.size === 0) this.#collect(unknown);
    else void this.#single(nearest);
  }

  /** Somebody else's phone in the background is no second pass; a code that took the first one's place is. */
  #replaces(code: CodeRead): boolean {
    return [...this.#mine.values()].every(
      (known) => since(known.seenAt, code.at) > PUT_AWAY && areaOf(code.corners) >= known.area * AS_LARGE,
    );
  }

  /** One code alone. A pass issued for family may be the first of a page: then the page is given its time. */
  async #single(code: CodeRead): Promise<void> {
    const turn = this.#host.turn();
    const direction = this.#host.direction();
    const checking = this.#verifier.verify(code, direction);
    if (this.#mine.size === 0) {
      this.#looking = true;
      const early = await Promise.race([checking, this.#soon()]);
      this.#looking = false;
      if (!this.#asks(turn)) return this.#late(code, await checking, direction);
      if (early?.forWhom === "family") return this.#collect([code]);
    }
    this.#announce([code], turn);
    // A second pass began a new turn instead; its code comes again with the next frame.
    if (this.#host.turn() !== turn) return;
    const credential = await checking;
    if (this.#asks(turn)) this.#host.send({ type: "credential", turn, credential, readAt: code.at });
    else this.#late(code, credential, direction);
  }

  #asks(turn: number): boolean {
    return this.#host.turn() === turn && this.#host.attention() === "asking";
  }

  #late(code: CodeRead, credential: Credential, direction: Direction): void {
    if (isReported(credential)) this.#host.late({ credential, readAt: code.at, temperature: null }, direction);
  }

  #soon(): Promise<null> {
    return new Promise((resolve) => this.#clock.after(EARLY, () => resolve(null)));
  }

  #collect(codes: readonly CodeRead[]): void {
    const turn = this.#host.turn();
    const cancel = this.#clock.after(PAGE_COLLECTION, () => void this.#finishPage(turn));
    this.#page = { codes: new Map(codes.slice(0, PAGE_LIMIT).map((code) => [keyOf(code), code])), cancel };
  }

  /** One person per pass of a family's page; where it is none, the nearest code alone. */
  async #finishPage(turn: number): Promise<void> {
    const codes = [...(this.#page?.codes.values() ?? [])];
    this.#page = null;
    const direction = this.#host.direction();
    const checked = await Promise.all(
      codes.map(async (code) => ({ code, credential: await this.#verifier.verify(code, direction) })),
    );
    const people = isFamilyPage(checked.map(({ credential }) => credential)) ? checked : checked.slice(0, 1);
    if (!this.#asks(turn)) {
      for (const { code, credential } of people) this.#late(code, credential, direction);
      return;
    }
    this.#announce(
      people.map(({ code }) => code),
      turn,
    );
    for (const { code, credential } of people)
      this.#host.send({ type: "credential", turn, credential, readAt: code.at });
  }

  #announce(codes: readonly CodeRead[], turn: number): void {
    for (const code of codes) this.#mine.set(keyOf(code), { seenAt: code.at, area: areaOf(code.corners) });
    this.#host.send({ type: "codes", turn, count: codes.length });
  }

  #drop(): void {
    this.#mine.clear();
    this.#page?.cancel();
    this.#page = null;
  }
}

/** What a state of the access region means for codes. */
export function attentionOf(access: Access): Attention {
  switch (access) {
    case "presented":
    case "screening":
      return "asking";
    case "denied":
    case "attended":
    case "granted":
    case "lingering":
    case "retry":
      return "answered";
    case "idle":
    case "deciding":
    case "waiting":
    case "leaving":
      return "none";
  }
}

/**
 * Every code is a pass of its own, and all but the holder's were issued for family (P11); two strangers' phones are none,
 * nor is one pass in two writings.
 */
function isFamilyPage(credentials: readonly Credential[]): boolean {
  const own = credentials.filter((credential) => credential.forWhom !== "family").length;
  const passes = new Set(credentials.flatMap(({ passId }) => passId ?? []));
  return credentials.length > 1 && own <= 1 && passes.size === credentials.length;
}

const keyOf = (code: CodeRead): string => Buffer.from(code.bytes).toString("latin1");

/** Area of the quadrilateral in square pixels. A scan engine gives no corners: its code is always at the reading place. */
function areaOf(corners: Corners | null): number {
  if (corners === null) return Number.MAX_VALUE;
  const twice = corners.reduce((sum, [x, y], index) => {
    const [nextX, nextY] = corners[(index + 1) % 4] ?? [0, 0];
    return sum + x * nextY - nextX * y;
  }, 0);
  return Math.abs(twice) / 2;
}
