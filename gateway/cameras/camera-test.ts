/** `POST /api/cameras/test`: does this camera answer, before it is stored? */
import { cameraTestAnswerSchema, newCameraSchema } from '#shared/contract/camera.ts';
import { AppError } from '#shared/errors.ts';
import { goneSignal } from '#shared/http/gone-signal.ts';
import { json, jsonBody, type Route, route } from '../http/route.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { prepareTest } from '../worker-access/send-video.ts';
import { testCamera } from './camera-worker.ts';
import type { Draft } from './registered-camera.ts';
import { CONNECT_ERRORS } from './routes.ts';

/** What the route needs. */
export interface CameraTestOptions {
  registry: { draft(body: unknown): Promise<Draft> };
  routing: Pick<CameraRouting, 'anyReady' | 'ready'>;
}

/** Tries a camera; nothing is kept, nothing is disturbed. */
export function cameraTestRoute({ registry, routing }: CameraTestOptions): Route {
  return route({
    id: 'testCamera',
    method: 'post',
    path: '/api/cameras/test',
    limit: 'connects',
    summary: 'Try whether a camera answers, before it is stored',
    description:
      'Takes the body of `POST /api/cameras`; with the `id` of a stored camera, the changes of a `PATCH`, so that its password need not be given again. Nothing is kept, nothing is disturbed.',
    request: {
      bodies: jsonBody(newCameraSchema, {
        'By its address': { url: 'rtsp://admin:secret@192.0.2.10/1' },
      }),
    },
    answers: { 200: json('Its first picture came.', cameraTestAnswerSchema) },
    errors: [...CONNECT_ERRORS, 'storage-full', 'upload-incomplete'],
    handle: async (req, res) => {
      const draft = await registry.draft(req.body);
      const any = routing.anyReady(draft.agent, draft.labels);
      const signal = goneSignal(res);
      try {
        const { worker, source } = await prepareTest({ worker: any, source: draft.source }, routing, signal);
        res.json({ success: true, ...(await testCamera(worker, source, signal)) });
      } catch (error) {
        if (signal.aborted) return;
        throw withField(error);
      }
    },
  });
}

/** Which field of the form a camera's answer speaks of. */
const FIELD_BY_CODE: Partial<Record<string, string>> = {
  'camera-unauthorized': 'password',
  'camera-path-not-found': 'streamPath',
  'camera-no-video-track': 'streamPath',
  'camera-address-denied': 'ip',
  'camera-refused': 'port',
  'camera-unreachable': 'ip',
  'camera-timeout': 'ip',
  'camera-video-unreadable': 'video',
};

function withField(error: unknown): unknown {
  if (!(error instanceof AppError) || error.field !== undefined) return error;
  const field = FIELD_BY_CODE[error.code];
  return field === undefined ? error : new AppError(error.code, error.message, { field, cause: error });
}
