/** The camera routes that the gateway answers itself (docs/contract.md, section 1). */
import { Router } from 'express';
import { parseConnectRequest, parseDisconnectRequest } from '#shared/camera.ts';
import { jsonBody } from '../http/body-limits.ts';
import { publicOrigin } from '../http/public-origin.ts';
import type { CameraDirectory } from './camera-directory.ts';
import { pageOf } from './camera-page.ts';
import { viewCamera } from './camera-view.ts';
import type { Connector } from './connector.ts';

/** What these routes need. */
export interface CameraRoutesOptions {
  directory: CameraDirectory;
  connector: Pick<Connector, 'connect' | 'disconnect'>;
  /** What `GET /api/cameras/status` tells of the RTSP workers. */
  rtspStatus: () => object;
}

/** Routes under `/api/cameras`; those of one camera's frames are proxied elsewhere. */
export function cameraRoutes({ directory, connector, rtspStatus }: CameraRoutesOptions): Router {
  const routes = Router();
  const json = jsonBody();

  routes.get('/', (req, res) => {
    const { cameras, next } = pageOf(directory.list(), req.query);
    if (next !== undefined) res.setHeader('X-Next-Cursor', next);
    res.json(cameras.map(viewCamera));
  });
  routes.get('/status', (_req, res) => {
    res.setHeader('Cache-Control', 'no-store');
    res.json(rtspStatus());
  });
  routes.get('/websocket-url', (req, res) => {
    res.json({ url: `${publicOrigin(req).replace(/^http/, 'ws')}/ws` });
  });
  routes.post('/connect', json, async (req, res) => {
    const request = parseConnectRequest(req.body);
    await connector.connect(request);
    res.json({ success: true, cameraId: request.cameraId, message: 'Camera connected successfully' });
  });
  routes.post('/disconnect', json, async (req, res) => {
    await connector.disconnect(parseDisconnectRequest(req.body));
    res.json({ success: true, message: 'Camera disconnected' });
  });
  routes.get('/:id', (req, res) => {
    res.json(viewCamera(directory.get(req.params.id)));
  });
  return routes;
}
