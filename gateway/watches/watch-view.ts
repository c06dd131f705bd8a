/** Converts a watch to its API representation. */
import type { StandingWatch } from '#shared/contract/watch.ts';
import type { WatchRow } from '../store/database.ts';
import {
  answersOf,
  keptAnswersOf,
  readingsOf,
  settingsOf,
  UPON_MOTION,
  type WatchAnswer,
  type WatchError,
} from './watch.ts';

/** @param now Unix milliseconds */
export function viewWatch(row: WatchRow, now: number): StandingWatch {
  const last = keptAnswersOf(row).at(-1);
  const isTimed = row.enabled === 1 && row.next_ask_at < UPON_MOTION;
  return {
    id: row.id,
    ...settingsOf(row),
    state: stateOf(row, now),
    answers: answersOf(row).map(viewAnswer),
    readings: readingsOf(row).map(viewAnswer),
    lastAnswer: last === undefined ? null : viewAnswer(last),
    lastError: errorOf(row),
    asked: row.asked,
    fired: row.fired,
    lastAskedAt: isoTimeOrNull(row.last_asked_at),
    lastFiredAt: isoTimeOrNull(row.last_fired_at),
    lastEventId: row.last_event_id,
    nextAskAt: isTimed ? isoTime(row.next_ask_at) : null,
    createdAt: isoTime(row.created_at),
    updatedAt: isoTime(row.updated_at),
  };
}

function viewAnswer({ at, reading, text, number = null, sequence, timestamp }: WatchAnswer) {
  return { at: isoTime(at), reading, text, number, sequence, timestamp };
}

function stateOf(row: WatchRow, now: number): StandingWatch['state'] {
  if (row.enabled !== 1) return 'paused';
  if (row.leased_until > now) return 'asking';
  if (row.last_error !== null) return 'failing';
  if (row.last_fired_at !== null && now < row.last_fired_at + row.cooldown_ms) return 'cooling-down';
  return row.next_ask_at < UPON_MOTION ? 'waiting' : 'waiting-for-motion';
}

function errorOf({ last_error: text }: WatchRow): StandingWatch['lastError'] {
  if (text === null) return null;
  const error = JSON.parse(text) as WatchError;
  return { ...error, at: isoTime(error.at) };
}

function isoTimeOrNull(ms: number | null): string | null {
  return ms === null ? null : isoTime(ms);
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
