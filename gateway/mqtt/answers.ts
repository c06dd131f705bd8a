/** Messages at `…/answer`: what clients and watches were answered. */
import type { ReasonAnswer } from '#shared/contract/reason.ts';
import type { WatchRow } from '../store/database.ts';
import type { WatchAnswer } from '../watches/watch.ts';

/** The answer to a question of a client, as the routes below `/api/reason` give it. */
export function answerPayload(answer: ReasonAnswer): string {
  return JSON.stringify({ source: 'question', ...answer });
}

/** One reading of a watch. */
export function readingPayload(
  { id, camera_id, skill, prompt }: WatchRow,
  { at, reading, text, number = null }: WatchAnswer,
): string {
  return JSON.stringify({
    source: 'watch',
    watchId: id,
    cameraId: camera_id,
    kind: skill,
    question: prompt,
    answer: text,
    reading,
    value: number,
    askedAt: new Date(at).toISOString(),
  });
}
