/** Decides, from the failures of one slot, when to try again. No timers and no processes in here. */
import type { RestartTimings } from './worker-spec.ts';

/** Wait and try again, or wait longer because it is a crash loop. */
export interface RestartDecision {
  delayMs: number;
  hasFailed: boolean;
}

const JITTER = 0.25;
/** This many restarts in half an hour without a crash loop are worth a look. */
const FLAPPING_RESTARTS = 5;
const FLAPPING_WINDOW_MS = 1_800_000;

/** Remembers failures; p-retry would forget them with every success. */
export class RestartPolicy {
  readonly #timings: RestartTimings;
  readonly #random: () => number;
  #consecutive = 0;
  #failures: number[] = [];
  #halfOpen = 0;

  constructor(timings: RestartTimings, random: () => number = Math.random) {
    this.#timings = timings;
    this.#random = random;
  }

  /**
   * Counts a failure.
   * @param now milliseconds of a clock that never goes back
   * @param readyMs how long the worker had been ready
   * @param isFinal settings are wrong: no use in trying soon
   */
  fail(now: number, readyMs: number, isFinal = false): RestartDecision {
    const { resetAfterMs, windowMs, intensity } = this.#timings;
    if (readyMs >= resetAfterMs) this.reset();
    this.#consecutive += 1;
    this.#failures = [...this.#failures.filter((at) => now - at < FLAPPING_WINDOW_MS), now];
    const recent = this.#failures.filter((at) => now - at < windowMs).length;
    if (isFinal || this.#halfOpen > 0 || recent >= intensity)
      return { delayMs: this.#nextHalfOpenMs(), hasFailed: true };
    return { delayMs: this.#backoffMs(), hasFailed: false };
  }

  /** Forgets the crash loop: the worker has proved itself, or a person asked for a restart. */
  reset(): void {
    this.#consecutive = 0;
    this.#halfOpen = 0;
  }

  /** Restarts so often that something is wrong, though each time it comes back. */
  isFlapping(now: number): boolean {
    return this.#failures.filter((at) => now - at < FLAPPING_WINDOW_MS).length >= FLAPPING_RESTARTS;
  }

  #nextHalfOpenMs(): number {
    const { halfOpenMs } = this.#timings;
    const delay = halfOpenMs[Math.min(this.#halfOpen, halfOpenMs.length - 1)] as number;
    this.#halfOpen += 1;
    return delay;
  }

  #backoffMs(): number {
    const { firstMs, secondMs, maxMs } = this.#timings;
    if (this.#consecutive === 1) return firstMs;
    const delay = Math.min(maxMs, secondMs * 2 ** (this.#consecutive - 2));
    return delay * (1 - JITTER + 2 * JITTER * this.#random());
  }
}
