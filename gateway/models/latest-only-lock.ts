/** Per key one caller runs and one waits; a newer caller replaces the waiting one. */
import { AppError } from '#shared/errors.ts';

interface Waiting {
  grant: () => void;
  refuse: (error: AppError) => void;
}

/** Locks by key; an entry exists while its lock is held. */
export class LatestOnlyLock {
  readonly #locks = new Map<string, Waiting | undefined>();

  /**
   * Waits for the lock of a key.
   * @returns the function that releases it; the abort of the signal releases it as well
   * @throws AppError `question-superseded`
   */
  async acquire(key: string, signal: AbortSignal): Promise<() => void> {
    if (this.#locks.has(key)) await this.#wait(key, signal);
    else this.#locks.set(key, undefined);
    return this.#releaseOnce(key, signal);
  }

  #wait(key: string, signal: AbortSignal): Promise<void> {
    this.#locks.get(key)?.refuse(superseded());
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { grant: resolve, refuse: reject };
      this.#locks.set(key, waiting);
      signal.addEventListener(
        'abort',
        () => {
          if (this.#locks.get(key) === waiting) this.#locks.set(key, undefined);
          reject(superseded());
        },
        { once: true },
      );
    });
  }

  #releaseOnce(key: string, signal: AbortSignal): () => void {
    let isHeld = true;
    const release = (): void => {
      signal.removeEventListener('abort', release);
      if (isHeld) this.#release(key);
      isHeld = false;
    };
    signal.addEventListener('abort', release, { once: true });
    if (signal.aborted) release();
    return release;
  }

  #release(key: string): void {
    const next = this.#locks.get(key);
    if (next === undefined) this.#locks.delete(key);
    else {
      this.#locks.set(key, undefined);
      next.grant();
    }
  }
}

function superseded(): AppError {
  return new AppError('question-superseded', 'A newer, equal question to this camera replaced this one');
}
