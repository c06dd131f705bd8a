/** Daily limit of clients' questions, since they cost money. */
import { AppError } from '#shared/errors.ts';

/** Where questions of days are counted for good. */
export interface DailyLedger {
  /** @returns questions of the day with these; undefined when they were not counted, being more than `max` */
  add(day: number, count: number, max: number): Promise<number | undefined>;
  asked(day: number): Promise<number>;
}

export interface DailyCapOptions {
  /** 0: no bound. */
  max: number;
  ledger: DailyLedger;
  /** Unix milliseconds. */
  now?: () => number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Fits an integer of either engine. */
const NO_BOUND = 2_000_000_000;

/**
 * Counts requests of a UTC day. They outlast the gateway; while the database
 * does not answer they are counted here and brought to it afterwards.
 */
export class DailyCap {
  readonly #options: DailyCapOptions;
  #day = 0;
  /** As the database told last. */
  #known = 0;
  /** Not brought to the database yet. */
  #owed = 0;

  constructor(options: DailyCapOptions) {
    this.#options = options;
  }

  /** The bound; null without one. */
  get max(): number | null {
    return this.#options.max === 0 ? null : this.#options.max;
  }

  /** Requests of today. */
  async used(): Promise<number> {
    const day = this.#today();
    try {
      this.#known = await this.#options.ledger.asked(day);
    } catch (error) {
      expectOutage(error);
    }
    return this.#known + this.#owed;
  }

  /** Counts one. @throws AppError `moondream-budget-spent` until the next day */
  async take(): Promise<void> {
    const day = this.#today();
    const max = this.max ?? NO_BOUND;
    try {
      await this.#settle(day);
      const asked = await this.#options.ledger.add(day, 1, max);
      if (asked === undefined) throw this.#spent(day);
      this.#known = asked;
    } catch (error) {
      expectOutage(error);
      if (this.#known + this.#owed >= max) throw this.#spent(day);
      this.#owed += 1;
    }
  }

  async #settle(day: number): Promise<void> {
    const owed = this.#owed;
    if (owed === 0) return;
    this.#owed = 0;
    try {
      // They were asked, with any limit.
      this.#known = (await this.#options.ledger.add(day, owed, NO_BOUND)) ?? this.#known;
    } catch (error) {
      this.#owed += owed;
      throw error;
    }
  }

  #spent(day: number): AppError {
    return new AppError(
      'moondream-budget-spent',
      `The ${this.#options.max} questions of today have been asked`,
      { retryAfter: ((day + 1) * DAY_MS - this.#now()) / 1000 },
    );
  }

  /** The day, with nothing counted yet when it is a new one. */
  #today(): number {
    const day = Math.floor(this.#now() / DAY_MS);
    if (day !== this.#day) {
      this.#known = 0;
      this.#owed = 0;
    }
    this.#day = day;
    return day;
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }
}

/** An unavailable database blocks no question; other errors are bugs. */
function expectOutage(error: unknown): void {
  if (error instanceof AppError && error.code.startsWith('storage-')) return;
  throw error;
}
