/** The public view of an answer. */
import type { ReasonAnswer } from '#shared/contract/reason.ts';
import type { ReasonAnswerRow } from '../store/database.ts';
import type { AskedPicture, CameraAnswer } from './reasoner.ts';

/** One element of the answer of `POST /api/reason/*`. */
export function viewAnswer(given: CameraAnswer): ReasonAnswer {
  const { query, pictures, objects, points, count, isEstimated } = given;
  const isQuestion = query.kind === 'ask';
  const frames = pictures.map(viewPicture);
  const answer: ReasonAnswer = {
    id: given.id,
    kind: query.kind,
    cameraId: query.cameraId,
    ...(isQuestion ? { question: query.words } : {}),
    ...(isQuestion || query.kind === 'describe' ? {} : { object: query.words }),
    answer: given.answer,
    value: given.value,
    frame: frames.at(-1) as ReasonAnswer['frame'],
    provider: given.provider,
    model: given.model,
    latencyMs: given.latencyMs,
    cached: given.isCached,
    askedAt: new Date(given.askedAt).toISOString(),
  };
  if (objects !== undefined) answer.objects = objects;
  if (points !== undefined) answer.points = points;
  if (count !== undefined) answer.count = count;
  if (isEstimated !== undefined) answer.coordinates = isEstimated ? 'estimated' : 'detected';
  if (frames.length > 1) answer.frames = frames;
  if (query.area !== undefined) answer.area = query.area;
  return answer;
}

/** A picture with its path, which leads to it as long as the answer is kept. */
export function viewPicture({ id, frame }: AskedPicture): ReasonAnswer['frame'] {
  const { sequence, timestamp, ageMs, width, height } = frame;
  return { sequence, timestamp, ageMs, width, height, url: `/api/reason/pictures/${id}` };
}

/** An answer of the history. */
export function viewRow({ result }: ReasonAnswerRow): ReasonAnswer {
  return JSON.parse(result) as ReasonAnswer;
}
