/** When a lost camera is tried again. */
import { backoffMs } from '#shared/backoff.ts';
import type { ErrorCode } from '#shared/errors.ts';

/** Waits, milliseconds. */
export interface RetryTimings {
  firstMs: number;
  maxMs: number;
  /** Cameras lock out addresses that fail to log in, often for half an hour. */
  unauthorizedMs: readonly number[];
  /** Frames for this long forget earlier failures. */
  resetAfterMs: number;
}

export const RETRY_TIMINGS: RetryTimings = {
  firstMs: 1000,
  maxMs: 30_000,
  unauthorizedMs: [60_000, 300_000, 1_800_000],
  resetAfterMs: 5000,
};

/** Share of a wait by which it varies, so that cameras lost together do not come back together. */
const JITTER = 0.2;

/** Counts failures of one camera and says how long to wait after each. */
export class RetryPolicy {
  readonly #timings: RetryTimings;
  readonly #random: () => number;
  #failures = 0;
  #refusals = 0;

  constructor(timings: RetryTimings, random: () => number = Math.random) {
    this.#timings = timings;
    this.#random = random;
  }

  /** @param liveMs how long frames came before the failure @returns milliseconds to wait */
  delayAfter(code: ErrorCode, liveMs: number): number {
    if (code === 'camera-unauthorized') return this.#delayAfterRefusal();
    this.#refusals = 0;
    if (liveMs >= this.#timings.resetAfterMs) this.#failures = 0;
    const { firstMs, maxMs } = this.#timings;
    const delay = backoffMs(this.#failures, { firstMs, maxMs, jitter: JITTER, random: this.#random });
    this.#failures += 1;
    return Math.round(delay);
  }

  #delayAfterRefusal(): number {
    const { unauthorizedMs } = this.#timings;
    const delay = unauthorizedMs[Math.min(this.#refusals, unauthorizedMs.length - 1)] as number;
    this.#refusals += 1;
    return delay;
  }
}
