/** Decides from the receiver's response whether a delivery is done, retried or parked. */
import type { AttemptRecord, DeliveryPayload, Outcome } from './delivery.ts';
import type { Answer } from './http-endpoint.ts';
import { parseRetryAfter, retryDelayMs } from './retry-schedule.ts';
import { maskAnswer } from './secrets.ts';

/** Further inputs of the decision. */
export interface VerdictFacts {
  payload: DeliveryPayload;
  /** Attempts including this one. */
  attempts: number;
  /** Unix milliseconds. */
  now: number;
  random: () => number;
}

const REQUEST_TIMEOUT = 408;
const TOO_MANY_REQUESTS = 429;

/**
 * 2xx is delivered. No response, 408, 429, 5xx and redirects (not followed) are retried.
 * Any other 4xx means that the same body will never be accepted: parked.
 */
export function judge(answer: Answer, { payload, attempts, now, random }: VerdictFacts): Outcome {
  if (answer.kind === 'aborted') return { kind: 'released' };
  if (answer.kind === 'later') return { kind: 'postponed', at: answer.at };
  if (answer.kind === 'refused')
    return { kind: 'parked', attempts, status: null, error: answer.reason, response: null };
  const record = describeAttempt(answer, payload, attempts);
  if (record.error === null) return { kind: 'delivered', ...record };
  if (record.status !== null && isFinal(record.status)) return { kind: 'parked', ...record };
  const retryAfterMs = answer.kind === 'answered' ? parseRetryAfter(answer.retryAfter, now) : undefined;
  const delayMs = retryDelayMs({ attempts, retryAfterMs, random });
  if (delayMs !== undefined) return { kind: 'retry', at: now + delayMs, ...record };
  return { kind: 'parked', ...record, error: `Given up after ${attempts} attempts: ${record.error}` };
}

function describeAttempt(
  answer: Extract<Answer, { kind: 'answered' | 'failed' }>,
  payload: DeliveryPayload,
  attempts: number,
): AttemptRecord {
  if (answer.kind === 'failed') {
    return { attempts, status: null, error: maskAnswer(answer.reason, payload, false), response: null };
  }
  const { status } = answer;
  return {
    attempts,
    status,
    error: status >= 200 && status < 300 ? null : `The receiver answered ${status}`,
    response: maskAnswer(answer.body, payload, answer.isCut),
  };
}

function isFinal(status: number): boolean {
  return status >= 400 && status < 500 && ![REQUEST_TIMEOUT, TOO_MANY_REQUESTS].includes(status);
}
