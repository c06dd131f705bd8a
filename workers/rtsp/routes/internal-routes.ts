/** Routes for the gateway's reconciler: which cameras this worker runs. */
import { isAbsolute } from 'node:path';
import { Router } from 'express';
import { parseCameraId, parseFields } from '#shared/camera.ts';
import { AppError } from '#shared/errors.ts';
import { goneSignal } from '#shared/http/gone-signal.ts';
import { readJsonBody } from '#shared/http/json-body.ts';
import { sourceId } from '#shared/source-id.ts';
import {
  type ActualCamera,
  cameraTestSchema,
  desiredCameraSchema,
  desiredCamerasSchema,
  removalQuerySchema,
} from '#shared/worker-protocol.ts';
import { CameraEpochs } from '../camera/camera-epochs.ts';
import type { CameraSet } from '../camera/camera-set.ts';
import type { HeldVideos } from '../videos/held-videos.ts';

/** Routes under `/internal`. @param videos copies of uploaded videos; each stays while a camera plays it */
export function internalRoutes(cameras: CameraSet, videos?: Pick<HeldVideos, 'release'>): Router {
  const routes = Router();
  const epochs = new CameraEpochs();
  routes.patch('/cameras', readJsonBody('4mb'), async (req, res) => {
    const desired = parseFields(desiredCamerasSchema, req.body).cameras;
    for (const { cameraId, epoch } of desired) epochs.expect(cameraId, epoch);
    await Promise.all(desired.map(({ cameraId, source }) => cameras.put(cameraId, source)));
    res.status(202).json({ count: desired.length });
  });
  routes.use(readJsonBody('64kb'));

  routes.get('/cameras', (_req, res) => {
    const actual: ActualCamera[] = cameras.list().map((camera) => ({
      cameraId: camera.id,
      sourceId: sourceId(camera.source),
      status: cameras.statusOf(camera),
    }));
    res.json(actual);
  });
  routes.post('/connect', async (req, res) => {
    const desired = parseFields(desiredCameraSchema, req.body);
    epochs.expect(desired.cameraId, desired.epoch);
    await cameras.connect(desired);
    res.json({ success: true, cameraId: desired.cameraId });
  });
  routes.post('/test', async (req, res) => {
    const { source } = parseFields(cameraTestSchema, req.body);
    const signal = goneSignal(res);
    const result = await cameras.test(source, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    if (result !== undefined) res.json(result);
  });
  routes.put('/cameras/:id', async (req, res) => {
    const { cameraId, source, epoch } = parseFields(desiredCameraSchema, req.body);
    if (cameraId !== req.params.id) {
      throw new AppError('invalid-field', 'cameraId differs from the path', { field: 'cameraId' });
    }
    epochs.expect(cameraId, epoch);
    const before = videoOf(cameras, cameraId);
    await cameras.put(cameraId, source);
    if (before !== undefined) await videos?.release(before);
    res.status(202).json({ cameraId });
  });
  routes.delete('/cameras/:id', async (req, res) => {
    const cameraId = parseCameraId(req.params.id);
    epochs.expect(cameraId, parseFields(removalQuerySchema, req.query).epoch);
    const before = videoOf(cameras, cameraId);
    await cameras.remove(cameraId);
    if (before !== undefined) await videos?.release(before);
    res.status(204).end();
  });
  return routes;
}

/** Name of the copy that a camera plays; undefined for every other source. */
function videoOf(cameras: CameraSet, cameraId: string): string | undefined {
  const source = cameras.has(cameraId) ? cameras.get(cameraId).source : undefined;
  return source?.kind === 'video' && !isAbsolute(source.file) && source.file !== '' ? source.file : undefined;
}
