/** Decides, from the failures of one slot, when to try again. No timers and no processes in here. */
import type { RestartTimings } from './worker-spec.ts';

/** Try again after a while, or give up for a longer while because it is a crash loop. */
export interface RestartDecision {
  delayMs: number;
  hasFailed: boolean;
}

/** Delays vary by this share either way, so that slots do not start in step. */
const JITTER = 0.25;
/** This many failures within half an hour, without a crash loop, are worth a look. */
const FLAPPING_FAILURES = 5;
const FLAPPING_WINDOW_MS = 1_800_000;

/** Remembers failures; p-retry would forget them with every success. */
export class RestartPolicy {
  readonly #timings: RestartTimings;
  readonly #random: () => number;
  /** Failures since the worker was last ready for long. */
  #consecutive = 0;
  /** Times of failures that count towards a crash loop. */
  #recent: number[] = [];
  /** Times of failures that count as flapping. */
  #remembered: number[] = [];
  /** Single tries since the crash loop was seen. */
  #tries = 0;

  constructor(timings: RestartTimings, random: () => number = Math.random) {
    this.#timings = timings;
    this.#random = random;
  }

  /**
   * Counts a failure.
   * @param now milliseconds of a clock that never goes back
   * @param readyMs how long the worker had been ready without a break
   * @param isFinal it says itself that its settings are wrong: no use in trying soon
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

  /** Forgets everything: a person asked for a new start. */
  reset(): void {
    this.#consecutive = 0;
    this.#tries = 0;
    this.#recent = [];
    this.#remembered = [];
  }

  /** Dies so often that something is wrong, though each time it comes back. */
  isFlapping(now: number): boolean {
    if (this.#tries > 0) return false;
    return within(this.#remembered, now, FLAPPING_WINDOW_MS).length >= FLAPPING_FAILURES;
  }

  /** A worker that was ready for long has proved itself, and so ends a crash loop for good. */
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
    const delayMs = Math.min(maxMs, secondMs * 2 ** (this.#consecutive - 2));
    return delayMs * (1 - JITTER + 2 * JITTER * this.#random());
  }
}

function within(times: readonly number[], now: number, windowMs: number): number[] {
  return times.filter((at) => now - at < windowMs);
}
