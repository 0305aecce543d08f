/** What the panel's routes work with. */
import type { Host } from "../../service/host.ts";
import type { Provisioning } from "../../service/provisioning.ts";
import type { Series } from "../../service/series.ts";
import type { Settings, Trial } from "../../service/settings.ts";
import type { StaffBook } from "../../service/staff.ts";
import type { TechnicianCode } from "../../service/technician-code.ts";
import type { Wizard } from "../../service/wizard.ts";
import type { Workbench } from "../../service/workbench.ts";
import type { Access } from "./access.ts";

/** Everything behind the panel, put together by `createPanel`. */
export interface Panel {
  readonly bench: Workbench;
  readonly settings: Settings;
  readonly trial: Trial;
  readonly access: Access;
  readonly code: TechnicianCode;
  readonly staff: StaffBook;
  readonly wizard: Wizard;
  readonly series: Series;
  readonly provisioning: Provisioning | null;
  readonly host: Host;
  /** Where certificates are put. */
  readonly directory: string;
  /** Version of the program. */
  readonly program: string;
  /** The technician's own code is set: the one-time code has ended. */
  readonly codeKept: () => void;
}
