/** Bounds what clients can spend in a day, since it is somebody's money. */
import { AppError } from '#shared/errors.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Counts requests of a UTC day, in memory. */
export class DailyCap {
  readonly #max: number;
  readonly #now: () => number;
  #day = 0;
  #used = 0;

  /** @param max 0: no bound @param now Unix milliseconds */
  constructor(max: number, now: () => number = Date.now) {
    this.#max = max;
    this.#now = now;
  }

  /** The bound; null without one. */
  get max(): number | null {
    return this.#max === 0 ? null : this.#max;
  }

  /** Requests of today. */
  get used(): number {
    return this.#today() === this.#day ? this.#used : 0;
  }

  /** Counts one. @throws AppError `moondream-budget-spent` until the next day */
  take(): void {
    const used = this.used;
    const today = this.#today();
    if (this.#max !== 0 && used >= this.#max) {
      throw new AppError('moondream-budget-spent', `The ${this.#max} questions of today have been asked`, {
        retryAfter: ((today + 1) * DAY_MS - this.#now()) / 1000,
      });
    }
    this.#day = today;
    this.#used = used + 1;
  }

  #today(): number {
    return Math.floor(this.#now() / DAY_MS);
  }
}
