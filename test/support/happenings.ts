/** Waits for a condition by what can make it true, never by a timer. The test's own limit ends a wait that is in vain. */
export class Happenings {
  readonly #waiting: (() => void)[] = [];

  readonly tell = (): void => {
    for (const wake of this.#waiting.splice(0)) wake();
  };

  readonly until = async (done: () => boolean): Promise<void> => {
    while (!done()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  };
}
