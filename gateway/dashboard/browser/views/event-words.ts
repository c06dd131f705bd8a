/** An event in words. */
import type { CameraEvent } from '#shared/client/events.ts';
import { duration, percent } from '../format.ts';

/** Kind and label; of a watch what it was answered last. */
export function titleOf(event: CameraEvent): string {
  const { kind, label, score } = event;
  const last = answersOf(event).answers.at(-1);
  if (kind === 'watch' && last !== undefined) return last.text;
  const text = label === '' || label === kind ? kind : `${kind}: ${label}`;
  const name = text.charAt(0).toUpperCase() + text.slice(1);
  return score === null || kind === 'motion' ? name : `${name} ${percent(score)}`;
}

/** `12 s`, `ongoing, 12 s`. */
export function durationOf(event: CameraEvent, now: number): string {
  const isOpen = event.state === 'open';
  const until = isOpen ? now : Date.parse(event.endedAt ?? event.updatedAt);
  const text = duration((until - Date.parse(event.startedAt)) / 1000);
  return isOpen ? `ongoing, ${text}` : text;
}

/** `in Drive, Door`; empty where it was in no zone. */
export function zonesOf({ zones }: CameraEvent): string {
  return zones.length === 0 ? '' : `in ${zones.join(', ')}`;
}

/** One answer to a watch, and how it was counted. */
export interface ShownAnswer {
  text: string;
  vote: string;
}

/** What a watch asked and what it was answered, oldest first. */
export function answersOf({ data }: CameraEvent): { question: string; answers: ShownAnswer[] } {
  const { prompt, answers } = data;
  const given = Array.isArray(answers) ? (answers as Record<string, unknown>[]) : [];
  return {
    question: typeof prompt === 'string' ? prompt : '',
    answers: given.map(({ text, reading }) => ({ text: String(text ?? ''), vote: voteOf(reading) })),
  };
}

function voteOf(reading: unknown): string {
  if (typeof reading !== 'object' || reading === null) return typeof reading === 'string' ? reading : '';
  const { kind, value, isMet } = reading as Record<string, unknown>;
  if (typeof isMet === 'boolean') return isMet ? 'yes' : 'no';
  return String(value ?? kind ?? '');
}
