/** Computes restart delays from the failures of one slot. Pure: no timers, no processes. */
import { backoffMs } from '#shared/backoff.ts';
import type { RestartTimings } from './worker-spec.ts';

/** Restart after a delay; `hasFailed` marks a crash loop with a long delay. */
export interface RestartDecision {
  delayMs: number;
  hasFailed: boolean;
}

/** Delays vary by this share in both directions, so that slots do not restart in step. */
const JITTER = 0.25;
/** Failures within the window that count as flapping. */
const FLAPPING_FAILURES = 5;
const FLAPPING_WINDOW_MS = 1_800_000;

/** Counts failures; p-retry would forget them with every success. */
export class RestartPolicy {
  readonly #timings: RestartTimings;
  readonly #random: () => number;
  /** Failures since the worker was last ready for long. */
  #consecutive = 0;
  /** Times of failures that count towards a crash loop. */
  #recent: number[] = [];
  /** Times of failures that count as flapping. */
  #remembered: number[] = [];
  /** Single attempts since the crash loop was detected. */
  #tries = 0;

  constructor(timings: RestartTimings, random: () => number = Math.random) {
    this.#timings = timings;
    this.#random = random;
  }

  /**
   * Counts a failure.
   * @param now monotonic clock, milliseconds
   * @param readyMs how long the worker had been ready without a break
   * @param isFinal the worker reported bad settings: a soon retry is useless
   */
  fail(now: number, { readyMs, isFinal }: { readyMs: number; isFinal: boolean }): RestartDecision {
    const { resetAfterMs, windowMs, intensity } = this.#timings;
    if (readyMs >= resetAfterMs) this.#settle();
    this.#consecutive += 1;
    this.#recent = [...within(this.#recent, now, windowMs), now];
    this.#remembered = [...within(this.#remembered, now, FLAPPING_WINDOW_MS), now];
    const hasFailed = isFinal || this.#tries > 0 || this.#recent.length >= intensity;
    return { delayMs: hasFailed ? this.#nextTryMs() : this.#backoffMs(), hasFailed };
  }

  /** Forgets all failures: an operator asked for a restart. */
  reset(): void {
    this.#consecutive = 0;
    this.#tries = 0;
    this.#recent = [];
    this.#remembered = [];
  }

  /** Whether the worker fails often, though it recovers each time. */
  isFlapping(now: number): boolean {
    if (this.#tries > 0) return false;
    return within(this.#remembered, now, FLAPPING_WINDOW_MS).length >= FLAPPING_FAILURES;
  }

  /** Ends a crash loop: the worker was ready for long. */
  #settle(): void {
    this.#consecutive = 0;
    if (this.#tries > 0) this.#recent = [];
    this.#tries = 0;
  }

  #nextTryMs(): number {
    const { halfOpenMs } = this.#timings;
    const delayMs = halfOpenMs[Math.min(this.#tries, halfOpenMs.length - 1)] as number;
    this.#tries += 1;
    return delayMs;
  }

  #backoffMs(): number {
    const { firstMs, secondMs, maxMs } = this.#timings;
    if (this.#consecutive === 1) return firstMs;
    const options = { firstMs: secondMs, maxMs, jitter: JITTER, random: this.#random };
    return backoffMs(this.#consecutive - 2, options);
  }
}

function within(times: readonly number[], now: number, windowMs: number): number[] {
  return times.filter((at) => now - at < windowMs);
}
