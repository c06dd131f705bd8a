/** When a failed delivery is retried. */

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * Time of each attempt after the first: the example schedule of Standard Webhooks
 * (standard-webhooks.md, "Deliverability and reliability"), which ends after 24 hours.
 */
const ATTEMPTS_AT_MS = [
  0,
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];
/** Largest share by which a delay is shortened, so that failed deliveries do not return together. */
const JITTER = 0.2;
/** Largest share by which a receiver's `Retry-After` is extended. */
const RETRY_AFTER_JITTER = 0.1;

/** Attempts of one delivery before it is parked. */
export const MAX_ATTEMPTS = ATTEMPTS_AT_MS.length;
/** The longest honoured `Retry-After`. */
const MAX_RETRY_AFTER_MS = 24 * HOUR_MS;

/** Inputs of the schedule. */
export interface RetryFacts {
  /** Attempts so far, at least 1. */
  attempts: number;
  /** The receiver's `Retry-After`. */
  retryAfterMs?: number | undefined;
  /** Between 0 and 1, like `Math.random`. */
  random: () => number;
}

/** Milliseconds until the next attempt, at least `Retry-After`; undefined when none is left. */
export function retryDelayMs({ attempts, retryAfterMs = 0, random }: RetryFacts): number | undefined {
  const next = ATTEMPTS_AT_MS[attempts];
  const last = ATTEMPTS_AT_MS[attempts - 1];
  if (next === undefined || last === undefined) return undefined;
  const scheduled = (next - last) * (1 - JITTER * random());
  const asked = Math.min(retryAfterMs, MAX_RETRY_AFTER_MS) * (1 + RETRY_AFTER_JITTER * random());
  return Math.round(Math.max(scheduled, asked));
}

/**
 * Reads a `Retry-After` header (RFC 9110 section 10.2.3).
 * @param now Unix milliseconds, for the form with a date
 * @returns milliseconds from now, 0 for a past date, undefined for neither form
 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text) * SECOND_MS;
  // Date.parse accepts far more than HTTP dates, which all begin with the day of the week.
  const at = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
