/** `/api/recordings`: what is recorded, and how it is played, saved and removed. */
import type { Request, Response } from 'express';
import { parseCameraId, parseFields } from '#shared/camera.ts';
import { cameraIdInPath } from '#shared/contract/camera.ts';
import {
  openRangeQuerySchema,
  type Recording,
  rangeQuerySchema,
  recordingSchema,
  recordingsSchema,
  removedRecordingSchema,
  segmentInPath,
} from '#shared/contract/recording.ts';
import { AppError, type ErrorCode } from '#shared/errors.ts';
import { principalOf } from '../auth/principal.ts';
import { ofCameras } from '../auth/rights.ts';
import { WORKER_ERRORS } from '../cameras/picture-routes.ts';
import { content, json, type Route, type RouteGroup, route } from '../http/route.ts';
import type { Archives } from './archives.ts';
import { type ClipRouteOptions, clipRoute } from './clip-route.ts';
import { writePlaylist } from './playlist.ts';
import { sendMovie } from './send-movie.ts';
import { toSpans } from './spans.ts';
import type { RecordingsSummary } from './summary.ts';

export interface RecordingRoutesOptions extends ClipRouteOptions {
  archives: Archives;
  /** @throws AppError `camera-not-found` for an id that is neither of a camera nor of a recording */
  expectKnown: (cameraId: string) => Promise<void>;
  /** Answer of `GET /api/recordings`. */
  summary: () => Promise<RecordingsSummary>;
}

const HOUR_MS = 3_600_000;
const MAX_EXPORT_MS = 6 * HOUR_MS;
const MAX_PLAYLIST_MS = 24 * HOUR_MS;
const MAX_SEGMENTS = 20_000;
/** A playlist up to this close to now may grow, milliseconds. */
const OPEN_MS = 2000;

const params = { cameraId: cameraIdInPath };
const queryExample = { from: '2026-01-01T10:00:00Z', to: '2026-01-01T10:10:00Z' };
const common = { method: 'get', access: 'viewer', limit: 'pictures' } as const;
const RANGE_ERRORS: readonly ErrorCode[] = ['invalid-field', 'recording-not-found', ...WORKER_ERRORS];

/** Recordings. */
export function recordingRoutes(options: RecordingRoutesOptions): RouteGroup {
  return {
    name: 'Recordings',
    description:
      'What cameras with `record` have recorded, until its time is over: fragmented MP4 in one file a minute. Those of a camera that was removed stay as long as they would have.',
    routes: [
      route({
        ...{ id: 'listRecordings', method: 'get', path: '/api/recordings', access: 'viewer' },
        cameraScope: 'handled',
        summary: 'Which cameras have recordings, and what they take',
        answers: { 200: json('Totals, and what each recorder does.', recordingsSchema) },
        handle: async (req, res) => {
          const { cameras, ...totals } = await options.summary();
          noStore(res).json({ ...totals, cameras: ofCameras(req, cameras, ({ cameraId }) => cameraId) });
        },
      }),
      spansRoute(options),
      playlistRoute(options),
      exportRoute(options),
      segmentRoute(options),
      removeRoute(options),
      clipRoute(options),
    ],
  };
}

function spansRoute({ archives, expectKnown }: RecordingRoutesOptions): Route {
  return route({
    ...{ id: 'getRecording', method: 'get', path: '/api/recordings/:cameraId', access: 'viewer' },
    summary: 'When a camera was recorded, and why not in between',
    description:
      'All of it unless `from` or `to` is given. What was recorded by workers elsewhere is asked for there; `unavailable` names those that do not answer.',
    request: { params, query: openRangeQuerySchema, queryExample },
    answers: { 200: json('Spans and gaps; both empty where nothing is recorded.', recordingSchema) },
    errors: ['invalid-field', 'camera-not-found'],
    handle: async (req, res) => {
      const cameraId = parseCameraId(req.params.cameraId);
      await expectKnown(cameraId);
      const range = readOpenRange(req);
      const { spans, failures } = await archives.spans({ cameraId, ...range });
      const unavailable = failures.map(({ code, message }) => ({ code, error: message }));
      const known = { cameraId, ...toSpans(spans, range) };
      noStore(res).json({ ...known, ...(unavailable.length > 0 && { unavailable }) } satisfies Recording);
    },
  });
}

function playlistRoute({ archives, expectKnown }: RecordingRoutesOptions): Route {
  return route({
    ...common,
    ...{ id: 'getRecordingPlaylist', path: '/api/recordings/:cameraId/playlist.m3u8' },
    summary: 'A time of a recording as HLS',
    description: 'At most 24 hours. One that ends in the future grows while it is read again.',
    request: { params, query: rangeQuerySchema, queryExample },
    answers: { 200: content('The playlist.', 'application/vnd.apple.mpegurl') },
    errors: RANGE_ERRORS,
    handle: async (req, res) => {
      const cameraId = parseCameraId(req.params.cameraId);
      await expectKnown(cameraId);
      const range = readRange(req, MAX_PLAYLIST_MS);
      const found = await archives.list({ cameraId, ...range }, MAX_SEGMENTS);
      const segments = found.map(({ segment }) => segment);
      const isOpen = range.to > Date.now() - OPEN_MS;
      if (segments.length === 0 && !isOpen)
        throw new AppError('recording-not-found', 'Nothing is recorded of this time');
      noStore(res)
        .type('application/vnd.apple.mpegurl')
        .send(writePlaylist(segments, { ...range, isOpen, query: credentialsOf(req) }));
    },
  });
}

function exportRoute({ movies, expectKnown }: RecordingRoutesOptions): Route {
  return route({
    ...common,
    ...{ id: 'exportRecording', path: '/api/recordings/:cameraId/export.mp4' },
    summary: 'A time of a recording as one MP4',
    description:
      'At most 6 hours. It begins with the keyframe at or before `from`, leaves gaps out, plays while it is loaded and takes ranges. `X-Recording-Start` is the time of its first picture.',
    request: { params, query: rangeQuerySchema, queryExample, headers: { Range: 'Bytes that are wanted.' } },
    answers: {
      200: content('The movie.', 'video/mp4'),
      206: content('The range of it.', 'video/mp4'),
    },
    errors: [...RANGE_ERRORS, 'range-not-satisfiable'],
    handle: async (req, res) => {
      const cameraId = parseCameraId(req.params.cameraId);
      await expectKnown(cameraId);
      const movie = await movies.get({ cameraId, ...readRange(req, MAX_EXPORT_MS) });
      const time = new Date(movie.startedAt).toISOString().slice(0, 19).replaceAll(':', '-');
      await sendMovie(req, res, movie, `${cameraId}_${time}.mp4`);
    },
  });
}

function segmentRoute({ archives }: RecordingRoutesOptions): Route {
  return route({
    ...common,
    ...{ id: 'getRecordingSegment', path: '/api/recordings/:cameraId/segments/:segmentFile' },
    summary: 'A file of a recording, as playlists name it',
    request: {
      params: { ...params, segmentFile: segmentInPath },
      headers: { Range: 'Bytes that are wanted.' },
    },
    answers: {
      200: content('Fragmented MP4.', 'video/mp4'),
      206: content('The range of it.', 'video/mp4'),
    },
    errors: ['recording-not-found', 'range-not-satisfiable', ...WORKER_ERRORS],
    handle: async (req, res) => {
      const cameraId = parseCameraId(req.params.cameraId);
      await archives.send({ cameraId, file: req.params.segmentFile }, req, res);
    },
  });
}

function removeRoute({ archives, expectKnown }: RecordingRoutesOptions): Route {
  return route({
    ...{ id: 'removeRecording', method: 'delete', path: '/api/recordings/:cameraId' },
    summary: 'Remove a recording, or a time of it',
    description:
      'Whole files are removed: each that overlaps the time, also where clips of events need it. One that is being written goes when it is closed, within a minute. Where a worker that has some is away, the error names it, and the rest is removed.',
    request: { params, query: openRangeQuerySchema, queryExample },
    answers: { 200: json('What was removed.', removedRecordingSchema) },
    errors: ['invalid-field', ...WORKER_ERRORS],
    handle: async (req, res) => {
      const cameraId = parseCameraId(req.params.cameraId);
      await expectKnown(cameraId);
      res.json({ success: true, ...(await archives.remove({ cameraId, ...readOpenRange(req) })) });
    },
  });
}

function readRange(req: Request, maxMs: number): { from: number; to: number } {
  const { from, to } = parseFields(rangeQuerySchema, pick(req));
  if (to <= from) throw new AppError('invalid-field', 'to: must be later than from', { field: 'to' });
  if (to - from > maxMs)
    throw new AppError('invalid-field', `to: at most ${maxMs / HOUR_MS} hours after from`, { field: 'to' });
  return { from, to };
}

function readOpenRange(req: Request): { from: number; to: number } {
  const { from = 0, to = Number.MAX_SAFE_INTEGER } = parseFields(openRangeQuerySchema, pick(req));
  if (to <= from) throw new AppError('invalid-field', 'to: must be later than from', { field: 'to' });
  return { from, to };
}

function pick({ query }: Request): { from: unknown; to: unknown } {
  return { from: query.from, to: query.to };
}

/** What opened the playlist opens its files too, where no header can be sent. */
function credentialsOf(req: Request): string {
  const given = principalOf(req)?.fileTicket ?? req.query.ticket;
  return typeof given === 'string' ? `?ticket=${encodeURIComponent(given)}` : '';
}

function noStore(res: Response): Response {
  return res.set('Cache-Control', 'no-store');
}
