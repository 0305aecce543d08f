/** What a guest program says on the console, where the host's log and verdict are made of it. */

/** Runs named checks one after another; any that fails is told with its reason and makes the program fail. */
export async function checks(all: Readonly<Record<string, () => Promise<unknown>>>): Promise<void> {
  let failed = 0;
  for (const [name, check] of Object.entries(all)) {
    const began = performance.now();
    try {
      const said = await check();
      tell(`ok ${name}${typeof said === "string" ? ` — ${said}` : ""} (${Math.round(performance.now() - began)} ms)`);
    } catch (error) {
      failed += 1;
      tell(`NOT OK ${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
  process.exit(failed === 0 ? 0 : 1);
}

export function tell(text: string): void {
  process.stdout.write(`${text}\n`);
}

export const sleep = (duration: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, duration));

export async function until(done: () => boolean, what: string, patience = 30_000): Promise<number> {
  const began = performance.now();
  while (!done()) {
    if (performance.now() - began > patience) throw new Error(`no ${what} within ${patience} ms`);
    await sleep(10);
  }
  return Math.round(performance.now() - began);
}
