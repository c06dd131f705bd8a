/** Internal routes by which the gateway says what is kept of cameras. */
import { Router } from 'express';
import { parseCameraId, parseFields } from '#shared/camera.ts';
import { readJsonBody } from '#shared/http/json-body.ts';
import {
  desiredRecordingsSchema,
  keptPictureQuerySchema,
  RECORDING_PATH,
  storeOrderSchema,
} from '#shared/recording-link.ts';
import { sendPicture } from '../pictures/snapshot.ts';
import type { Recorders } from './recorders.ts';

const BODY_LIMIT = '4mb';

/** `PUT` replaces the desired state, idempotent. */
export function recordingRoutes(recorders: Recorders): Router {
  const routes = Router();
  const json = readJsonBody(BODY_LIMIT);
  routes.put(RECORDING_PATH, json, async (req, res) => {
    await recorders.apply(parseFields(desiredRecordingsSchema, req.body).cameras);
    res.json({ cameras: recorders.cameraIds.length });
  });
  routes.post(`${RECORDING_PATH}/:cameraId/store`, json, (req, res) => {
    recorders.store(parseCameraId(req.params.cameraId), parseFields(storeOrderSchema, req.body));
    res.status(204).end();
  });
  routes.get(`${RECORDING_PATH}/:cameraId/picture`, async (req, res) => {
    const { at, ...format } = parseFields(keptPictureQuerySchema, req.query);
    sendPicture(res, await recorders.picture(parseCameraId(req.params.cameraId), at, format));
  });
  return routes;
}
