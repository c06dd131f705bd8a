/** Answers that were given, and the pictures that they are about. */
import { parseFields } from '#shared/camera.ts';
import {
  answerIdInPath,
  historyQuerySchema,
  type ReasonHistory,
  reasonAnswerSchema,
  reasonHistorySchema,
} from '#shared/contract/reason.ts';
import { AppError } from '#shared/errors.ts';
import { principalOf } from '../auth/principal.ts';
import { camerasOf, maySee } from '../auth/rights.ts';
import { pageOf } from '../http/page.ts';
import { content, json, type Route, route } from '../http/route.ts';
import type { FrameCache } from '../models/frame-cache.ts';
import { viewRow } from './answer-view.ts';
import { type HistoryRepository, noAnswer } from './history-repository.ts';

export interface HistoryRoutesOptions {
  history: HistoryRepository;
  frameCache: FrameCache;
}

/** The list, one answer, and its pictures. */
export function historyRoutes(options: HistoryRoutesOptions): Route[] {
  return [listRoute(options), ...answerRoutes(options), pictureRoute(options)];
}

function listRoute({ history }: HistoryRoutesOptions): Route {
  return route({
    id: 'listReasonAnswers',
    method: 'get',
    path: '/api/reason/history',
    access: 'viewer',
    cameraScope: 'handled',
    summary: 'Questions and their answers, newest first',
    request: { query: historyQuerySchema, queryExample: { cameraId: '1', q: 'gate', limit: 20 } },
    answers: { 200: json('One page.', reasonHistorySchema) },
    errors: ['invalid-field'],
    handle: async (req, res) => {
      const { limit, cursor, ...filter } = parseFields(historyQuerySchema, req.query);
      const rows = await history.list({
        ...filter,
        ...{ cameras: camerasOf(req), before: cursor, limit: limit + 1 },
      });
      const { page, nextCursor } = pageOf(rows, limit);
      res.setHeader('Cache-Control', 'no-store');
      res.json({ answers: page.map(viewRow), nextCursor } satisfies ReasonHistory);
    },
  });
}

function answerRoutes({ history }: HistoryRoutesOptions): Route[] {
  const common = {
    path: '/api/reason/history/:answerId',
    request: { params: { answerId: answerIdInPath } },
    cameraScope: 'handled',
    errors: ['answer-not-found'],
  } as const;
  return [
    route({
      ...common,
      id: 'getReasonAnswer',
      method: 'get',
      access: 'viewer',
      summary: 'One answer',
      answers: { 200: json('The answer.', reasonAnswerSchema) },
      handle: async (req, res) => {
        const row = await history.get(req.params.answerId);
        if (!maySee(principalOf(req), row.camera_id)) throw noAnswer();
        res.setHeader('Cache-Control', 'no-store');
        res.json(viewRow(row));
      },
    }),
    route({
      ...common,
      id: 'deleteReasonAnswer',
      method: 'delete',
      access: 'operator',
      summary: 'Forget an answer and its pictures',
      answers: { 204: { description: 'Gone.' } },
      handle: async (req, res) => {
        const { id, camera_id } = await history.get(req.params.answerId);
        if (!maySee(principalOf(req), camera_id)) throw noAnswer();
        await history.remove(id);
        res.setHeader('Cache-Control', 'no-store');
        res.status(204).end();
      },
    }),
  ];
}

function pictureRoute({ history, frameCache }: HistoryRoutesOptions): Route {
  return route({
    id: 'getReasonPicture',
    method: 'get',
    path: '/api/reason/pictures/:pictureId',
    access: 'viewer',
    cameraScope: 'handled',
    limit: 'pictures',
    summary: 'A picture that was asked about',
    request: { params: { pictureId: answerIdInPath } },
    answers: { 200: content('A JPEG.', 'image/jpeg') },
    errors: ['not-found'],
    handle: async (req, res) => {
      const { pictureId } = req.params;
      const kept = frameCache.find(pictureId);
      const found =
        kept === undefined
          ? await history.picture(pictureId)
          : { jpeg: kept.frame.jpeg, cameraId: kept.cameraId };
      if (found === undefined || !maySee(principalOf(req), found.cameraId))
        throw new AppError('not-found', 'This picture is no longer kept');
      res.setHeader('Cache-Control', 'private, max-age=86400, immutable');
      res.type('image/jpeg').send(found.jpeg);
    },
  });
}
