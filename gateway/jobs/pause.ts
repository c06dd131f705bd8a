/** A wait that can be cut short, and that knows when it took longer than planned. */

/** One waiter at a time. */
export class Pause {
  #finish: (() => void) | undefined;

  /**
   * Waits `ms`, or until {@link end} or the signal.
   * @returns by how many milliseconds the wait was too long: a frozen container, a blocked loop
   */
  wait(ms: number, signal?: AbortSignal): Promise<number> {
    const dueAt = performance.now() + ms;
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', finish);
        this.#finish = undefined;
        resolve(performance.now() - dueAt);
      };
      const timer = setTimeout(finish, ms);
      this.#finish = finish;
      signal?.addEventListener('abort', finish, { once: true });
      if (signal?.aborted) finish();
    });
  }

  /** Ends the wait now, if there is one. */
  end(): void {
    this.#finish?.();
  }
}

/** Whether a promise settles within `ms`; within 0: whether it has settled. */
export async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const pause = new Pause();
  const isLate = (ms > 0 ? pause.wait(ms) : thisTurn()).then(() => false);
  const isSettled = promise.then(
    () => true,
    () => true,
  );
  const result = await Promise.race([isSettled, isLate]);
  pause.end();
  return result;
}

/** Resolves when all promises that have settled are heard, before the event loop goes on. */
async function thisTurn(): Promise<void> {
  // From here on ticks come after the microtasks.
  await undefined;
  await new Promise<void>((resolve) => process.nextTick(resolve));
}
