/** Sums up the events and answers of a time, without any provider. */
import type { Digest } from '#shared/contract/digest.ts';
import type { EventRow, ReasonAnswerRow } from '../store/database.ts';

/** Everything of a digest but its words. */
export type DigestFacts = Omit<Digest, 'text' | 'provider'>;

/** Events and answers of a time. */
export interface DigestInput {
  /** Unix milliseconds. */
  from: number;
  to: number;
  /** Newest first. */
  events: readonly EventRow[];
  answers: readonly ReasonAnswerRow[];
  isComplete: boolean;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const MAX_READINGS = 20;
const MAX_PICTURES = 3;
/** How much a picture tells, by the kind of its event; scores decide between equals. */
const WEIGHTS: Readonly<Record<string, number>> = { watch: 4, person: 3, face: 3, motion: 0 };

/** The facts of a time. */
export function digestFacts({ from, to, events, answers, isComplete }: DigestInput): DigestFacts {
  return {
    from: isoTime(from),
    to: isoTime(to),
    events: events.length,
    byKind: countBy(events, ({ kind }) => kind),
    byCamera: countBy(events, ({ camera_id }) => camera_id),
    answers: answers.length,
    timeline: timelineOf(events, to - from),
    readings: readingsOf(events, answers),
    pictures: picturesOf(events).map(({ id, camera_id, started_at, label }) => ({
      cameraId: camera_id,
      at: isoTime(started_at),
      label,
      url: `/api/events/${encodeURIComponent(id)}/snapshot`,
    })),
    isComplete,
  };
}

/** The most telling events with a picture: first of different cameras, then the next best. */
export function picturesOf(events: readonly EventRow[]): EventRow[] {
  const weightOf = ({ kind, score }: EventRow): number => (WEIGHTS[kind] ?? 1) + (score ?? 0);
  const best = events
    .filter((event) => event.has_snapshot === 1)
    .toSorted((a, b) => weightOf(b) - weightOf(a));
  const seen = new Set<string>();
  const first = best.filter(({ camera_id }) => !seen.has(camera_id) && seen.add(camera_id));
  return [...first, ...best.filter((event) => !first.includes(event))].slice(0, MAX_PICTURES);
}

function timelineOf(events: readonly EventRow[], lengthMs: number): Digest['timeline'] {
  const stepMs = lengthMs <= 2 * HOUR_MS ? 5 * MINUTE_MS : lengthMs <= 3 * DAY_MS ? HOUR_MS : DAY_MS;
  const parts = Map.groupBy(events, ({ started_at }) => Math.floor(started_at / stepMs) * stepMs);
  return [...parts]
    .sort(([a], [b]) => a - b)
    .map(([at, some]) => ({
      at: isoTime(at),
      events: some.length,
      byKind: countBy(some, ({ kind }) => kind),
    }));
}

function readingsOf(events: readonly EventRow[], answers: readonly ReasonAnswerRow[]): Digest['readings'] {
  const fired = events
    .filter(({ kind }) => kind === 'watch')
    .map((event) => ({
      cameraId: event.camera_id,
      at: event.started_at,
      question: event.label,
      answer: answerOf(event),
    }));
  const asked = answers.map((row) => ({
    cameraId: row.camera_id,
    at: row.asked_at,
    question: row.question,
    answer: row.answer,
  }));
  return [...fired, ...asked]
    .sort((a, b) => b.at - a.at)
    .slice(0, MAX_READINGS)
    .map((reading) => ({ ...reading, at: isoTime(reading.at) }));
}

/** The last answer of a watch that fired. */
function answerOf({ data }: EventRow): string {
  const { answers } = JSON.parse(data) as { answers?: { text?: unknown }[] };
  const text = Array.isArray(answers) ? answers.at(-1)?.text : undefined;
  return typeof text === 'string' ? text : '';
}

function countBy(events: readonly EventRow[], keyOf: (event: EventRow) => string): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(events, keyOf)].map(([key, some]) => [key, some.length]));
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
