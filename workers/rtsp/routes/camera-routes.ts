/** Camera routes that a worker serves itself. */
import { Router } from 'express';
import { maskedUrl } from '#shared/camera-source.ts';
import { parseConnectRequest, parseDisconnectRequest } from '#shared/contract/connect.ts';
import { AppError } from '#shared/errors.ts';
import { readJsonBody } from '#shared/http/json-body.ts';
import type { CameraSet } from '../camera/camera-set.ts';
import { mjpegRoute } from '../outputs/pictures/mjpeg.ts';
import { snapshotRoute } from '../outputs/pictures/snapshot.ts';

const BODY_LIMIT = '64kb';

/** Routes under `/api/cameras`. */
export function cameraRoutes(cameras: CameraSet): Router {
  const routes = Router();
  const json = readJsonBody(BODY_LIMIT);

  routes.get('/', (_req, res) => {
    res.json(
      cameras
        .list()
        .map((camera) => ({ id: camera.id, rtspUrl: maskedUrl(camera.source), ...cameras.statusOf(camera) })),
    );
  });
  routes.post('/connect', json, async (req, res) => {
    const { agent, labels: _labels, ...request } = parseConnectRequest(req.body);
    if (agent !== undefined)
      throw new AppError('invalid-field', 'agent: a worker has none', { field: 'agent' });
    await cameras.connect(request);
    res.json({ success: true, cameraId: request.cameraId, message: 'Camera connected successfully' });
  });
  routes.post('/disconnect', json, async (req, res) => {
    await cameras.remove(parseDisconnectRequest(req.body));
    res.json({ success: true, message: 'Camera disconnected' });
  });
  routes.get('/:id/status', (req, res) => {
    res.setHeader('Cache-Control', 'no-store');
    res.json(cameras.statusOf(cameras.get(req.params.id)));
  });
  routes.get('/:id/frame', snapshotRoute(cameras));
  routes.get('/:id/stream.mjpeg', mjpegRoute(cameras));
  return routes;
}
