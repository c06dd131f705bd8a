/** Spreads connection attempts over time, so that a worker with many cameras stays responsive while it starts. */

/** How soon an attempt is due: a client waits for it, the camera was live lately, it is new, or it failed last. */
export type Urgency = 'client' | 'live' | 'new' | 'failed';

/** Attempts that hold a place simultaneously. */
const MAX_CONCURRENT = 64;
/** A camera that answers does so within this; after it, one that does not holds no place any more, milliseconds. */
const HOLD_MS = 50;
const WAITING = ['live', 'new', 'failed'] as const;

export interface ConnectLimiterOptions {
  concurrent?: number;
  holdMs?: number;
}

/** A queue for connection attempts, the most urgent first. */
export class ConnectLimiter {
  readonly #concurrent: number;
  readonly #holdMs: number;
  readonly #queues = new Map(WAITING.map((urgency) => [urgency, new Set<() => void>()]));
  #active = 0;

  constructor({ concurrent = MAX_CONCURRENT, holdMs = HOLD_MS }: ConnectLimiterOptions = {}) {
    this.#concurrent = concurrent;
    this.#holdMs = holdMs;
  }

  /**
   * Waits for a place; the attempt of a client does not wait.
   * @param signal ends the wait
   * @returns the function that gives the place back, which also happens by itself after a while
   */
  async acquire(urgency: Urgency, signal: AbortSignal): Promise<() => void> {
    if (urgency !== 'client' && this.#active >= this.#concurrent) await this.#wait(urgency, signal);
    this.#active += 1;
    let isHeld = true;
    const release = (): void => {
      if (!isHeld) return;
      isHeld = false;
      clearTimeout(timer);
      this.#active -= 1;
      if (this.#active < this.#concurrent) this.#wakeNext();
    };
    const timer = setTimeout(release, this.#holdMs).unref();
    return release;
  }

  #wait(urgency: (typeof WAITING)[number], signal: AbortSignal): Promise<void> {
    const queue = this.#queues.get(urgency);
    return new Promise((resolve) => {
      const proceed = (): void => {
        queue?.delete(proceed);
        signal.removeEventListener('abort', proceed);
        resolve();
      };
      queue?.add(proceed);
      signal.addEventListener('abort', proceed, { once: true });
      if (signal.aborted) proceed();
    });
  }

  #wakeNext(): void {
    const [next] = [...this.#queues.values()].flatMap((queue) => [...queue].slice(0, 1));
    next?.();
  }
}
