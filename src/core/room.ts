/**
 * What the control room's server tells its page: closed view models, as `live.ts` is for the kiosk. No view holds a
 * subject; the page asks for one sealed subject at a time, and that is entered into the audit log.
 */
export type Role = "watcher" | "operator" | "supervisor";
export interface Bilingual {
  readonly zh: string;
  readonly en: string;
}

/** One row of the list. Instants are milliseconds since 1970. */
export interface RoomCase {
  readonly id: string;
  readonly kind: string;
  readonly priority: 1 | 2 | 3 | 4;
  readonly src: string;
  readonly state: "new" | "acknowledged" | "shelved" | "resolved";
  readonly tries: number;
  readonly openedAt: number;
  readonly lastAt: number;
  readonly annunciatedAt: number;
  readonly routing: readonly string[];
  readonly detail: Readonly<Record<string, string | number | boolean>>;
  readonly reasons: readonly string[];
  /** Who acknowledged, shelved or resolved it, whichever is its state. */
  readonly by: string | null;
  readonly changedAt: number | null;
  readonly shelvedUntil: number | null;
  readonly normalAt: number | null;
  readonly escalatedAt: number | null;
  readonly hasSubject: boolean;
  readonly temperature: number | null;
}

export interface RoomLane {
  readonly src: string;
  readonly online: boolean;
  readonly planned: boolean;
  readonly since: number;
  readonly heard: number;
  readonly version: string | null;
}

export interface RoomSite {
  readonly id: string;
  readonly name: Bilingual;
  readonly subdistrict: string;
  readonly lanes: readonly {
    readonly id: string;
    readonly name: Bilingual;
    readonly x?: number;
    readonly y?: number;
  }[];
}

export interface RoomPlaces {
  readonly district: { readonly id: string; readonly name: Bilingual };
  readonly subdistricts: readonly { readonly id: string; readonly name: Bilingual }[];
  readonly sites: readonly RoomSite[];
  readonly addressees: readonly { readonly id: string; readonly name: Bilingual }[];
}

export interface RoomFlood {
  readonly active: boolean;
  readonly count: number;
}

/** Over the live connection, in this order at first: hello, lanes, cases (one or more), then whatever changes. */
export type RoomMessage =
  | {
      readonly kind: "hello";
      readonly places: RoomPlaces;
      readonly retentionDays: number;
      readonly escalateAfter: number;
      readonly shiftEnds: readonly string[];
    }
  | { readonly kind: "lanes"; readonly lanes: readonly RoomLane[] }
  | { readonly kind: "cases"; readonly cases: readonly RoomCase[]; readonly fresh: boolean }
  | { readonly kind: "ready" }
  | {
      readonly kind: "beat";
      readonly at: number;
      readonly flood: RoomFlood;
      readonly lastHour: number;
      /** Whether this server hears the broker; where it doesn't, nothing is known of any lane. */
      readonly hearing: boolean;
    };

export interface Me {
  readonly id: string;
  readonly role: Role;
  readonly csrf: string;
  readonly mustChange: boolean;
}

/** One line of a case's history, newest first on the page. */
export interface RoomMoment {
  readonly at: number;
  readonly kind: "event" | "arrived" | "action" | "note" | "notice";
  /** Event type, audit action, or addressee. */
  readonly what: string;
  readonly who: string | null;
  readonly text: string | null;
  readonly detail: Readonly<Record<string, string | number | boolean>>;
}

export interface RoomCaseDetail {
  readonly case: RoomCase;
  readonly moments: readonly RoomMoment[];
  readonly shelfReason: string | null;
  readonly notices: readonly {
    readonly addressee: string;
    readonly stage: "open" | "overdue";
    readonly doneAt: number | null;
    readonly failure: string | null;
  }[];
  /** Other cases of the same site within 24 h. */
  readonly nearby: readonly RoomCase[];
}

export interface RoomStream {
  readonly src: string;
  readonly epoch: string;
  /** Which of the lane's epochs it is, from 1, and whether a later one has begun. */
  readonly ordinal: number;
  readonly closed: boolean;
  readonly head: number;
  readonly received: number;
  /** Numbers that the lane no longer holds and that never came. */
  readonly gone: readonly (readonly [number, number])[];
  /** Numbers that the lane still holds. */
  readonly waiting: readonly (readonly [number, number])[];
  readonly shed: readonly (readonly [number, number])[];
  readonly shedCount: number;
  readonly askedAt: number | null;
  readonly lastAt: number;
}
export interface RoomQuarter {
  readonly src: string;
  readonly quarter: number;
  readonly persons: Readonly<Record<string, number>>;
}
export interface RoomAuditEntry {
  readonly n: number;
  readonly at: number;
  readonly who: string;
  readonly action: string;
  readonly caseId: string | null;
  readonly detail: Readonly<Record<string, string | number>>;
  readonly hash: string;
}
