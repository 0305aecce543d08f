/** Provisioning by the lane's own reader: a technician holds the phone with the token before the camera. */
import type { CodeRead } from "../core/flow.ts";
import type { Logger } from "../ports/logger.ts";
import type { Provisioning } from "./provisioning.ts";
import type { Settings, Trial } from "./settings.ts";
import type { Workbench } from "./workbench.ts";

/** How every token begins. */
const MARK = "GLP1.";

export interface TokenReaderParts {
  readonly bench: Workbench;
  readonly provisioning: Provisioning;
  readonly settings: Settings;
  readonly trial: Trial;
  /** The lane is new, so that nobody could sign in to ask for maintenance. */
  readonly isNew: () => boolean;
  readonly logger: Logger;
}

/**
 * Listens for tokens on a lane that is new or in local maintenance; on one that serves people a token is any other code.
 * Each token is tried once while it is held up. The returned function ends it.
 */
export function readTokens({ bench, provisioning, settings, trial, isNew, logger }: TokenReaderParts): () => void {
  let tried: string | null = null;
  const take = async (text: string): Promise<void> => {
    const accepted = await provisioning.accept(text, settings.raw(), bench.clock.wall());
    const applied = accepted.ok ? await settings.apply(accepted.file, accepted.by, trial) : accepted;
    bench.voice.play({ tone: applied.ok ? "go" : "next", prompt: null, turn: null });
    if (applied.ok) logger.info("provisioned", { version: applied.version });
    else logger.warn("a provisioning token was refused", { code: applied.code });
  };
  const hear = ({ text }: Pick<CodeRead, "text">): void => {
    if (!text.startsWith(MARK) || text === tried || !(isNew() || bench.mode() === "maintenance")) return;
    tried = text;
    void take(text).catch(() => logger.error("provisioning failed", { code: "GL-1058" }));
  };
  const ends = [bench.reader?.onResult(({ codes }) => codes.forEach(hear)), bench.scanner?.onCode(hear)];
  return () => {
    for (const end of ends) end?.();
  };
}
