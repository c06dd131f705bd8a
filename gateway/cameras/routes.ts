/** The camera routes that the gateway answers itself (contract, section 1). */
import express, { Router } from 'express';
import { cameraIdSchema, parseConnectRequest, parseFields } from '#shared/camera.ts';
import { maskedUrl } from '#shared/camera-source.ts';
import { AppError } from '#shared/errors.ts';
import { publicOrigin } from '../proxy/public-origin.ts';
import type { CameraDirectory, WantedCamera } from './camera-directory.ts';
import type { Connector } from './connector.ts';

/** What these routes need. */
export interface CameraRoutesOptions {
  directory: CameraDirectory;
  connector: Pick<Connector, 'connect' | 'disconnect'>;
  /** What `GET /api/cameras/status` tells of the RTSP workers. */
  rtspStatus: () => object;
}

const BODY_LIMIT = '64kb';

/** Routes under `/api/cameras`; those of one camera's frames are proxied elsewhere. */
export function cameraRoutes({ directory, connector, rtspStatus }: CameraRoutesOptions): Router {
  const routes = Router();
  const json = express.json({ limit: BODY_LIMIT });

  routes.get('/', (_req, res) => {
    res.json(directory.list().map(describe));
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
    await connector.disconnect(cameraIdOf(req.body));
    res.json({ success: true, message: 'Camera disconnected' });
  });
  routes.get('/:id', (req, res) => {
    res.json(describe(directory.get(req.params.id)));
  });
  return routes;
}

function describe(camera: WantedCamera): object {
  return {
    id: camera.id,
    name: camera.name,
    location: camera.location,
    rtspUrl: maskedUrl(camera.source),
    webrtcUrl: `/whep/${encodeURIComponent(camera.id)}`,
    frameUrl: `/api/cameras/${encodeURIComponent(camera.id)}/frame`,
    mjpegUrl: `/api/cameras/${encodeURIComponent(camera.id)}/stream.mjpeg`,
    isDemo: camera.isDemo,
  };
}

function cameraIdOf(body: unknown): string {
  const { cameraId } = (body ?? {}) as { cameraId?: unknown };
  if (cameraId === undefined || cameraId === null || cameraId === '') {
    throw new AppError('missing-field', 'Missing cameraId', { field: 'cameraId' });
  }
  return parseFields(cameraIdSchema, String(cameraId));
}
