/** Health and metrics of a worker, answered without asking a camera. */
import { Router } from 'express';
import type { DecoderChoice } from '#shared/decoder-settings.ts';
import { livez } from '../../host/livez.ts';
import type { CameraSet } from '../camera/camera-set.ts';
import type { RtspWorkerConfig } from '../config.ts';
import { workerMetrics } from './metrics.ts';

/** So that the answer stays small. */
const MAX_SLOWED = 100;

/** Routes `/health`, `/livez`, `/readyz` and `/metrics`. */
export function healthRoutes({
  config,
  cameras,
  ffmpeg,
}: {
  config: Readonly<RtspWorkerConfig>;
  cameras: CameraSet;
  ffmpeg: { hardware: { choice(): DecoderChoice } };
}): Router {
  const routes = Router();
  routes.get('/health', (_req, res) => {
    res.setHeader('Cache-Control', 'no-store');
    res.json({ status: 'ok', activeCameras: cameras.list().length, uptime: process.uptime() });
  });
  routes.get('/livez', (_req, res) => {
    res.setHeader('Cache-Control', 'no-store');
    res.json({
      ...livez(config.host),
      decoder: ffmpeg.hardware.choice(),
      slowed: cameras.slowed(MAX_SLOWED),
    });
  });
  routes.get('/readyz', (_req, res) => {
    res.setHeader('Cache-Control', 'no-store');
    res.json({ status: 'ready', instance: config.host.instance, epoch: config.host.epoch });
  });
  routes.get('/metrics', (_req, res) => {
    res.type('text/plain; version=0.0.4').send(workerMetrics(config.host.name, cameras));
  });
  return routes;
}
