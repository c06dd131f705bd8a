/** The routes of tRPC. The library is loaded with the first call: most clients use REST. */
import type { RequestHandler } from 'express';
import { rtspStreamSchema, trpcListSchema, trpcStoredSchema } from '#shared/contract/camera-stream.ts';
import { lazy } from '#shared/lazy.ts';
import { json, jsonBody, type Route, route } from '../http/route.ts';
import { RTSP_STREAM_EXAMPLE } from './routes.ts';
import type { TrpcOptions } from './trpc.ts';

/** Where tRPC is. */
const BASE = '/trpc';

/** The procedures as routes: those that are described, and batches of them for admins. */
export function trpcRoutes(options: TrpcOptions): Route[] {
  const handle = handlerOf(options);
  return [
    route({
      id: 'trpcAddCameraStream',
      method: 'post',
      path: `${BASE}/cameraStream.add`,
      summary: 'tRPC: the mutation `cameraStream.add`',
      description: 'The type of the router is `AppRouter` in `gateway/camera-streams/trpc.ts`.',
      // tRPC reads the body itself.
      request: { bodies: jsonBody(rtspStreamSchema, { 'An RTSP address': RTSP_STREAM_EXAMPLE }) },
      readsBody: true,
      answers: { 200: json('Stored.', trpcStoredSchema) },
      errors: ['invalid-field', 'camera-stream-exists'],
      handle,
    }),
    route({
      id: 'trpcListCameraStreams',
      method: 'get',
      path: `${BASE}/cameraStream.list`,
      access: 'viewer',
      cameraScope: 'handled',
      summary: 'tRPC: the query `cameraStream.list`',
      answers: { 200: json('Streams.', trpcListSchema) },
      handle,
    }),
    route({
      id: 'trpcOthers',
      method: 'all',
      path: `${BASE}/*procedures`,
      isHidden: true,
      summary: 'tRPC: batches, and what is refused',
      handle,
    }),
  ];
}

function handlerOf(options: TrpcOptions): RequestHandler {
  const handler = lazy(async () => {
    const { createTrpcHandler } = await import('./trpc.ts');
    return createTrpcHandler(options, BASE);
  });
  return async (req, res, next) => (await handler())(req, res, next);
}
