/** How a job that is done again and again is getting on; logs only when that changes. */

import type { Clock } from '#shared/clock.ts';
import { AppError, messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { maskUrl } from '#shared/redact.ts';

/** What went wrong last. */
export interface JobError {
  code: string;
  message: string;
  hint?: string;
  /** ISO 8601. */
  at: string;
}

/** How a job is, for people and metrics. */
export interface JobReport {
  /** `standby`: another gateway on the database does it. */
  status: 'starting' | 'ok' | 'failing' | 'standby';
  /** ISO 8601; null until the first success. */
  lastSuccessAt: string | null;
  /** Since the last success, or since the start while there was none. */
  ageMs: number;
  /** Stays after a recovery: its time says when it was. */
  lastError: JobError | null;
  successes: number;
  failures: number;
}

/** Keeps count of one job. */
export class JobState {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #startedAt: number;
  #status: JobReport['status'] = 'starting';
  #lastSuccessAt: number | undefined;
  #lastError: JobError | null = null;
  #successes = 0;
  #failures = 0;

  /** @param name what the log calls it */
  constructor(name: string, clock: Clock, log: Logger) {
    this.#name = name;
    this.#clock = clock;
    this.#log = log;
    this.#startedAt = clock.now();
  }

  /** @param facts for the log, where the first success is worth a line */
  succeed(facts?: object): void {
    const isNews = this.#status === 'failing' || (this.#status === 'starting' && facts !== undefined);
    if (isNews) this.#log.info(facts ?? {}, `${this.#name} works`);
    this.#status = 'ok';
    this.#successes += 1;
    this.#lastSuccessAt = this.#clock.now();
  }

  /** Another gateway does it. */
  standBy(): void {
    this.#status = 'standby';
  }

  fail(error: unknown): void {
    const code = error instanceof AppError ? error.code : 'internal-error';
    const hint = error instanceof AppError ? error.hint : undefined;
    const message = maskUrl(messageOf(error));
    const isNews = this.#status !== 'failing' || this.#lastError?.code !== code;
    if (isNews) this.#log.warn({ code, reason: message, hint }, `${this.#name} fails`);
    this.#status = 'failing';
    this.#failures += 1;
    const at = new Date(this.#clock.now()).toISOString();
    this.#lastError = { code, message, ...(hint === undefined ? {} : { hint }), at };
  }

  report(): JobReport {
    const last = this.#lastSuccessAt;
    return {
      status: this.#status,
      lastSuccessAt: last === undefined ? null : new Date(last).toISOString(),
      ageMs: this.#clock.now() - (last ?? this.#startedAt),
      lastError: this.#lastError,
      successes: this.#successes,
      failures: this.#failures,
    };
  }
}
