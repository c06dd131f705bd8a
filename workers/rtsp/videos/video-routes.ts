/** Routes by which the gateway gives this worker the videos that its cameras play. */
import { type Request, Router } from 'express';
import { parseFields } from '#shared/camera.ts';
import { AppError } from '#shared/errors.ts';
import { DIGEST_HEADER, heldVideoQuerySchema, parseDigestField } from '#shared/held-videos.ts';
import type { ExpectedVideo, HeldVideos } from './held-videos.ts';

/** A sender that is silent this long has gone, milliseconds. */
const IDLE_MS = 30_000;

/** Mount them at `HELD_VIDEOS_PATH`, behind the token of the worker. */
export function videoRoutes(videos: HeldVideos): Router {
  const routes = Router();
  routes.get('/:name', async (req, res) => {
    const { bytes } = parseFields(heldVideoQuerySchema, req.query);
    res.json({ isHeld: await videos.holds(req.params.name, bytes) });
  });
  routes.put('/:name', async (req, res) => {
    req.setTimeout(IDLE_MS, () => req.destroy());
    await videos.receive(req.params.name, expectedOf(req), req);
    req.setTimeout(0);
    res.status(204).end();
  });
  routes.delete('/:name', async (req, res) => {
    await videos.release(req.params.name);
    res.status(204).end();
  });
  return routes;
}

function expectedOf(req: Request): ExpectedVideo {
  const bytes = Number(req.get('content-length') ?? Number.NaN);
  const sha256 = parseDigestField(req.get(DIGEST_HEADER));
  if (!Number.isSafeInteger(bytes) || sha256 === undefined)
    throw new AppError('invalid-field', `Content-Length and ${DIGEST_HEADER} are required`, {
      field: DIGEST_HEADER,
    });
  return { bytes, sha256 };
}
