/** Status and pictures of one camera, answered by its worker. */
import type { RequestHandler } from 'express';
import { cameraIdInPath } from '#shared/contract/camera.ts';
import { cameraStatusSchema } from '#shared/contract/status.ts';
import type { ErrorCode } from '#shared/errors.ts';
import { mjpegQuerySchema, snapshotQuerySchema } from '#shared/frames/subscription.ts';
import { content, json, type RouteGroup, route } from '../http/route.ts';

/** Codes with which a proxied request can fail. */
export const WORKER_ERRORS: readonly ErrorCode[] = [
  'camera-not-found',
  'agent-offline',
  'no-worker-with-labels',
  'camera-quarantined',
  'worker-not-ready',
  'worker-busy',
  'worker-failed',
  'worker-timeout',
];

/** Pass a request on to the worker of its camera. */
export interface PictureProxies {
  /** For the status of a camera; `answers` by default. */
  status?: RequestHandler;
  /** For one answer. */
  answers: RequestHandler;
  /** For pictures without end. */
  streams: RequestHandler;
}

/** Pictures over HTTP. */
export function pictureRoutes({ answers, streams, status = answers }: PictureProxies): RouteGroup {
  const common = { method: 'get', access: 'viewer' } as const;
  const params = { cameraId: cameraIdInPath };
  return {
    name: 'Live pictures',
    description:
      'The newest picture, from memory. Each carries its capture time, age and number, and none passes for newer than it is.',
    routes: [
      route({
        ...common,
        id: 'getCameraStatus',
        path: '/api/cameras/:cameraId/status',
        summary: 'How a camera is',
        request: { params },
        answers: { 200: json('Its state, and where it is not live, why.', cameraStatusSchema) },
        errors: WORKER_ERRORS,
        handle: status,
      }),
      route({
        ...common,
        id: 'getFrame',
        path: '/api/cameras/:cameraId/frame',
        limit: 'pictures',
        summary: 'The newest frame as a JPEG',
        request: {
          params,
          query: snapshotQuerySchema,
          queryExample: { width: 640, quality: 70 },
          headers: { 'If-None-Match': 'The `ETag` of the frame that the client has.' },
        },
        answers: {
          200: content('A whole JPEG.', 'image/jpeg', {
            'X-Frame-Timestamp': 'Capture time, Unix seconds.',
            'X-Frame-Age-Ms': 'Milliseconds since then.',
            'X-Frame-Sequence': 'Number of the frame.',
            ETag: 'For `If-None-Match`.',
          }),
          304: { description: 'There is no newer one.' },
        },
        errors: [...WORKER_ERRORS, 'invalid-field', 'no-frame-yet', 'not-found', 'stale-frame'],
        handle: answers,
      }),
      route({
        ...common,
        id: 'getMjpegStream',
        path: '/api/cameras/:cameraId/stream.mjpeg',
        limit: 'pictures',
        summary: 'Pictures one after another, for `<img>` and players',
        description: 'A client that is slow skips to the newest picture.',
        request: { params, query: mjpegQuerySchema, queryExample: { fps: 5, width: 640 } },
        answers: { 200: content('Pictures without end.', 'multipart/x-mixed-replace') },
        errors: [...WORKER_ERRORS, 'invalid-field'],
        handle: streams,
      }),
    ],
  };
}
