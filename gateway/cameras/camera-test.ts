/** `POST /api/cameras/test`: does this camera answer, before it is stored? */
import { Router } from 'express';
import type { CameraSource } from '#shared/camera-source.ts';
import { AppError } from '#shared/errors.ts';
import { jsonBody } from '../http/body-limits.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { testCamera } from './camera-worker.ts';

/** What the route needs. */
export interface CameraTestOptions {
  registry: { draft(body: unknown): Promise<CameraSource> };
  routing: Pick<CameraRouting, 'anyReady'>;
}

/**
 * Takes the body of `POST /api/cameras`; with the `id` of a stored camera, the changes of a
 * `PATCH`, so that its password need not be given again. Answers `{success, codec, width,
 * height, ms}`, or the problem of the camera. Nothing is kept, nothing is disturbed.
 */
export function cameraTestRoutes({ registry, routing }: CameraTestOptions): Router {
  const routes = Router();
  routes.post('/test', jsonBody(), async (req, res) => {
    const source = await registry.draft(req.body);
    const worker = routing.anyReady();
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    try {
      res.json({ success: true, ...(await testCamera(worker, source, gone.signal)) });
    } catch (error) {
      if (gone.signal.aborted) return;
      throw withField(error);
    }
  });
  return routes;
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
