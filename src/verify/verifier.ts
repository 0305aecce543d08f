/**
 * The verifier of a lane: a code's text in, a credential out (port `verifier`). Signed passes are checked here,
 * opaque codes by the platform, everything else by its shape. Every way of not knowing has its own outcome.
 */
import { notAPassKind, recognise } from "../core/code/recognise.ts";
import type { CodeRead, Credential, CredentialOutcome, Direction, WallTime } from "../core/flow.ts";
import { days, type Millis, seconds } from "../core/units.ts";
import type { PassClaims } from "../pass/claims.ts";
import type { KeyRing } from "../pass/key-ring.ts";
import { candidates, conclude, endOfLife, findSigner, openPass, type PassReport } from "../pass/verify.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Verifier } from "../ports/verifier.ts";
import type { PlatformLookup, ReplayMemory, RevocationFilter, TrustSource } from "./parts.ts";

export interface VerifierSettings {
  /** The region whose passes count as they are (P12); a key of another region's issuer is `needs-conversion`. */
  readonly region: string | null;
  /** What a verified `HC1:` certificate is. `green` is for sites outside of the notices' reach. */
  readonly foreignCertificate: "needs-conversion" | "green";
  /** Holdover is believed up to this estimated error. */
  readonly maxClockError: Millis;
  /** Nobody is kept waiting longer, whatever hangs: the outcome is `platform-slow` then. */
  readonly deadline: Millis;
}

/** Shandong's number in GB/T 2260, and the limit of RULES. */
export const defaultVerifierSettings: VerifierSettings = {
  region: "37",
  foreignCertificate: "needs-conversion",
  maxClockError: seconds(10),
  deadline: seconds(4),
};

export interface VerifierParts {
  readonly clock: Pick<Clock, "wall" | "after">;
  readonly trust: TrustSource;
  readonly settings: VerifierSettings;
  readonly logger: Logger;
  readonly platform?: PlatformLookup;
  readonly revocation?: RevocationFilter;
  readonly replay?: ReplayMemory;
}

/** A verifier whose `verify` never rejects. */
export function createVerifier(parts: VerifierParts): Verifier {
  return {
    async verify(code, direction) {
      try {
        return withColour(await inTime(credentialOf(code.text, direction, parts), parts), code);
      } catch (error) {
        // Only a programming error gets here; the person is served by hand and the lane goes on.
        parts.logger.error("GL-3002: a code could not be judged", { kind: error instanceof Error ? error.name : "?" });
        return withColour(plain("unverifiable"), code);
      }
    },
    used(credential, direction) {
      const { passId, medium, outcome } = credential;
      if (outcome === "green" && passId !== null && medium !== null) parts.replay?.used(passId, medium, direction);
    },
    again: (credential, direction) => withReplay(credential, direction, parts),
  };
}

function inTime(checking: Promise<Credential>, { clock, settings }: VerifierParts): Promise<Credential> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(settings.deadline, () => resolve({ ...plain("platform-slow"), offline: false }));
    checking.then(resolve, reject).finally(cancel);
  });
}

const blank: Credential = {
  outcome: "unverifiable",
  notAPass: null,
  medium: null,
  passId: null,
  subject: null,
  forWhom: null,
  paperDaysLeft: null,
  offline: true,
  colour: null,
  paperAgain: false,
};
const plain = (outcome: CredentialOutcome): Credential => ({ ...blank, outcome });

/** The hint for the guard: the picture's colour, kept only where it clearly is another one than the status (RULES). */
function withColour(credential: Credential, code: CodeRead): Credential {
  const { colour } = code;
  const status = credential.outcome;
  const judged = status === "green" || status === "yellow" || status === "red";
  const clear = colour === "green" || colour === "yellow" || colour === "red";
  return judged && clear && colour !== status ? { ...credential, colour } : credential;
}

async function credentialOf(text: string, direction: Direction, parts: VerifierParts): Promise<Credential> {
  const { format, tooLong } = recognise(text);
  const kind = notAPassKind(format);
  if (kind !== null) return { ...plain("not-a-pass"), notAPass: kind };
  switch (format) {
    case "HP1":
      return tooLong ? plain("malformed") : await fromSignedPass(text, direction, parts);
    case "HC1":
      return fromForeignCertificate(text, parts);
    case "health-card":
      return await fromPlatform(text, parts);
    default:
      return plain("needs-conversion");
  }
}

/** A holdover is trusted while its estimated error is within the limit (RULES, clock). */
const trusted = (wall: WallTime, settings: VerifierSettings): boolean =>
  wall.trust === "synced" || (wall.trust === "holdover" && wall.error <= settings.maxClockError);

function reportOn(text: string, parts: VerifierParts): PassReport {
  const opened = openPass(text);
  const ring: KeyRing = parts.trust.ring();
  const known = candidates(opened, ring);
  const signer = findSigner(opened, known);
  const wall = parts.clock.wall();
  return conclude(opened, known, signer, trusted(wall, parts.settings) ? wall.at : null);
}

async function fromSignedPass(text: string, direction: Direction, parts: VerifierParts): Promise<Credential> {
  const report = reportOn(text, parts);
  const { claims } = report.opened;
  const failed = failureOf(report, parts);
  if (failed === "malformed" || claims === null) return plain("malformed");
  // Nothing of an unbelieved pass is told on, but its id: from the third within ten minutes it is reported as a pseudonym.
  if (failed === "bad-signature") return { ...plain("bad-signature"), passId: claims.passId };
  if (failed !== null) return { ...plain(failed), medium: believed(report) ? claims.medium : null };
  const credential = fromClaims(report, claims, parts);
  const revoked = await revocationOf(claims.passId, parts);
  if (revoked !== null) return { ...credential, outcome: revoked, subject: null, offline: false };
  return withReplay(credential, direction, parts);
}

const believed = ({ checks }: PassReport): boolean => checks.signature === true && checks.keyUsage === true;

/** Why a report is no colour; null where it is one. The order is the order of certainty: what is broken, who signed, when. */
function failureOf({ opened, checks, keyKnown, phase }: PassReport, parts: VerifierParts): CredentialOutcome | null {
  if (opened.cose === null || checks.structure !== true) return "malformed";
  const stale = parts.trust.stale();
  // A list that is too old may simply not know the key yet.
  if (!keyKnown) return stale ? "trust-stale" : "unverifiable";
  if (checks.signature !== true) return "bad-signature";
  if (checks.keyUsage !== true) return "unverifiable";
  if (phase === null) return "no-trusted-time";
  if (phase === "not-yet") return "not-yet-valid";
  if (phase === "over") return opened.claims?.medium === "paper" ? "expired-paper" : "expired";
  return stale ? "trust-stale" : null;
}

function fromClaims(report: PassReport, claims: PassClaims, parts: VerifierParts): Credential {
  const region = report.signer?.region ?? null;
  if (region !== null && parts.settings.region !== null && region !== parts.settings.region)
    return plain("needs-conversion");
  return {
    ...blank,
    outcome: claims.status,
    medium: claims.medium,
    passId: claims.passId,
    // P15: who a green or pending holder is never leaves this function.
    subject: claims.status === "red" || claims.status === "yellow" ? claims.subject : null,
    forWhom: claims.forWhom,
    paperDaysLeft: claims.medium === "paper" ? daysLeft(claims, parts.clock.wall()) : null,
  };
}

/** Whole days until reprinting is due, rounded up. */
const daysLeft = (claims: PassClaims, wall: WallTime): number =>
  Math.max(0, Math.ceil((endOfLife(claims) - wall.at) / days(1)));

/** A hit of the filter is only a suspicion: the platform confirms it, and without its answer nobody knows. */
async function revocationOf(passId: string, parts: VerifierParts): Promise<"revoked" | "unverifiable" | null> {
  if (!(parts.revocation?.mayBeRevoked(passId) ?? false)) return null;
  const answer = (await parts.platform?.askRevoked(passId)) ?? "no-answer";
  if (answer === "good") return null;
  return answer === "revoked" ? "revoked" : "unverifiable";
}

function withReplay(credential: Credential, direction: Direction, parts: VerifierParts): Credential {
  const { passId, medium, outcome } = credential;
  if (outcome !== "green" || passId === null || medium === null) return credential;
  if (!(parts.replay?.seen(passId, medium, direction) ?? false)) return credential;
  return medium === "paper" ? { ...credential, paperAgain: true } : { ...credential, outcome: "replayed" };
}

/** P12: converted through 来鲁申报, whatever its signature; elsewhere a site may let a verified one count. */
function fromForeignCertificate(text: string, parts: VerifierParts): Credential {
  if (parts.settings.foreignCertificate === "needs-conversion") return plain("needs-conversion");
  return plain(failureOf(reportOn(text, parts), parts) ?? "green");
}

/** An opaque code proves nothing by itself: the colour is the platform's word (P3), identity is never asked for. */
async function fromPlatform(text: string, parts: VerifierParts): Promise<Credential> {
  if (parts.platform === undefined) return plain("unverifiable");
  const { outcome, subject } = await parts.platform.ask(text);
  const reported = outcome === "red" || outcome === "yellow";
  return { ...plain(outcome), offline: false, medium: "electronic", subject: reported ? subject : null };
}
