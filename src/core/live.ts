/**
 * What the kiosk's pages are told over their live connections: the view models of views.ts as seen by one page, with
 * what the page needs beside them. The web server makes these messages, the pages draw them; both sides share the types.
 */
import type { Direction, ModuleColour, ReasonCode, SiteKind, TemperatureClass } from "./flow.ts";
import type { GuardView, StreetView } from "./views.ts";

/** The lane's name on every surface: number and arrow in a frame (SCREENS, principle 7). */
export interface LaneTag {
  readonly number: string;
  readonly side: Direction | "both";
  /** Which way people walk past this screen. */
  readonly arrow: "left" | "right" | "up" | "down";
}

/** A text in both languages. */
export interface Words {
  readonly zh: string;
  readonly en: string;
}

/** Texts of the site that screens show. They come from the configuration, never from a code. */
export interface SiteTexts {
  readonly kind: SiteKind;
  readonly name: Words;
  readonly phones: {
    /** The citizens' line, 12345 (P18). */
    readonly complaint: string;
    /** Technical help, on denials (P18); null leaves it out. */
    readonly technical: string | null;
    /** Shown when nobody answered a call for 60 s. */
    readonly site: string | null;
    /** Epidemic group or health centre, for the guard (P9, P10). */
    readonly health: string | null;
  };
  /** Where people are sent during a lockdown; null where the site has no other entrance. */
  readonly otherEntrance: { readonly name: Words; readonly minutes: number } | null;
  /** Where somebody waits aside, for the guard; null where none is settled. */
  readonly waitingPlace: Words | null;
  /** The way to the fever clinic, for the guard. */
  readonly feverClinic: Words | null;
}

/** A QR code as an outline: `path` fills the dark modules of a square of `size` modules, quiet zone not included. */
export interface QrOutline {
  readonly size: number;
  readonly path: string;
}

/** First message of a connection: what does not change from person to person. */
export interface Setup {
  readonly kind: "setup";
  /** Changes when the pages were built anew; a page that finds another one than at its start loads itself again. */
  readonly build: string;
  readonly lane: LaneTag;
  readonly site: SiteTexts;
  readonly measureAt: "forehead" | "wrist";
  readonly size: "normal" | "big";
  readonly pace: "normal" | "slow";
  /** Languages of the pedestrian's screen; Chinese leads. */
  readonly languages: readonly ("zh" | "en")[];
  /** `auto`: as the window is. */
  readonly orientation: "auto" | "landscape" | "portrait";
  /** Whether the page itself plays the tones (the demo); on a kiosk the sounder does. */
  readonly pageSounds: boolean;
  /** Address for converting a code from elsewhere (P12). */
  readonly convert: QrOutline | null;
  /** The compound's own code, which brings up its residents' (P14). */
  readonly placeCode: QrOutline | null;
  /** One-time code of a new lane, shown on its own closed screen until a technician has set a code; else null. */
  readonly firstCode: string | null;
}

/** One state of the street screen. It is also the heartbeat: it is sent only when the lane has spoken. */
export interface StreetUpdate {
  readonly kind: "street";
  /** Server's monotonic milliseconds, to notice messages that were held up on the way. */
  readonly at: number;
  /** Wall-clock time as 08:14, or null while the clock is not trusted. */
  readonly time: string | null;
  readonly view: StreetView;
  /** Tone of the screen, or null where it has none. */
  readonly tone: string | null;
}
export type StreetMessage = Setup | StreetUpdate;

/** Who is signed in on the tablet that gets the message. */
export interface Shift {
  readonly guard: string;
  readonly supervisor: boolean;
  /** End of the shift as 16:00, or null while the clock is not trusted. */
  readonly until: string | null;
}

/** A waiting person as far as a tablet without a guard may know: that, and since when. */
export interface Waiting {
  readonly id: number;
  readonly waitedMs: number;
  /** Until the next call; null where no call follows. */
  readonly nextCallMs: number | null;
  readonly calls: 1 | 2 | 3;
}
/** The same person for a signed-in guard. */
export interface AttendedSight extends Waiting {
  readonly reasons: readonly ReasonCode[];
  readonly temperature: { readonly class: TemperatureClass; readonly estimate: number | null } | null;
  readonly colourHint: ModuleColour | null;
  readonly complaint: string;
  readonly report: GuardView["attended"][number]["report"];
  /** When the centre's receipt came, as 08:13. */
  readonly receivedAt: string | null;
  readonly tries: number;
  readonly may: GuardView["attended"][number]["may"];
}

/** One state of the guard's view. Counts are texts: cells of 1 to 4 left the server as "1–4" (P15). */
export interface GuardUpdate {
  readonly kind: "guard";
  readonly at: number;
  readonly time: string | null;
  readonly shift: Shift | null;
  readonly mode: GuardView["mode"];
  /** End of a lockdown as 08:40, as the street is told; null elsewhere. */
  readonly until: string | null;
  readonly street: StreetView["screen"];
  readonly maskRefused: boolean;
  readonly waiting: readonly Waiting[];
  /** Empty while nobody is signed in. */
  readonly attended: readonly AttendedSight[];
  readonly counts: Readonly<Record<string, string>>;
  /** Start of the current quarter-hour and its end, as 08:00 and 08:15. */
  readonly quarter: readonly [string, string] | null;
  /** Granted persons in past quarter-hours, oldest first. */
  readonly history: readonly { readonly from: string; readonly granted: string; readonly share: number }[];
  readonly troubles: readonly string[];
  readonly link: { readonly up: boolean; readonly backlog: number } | null;
}
export type GuardMessage = Setup | GuardUpdate;

/** What the demo's overview shows around the two pages. Never served by a kiosk. */
export interface RigView {
  /** Seconds since the script began. */
  readonly t: number;
  readonly script: string;
  readonly person: string;
  /** What the script lets them do, in words. */
  readonly says: string;
  readonly arm: {
    readonly state: "locked" | "released" | "turning" | "free";
    /** 0 … 120 degrees of the turnstile's rotation. */
    readonly angle: number;
    readonly direction: Direction;
  };
  /** What the control room received, newest first. */
  readonly centre: readonly {
    readonly seq: number;
    readonly type: string;
    readonly level: string;
    readonly time: string;
    readonly receipt: boolean;
  }[];
  readonly totals: Readonly<Record<string, number>>;
}
export type RigMessage = Setup | (RigView & { readonly kind: "rig"; readonly at: number });
