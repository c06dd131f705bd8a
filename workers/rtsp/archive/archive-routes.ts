/** Internal routes by which the gateway reads and removes what this worker keeps. */
import { type Request, type Response, Router } from 'express';
import { ARCHIVE_PATH, archiveListSchema, archiveRangeSchema } from '#shared/archive-link.ts';
import { parseCameraId, parseFields } from '#shared/camera.ts';
import { sendSegment } from '#shared/http/send-segment.ts';
import type { CameraRange } from '#shared/recordings/remove-range.ts';
import type { Archive } from './archive.ts';

/** `GET` asks, `DELETE` removes a time. */
export function archiveRoutes(archive: Archive): Router {
  const routes = Router();
  routes.get(ARCHIVE_PATH, async (_req, res: Response) => {
    res.json(await archive.summary());
  });
  routes.get(`${ARCHIVE_PATH}/:cameraId/spans`, async (req, res: Response) => {
    res.json(await archive.spans(rangeOf(req)));
  });
  routes.get(`${ARCHIVE_PATH}/:cameraId/segments`, async (req, res: Response) => {
    const { limit } = parseFields(archiveListSchema, req.query);
    res.json(await archive.list(rangeOf(req), limit));
  });
  routes.get(`${ARCHIVE_PATH}/:cameraId/segments/:file/fragments`, async (req, res: Response) => {
    res.json(await archive.fragments(rangeOf(req), req.params.file));
  });
  routes.get(`${ARCHIVE_PATH}/:cameraId/segments/:file`, async (req, res: Response) => {
    await sendSegment(archive.pathOf(parseCameraId(req.params.cameraId), req.params.file), res);
  });
  routes.delete(`${ARCHIVE_PATH}/:cameraId`, async (req, res: Response) => {
    res.json(await archive.remove(rangeOf(req)));
  });
  return routes;
}

function rangeOf(req: Request): CameraRange {
  return { cameraId: parseCameraId(req.params.cameraId), ...parseFields(archiveRangeSchema, req.query) };
}
