/** Daily limit of clients' questions, since they cost money. */
import { AppError } from '#shared/errors.ts';
import type { VendorCode } from './vendor.ts';

/** Stores the number of questions of each day. */
export interface DailyLedger {
  /** @returns questions of the day with these; undefined, and nothing counted, beyond `max` */
  add(day: number, count: number, max: number): Promise<number | undefined>;
  asked(day: number): Promise<number>;
}

export interface DailyCapOptions {
  vendor: VendorCode;
  /** Questions in a UTC day; 0: no limit. */
  max: number;
  ledger: DailyLedger;
  /** Unix milliseconds. */
  now?: () => number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Fits an integer of either engine. */
const NO_LIMIT = 2_000_000_000;

/**
 * Counts the requests of a UTC day in the database. While the database does not answer, counts in
 * memory and adds them to the database afterwards.
 */
export class DailyCap {
  readonly #options: DailyCapOptions;
  #day = 0;
  /** What the database answered last. */
  #known = 0;
  /** Not in the database yet. */
  #owed = 0;

  constructor(options: DailyCapOptions) {
    this.#options = options;
  }

  /** Null without a limit. */
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

  /** Counts one. @throws AppError `*-budget-spent` until the next day */
  async take(): Promise<void> {
    const day = this.#today();
    const max = this.max ?? NO_LIMIT;
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
      // They have been asked already: no limit applies.
      this.#known = (await this.#options.ledger.add(day, owed, NO_LIMIT)) ?? this.#known;
    } catch (error) {
      this.#owed += owed;
      throw error;
    }
  }

  #spent(day: number): AppError {
    return new AppError(
      `${this.#options.vendor}-budget-spent`,
      `The ${this.#options.max} questions of today have been asked`,
      { retryAfter: ((day + 1) * DAY_MS - this.#now()) / 1000 },
    );
  }

  /** Resets the counts when a new day begins. @returns days since 1970, UTC */
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
