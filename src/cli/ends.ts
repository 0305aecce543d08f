/** How `run` ends, told to the service manager by its exit status, and by the service manager to `outputs-safe`. */

/** The lane ended itself to begin anew. */
export const AGAIN = 75;
/** A running lane that throws where nothing catches it; Node's own status. */
const CRASHED = 1;

/**
 * Whether a lane that ended like this is back within seconds, from the variables of ExecStopPost (systemd.exec(5)).
 * One that was stopped, or that could not start and won't the next time, serves nobody at the exit. Without the
 * variables somebody asks by hand, beside a lane that runs.
 */
export function comesBack(told: Readonly<Record<string, string | undefined>>): boolean {
  const { SERVICE_RESULT: result, EXIT_CODE: how, EXIT_STATUS: status } = told;
  if (result === undefined) return true;
  if (how === "exited") return [AGAIN, CRASHED].map(String).includes(status ?? "");
  return result !== "timeout";
}
