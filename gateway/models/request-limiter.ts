/** Spaces the requests of one key evenly: clouds count per second and would refuse a burst. */
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '#shared/errors.ts';
import type { Vendor } from './vendor.ts';

export interface RequestLimiterOptions {
  vendor: Vendor;
  perSecond: number;
  /** Longest wait, milliseconds; a request that would wait longer is refused immediately. */
  maxWaitMs?: number;
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
  wait?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

const MAX_WAIT_MS = 5000;

/** First come, first served, for clients and watches. */
export class RequestLimiter {
  readonly #vendor: Vendor;
  readonly #spacingMs: number;
  readonly #maxWaitMs: number;
  readonly #now: () => number;
  readonly #wait: (ms: number, signal: AbortSignal) => Promise<unknown>;
  #nextAt = Number.NEGATIVE_INFINITY;
  #waiting = 0;

  constructor({ vendor, perSecond, maxWaitMs = MAX_WAIT_MS, now, wait }: RequestLimiterOptions) {
    this.#vendor = vendor;
    this.#spacingMs = 1000 / perSecond;
    this.#maxWaitMs = maxWaitMs;
    this.#now = now ?? (() => performance.now());
    this.#wait = wait ?? ((ms, signal) => delay(ms, undefined, { signal }));
  }

  /** Requests that wait for their turn. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Waits for a turn.
   * @returns whether it had to wait @throws AppError `*-rate-limited`
   */
  async take(signal: AbortSignal): Promise<boolean> {
    const now = this.#now();
    const at = Math.max(now, this.#nextAt);
    const waitMs = at - now;
    if (waitMs > this.#maxWaitMs) throw this.#refusal(waitMs);
    this.#nextAt = at + this.#spacingMs;
    if (waitMs === 0) return false;
    this.#waiting += 1;
    try {
      await this.#wait(waitMs, signal);
    } finally {
      this.#waiting -= 1;
    }
    return true;
  }

  /** Pauses all requests for the time of a Retry-After. */
  holdOff(ms: number): void {
    this.#nextAt = Math.max(this.#nextAt, this.#now() + ms);
  }

  #refusal(waitMs: number): AppError {
    const { code, name } = this.#vendor;
    return new AppError(`${code}-rate-limited`, `${name} has too many questions waiting`, {
      retryAfter: waitMs / 1000,
    });
  }
}
