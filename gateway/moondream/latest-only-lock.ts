/** Per key one caller runs and one waits; a newer caller replaces the waiting one. */
import { AppError } from '#shared/errors.ts';

interface Waiting {
  enter: () => void;
  refuse: (error: AppError) => void;
}

/** Lanes by key; a lane exists while it is in use. */
export class LatestOnlyLock {
  readonly #lanes = new Map<string, Waiting | undefined>();

  /**
   * Waits for the lane.
   * @returns the function that leaves it, to be called once; the abort of the signal leaves it as well
   * @throws AppError `question-superseded`
   */
  async enter(key: string, signal: AbortSignal): Promise<() => void> {
    if (this.#lanes.has(key)) await this.#wait(key, signal);
    else this.#lanes.set(key, undefined);
    return this.#leaveOnce(key, signal);
  }

  #wait(key: string, signal: AbortSignal): Promise<void> {
    this.#lanes.get(key)?.refuse(superseded());
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { enter: resolve, refuse: reject };
      this.#lanes.set(key, waiting);
      signal.addEventListener(
        'abort',
        () => {
          if (this.#lanes.get(key) === waiting) this.#lanes.set(key, undefined);
          reject(superseded());
        },
        { once: true },
      );
    });
  }

  #leaveOnce(key: string, signal: AbortSignal): () => void {
    let isIn = true;
    const leave = (): void => {
      signal.removeEventListener('abort', leave);
      if (isIn) this.#leave(key);
      isIn = false;
    };
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    return leave;
  }

  #leave(key: string): void {
    const next = this.#lanes.get(key);
    if (next === undefined) this.#lanes.delete(key);
    else {
      this.#lanes.set(key, undefined);
      next.enter();
    }
  }
}

function superseded(): AppError {
  return new AppError('question-superseded', 'A newer question to this camera, the same one, took the place');
}
