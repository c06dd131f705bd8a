/** State changes of a watch, as pure functions. */
import { backoffMs } from '#shared/backoff.ts';
import type { WatchRow, WatchRowChanges } from '../store/database.ts';
import {
  answersOf,
  keptAnswersOf,
  readingsOf,
  UPON_MOTION,
  type WatchAnswer,
  type WatchError,
} from './watch.ts';

const MIN_BACKOFF_MS = 2000;
const MAX_BACKOFF_MS = 5 * 60_000;

/** State of a watch at its start or restart: earlier answers do not count. */
export function atStart(isOnMotion: boolean, now: number) {
  return {
    answers: '[]',
    burst_left: 0,
    failures: 0,
    last_error: null,
    leased_until: 0,
    lease_owner: null,
    next_ask_at: isOnMotion ? UPON_MOTION : now,
  };
}

/** When to ask next, decided when a question is asked. */
export function whenAsked(row: WatchRow, now: number) {
  const burstLeft = row.on_motion === 1 ? Math.max(0, row.burst_left - 1) : 0;
  const isLast = row.on_motion === 1 && burstLeft === 0;
  return {
    burst_left: burstLeft,
    next_ask_at: isLast ? UPON_MOTION : now + row.every_ms,
    last_asked_at: now,
    asked: row.asked + 1,
  };
}

const MAX_READINGS = 20;

/** Adds an answer to the last readings. */
export function withReading(row: Pick<WatchRow, 'readings'>, answer: WatchAnswer): WatchRowChanges {
  return { readings: JSON.stringify([...readingsOf(row), answer].slice(-MAX_READINGS)) };
}

/** Adds an answer to those that count; a picture counts once. */
export function withAnswer(row: Pick<WatchRow, 'answers' | 'out_of'>, answer: WatchAnswer): WatchAnswer[] {
  const before = answersOf(row);
  const last = keptAnswersOf(row).at(-1);
  const isSamePicture = last?.sequence === answer.sequence && last.timestamp === answer.timestamp;
  return (isSamePicture ? before : [...before, answer]).slice(-row.out_of);
}

/** Whether enough answers fulfil the condition. */
export function isFulfilled(row: Pick<WatchRow, 'needed'>, answers: readonly WatchAnswer[]): boolean {
  return answers.filter(({ reading }) => reading === 'yes').length >= row.needed;
}

/** After an answer that did not fire the watch. */
export function afterAnswer(answers: readonly WatchAnswer[]): WatchRowChanges {
  return { answers: JSON.stringify(answers), failures: 0, last_error: null };
}

/** Keeps the last answer for display; no answer counts. */
function spent(answers: readonly WatchAnswer[]): string {
  return JSON.stringify(answers.slice(-1).map((answer) => ({ ...answer, isSpent: true })));
}

/** After firing: restarts, and asks nothing during the cooldown, when no answer could fire it. */
export function afterFiring(
  row: WatchRow,
  answers: readonly WatchAnswer[],
  eventId: string,
  now: number,
): WatchRowChanges {
  return {
    ...afterAnswer([]),
    answers: spent(answers),
    fired: row.fired + 1,
    last_fired_at: now,
    last_event_id: eventId,
    burst_left: 0,
    next_ask_at: row.on_motion === 1 ? UPON_MOTION : now + Math.max(row.every_ms, row.cooldown_ms),
  };
}

/** After a failed question: backs off. @param retryAfterMs Retry-After of Moondream */
export function afterFailure(
  row: WatchRow,
  error: WatchError,
  retryAfterMs: number,
  now: number,
): WatchRowChanges {
  const firstMs = Math.max(MIN_BACKOFF_MS, row.every_ms);
  const pauseMs = backoffMs(row.failures, { firstMs, maxMs: MAX_BACKOFF_MS });
  const nextAskAt = now + Math.max(row.every_ms, pauseMs, retryAfterMs);
  // With no questions left it waits for motion, unless motion has set a time meanwhile.
  const isOver = row.on_motion === 1 && row.burst_left === 0;
  return {
    failures: row.failures + 1,
    last_error: JSON.stringify(error),
    ...(isOver ? {} : { next_ask_at: nextAskAt }),
  };
}

/** After motion: a waiting watch asks as many questions as it needs answers; undefined: no change. */
export function afterMotion(row: WatchRow, now: number): WatchRowChanges | undefined {
  const isCooling = row.last_fired_at !== null && now < row.last_fired_at + row.cooldown_ms;
  if (isCooling) return undefined;
  if (row.next_ask_at < UPON_MOTION) return { burst_left: row.out_of };
  const isUnderWay = row.leased_until > now;
  return {
    burst_left: row.out_of,
    next_ask_at: isUnderWay ? Math.max(now, (row.last_asked_at ?? 0) + row.every_ms) : now,
    // Answers about an earlier motion do not count.
    ...(isUnderWay ? {} : { answers: spent(keptAnswersOf(row)) }),
  };
}
