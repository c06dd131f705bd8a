/** Tells the gateway whether a file is a video, since only workers have FFmpeg. */
import { isAbsolute } from 'node:path';
import { Router } from 'express';
import { parseFields } from '#shared/camera.ts';
import { AppError } from '#shared/errors.ts';
import { readJsonBody } from '#shared/http/json-body.ts';
import { probeRequestSchema, type VideoFacts } from '#shared/worker-protocol.ts';
import type { HeldVideos } from '../videos/held-videos.ts';

export interface ProbeRoutesOptions {
  /** @throws AppError `not-a-video` */
  probe: (file: string) => Promise<VideoFacts>;
  /** Videos that the gateway sent here, by name; absent where it has the same disk. */
  videos?: Pick<HeldVideos, 'pathOf'> | undefined;
}

/** Under `/internal`. Mount it only behind a token: it tells of any file whether it is a video. */
export function probeRoutes({ probe, videos }: ProbeRoutesOptions): Router {
  const routes = Router();
  routes.post('/probe', readJsonBody('64kb'), async (req, res) => {
    const given = parseFields(probeRequestSchema, req.body).file;
    const file = videos?.pathOf(given) ?? given;
    if (!isAbsolute(file)) {
      throw new AppError('invalid-field', 'file: must be an absolute path', { field: 'file' });
    }
    res.json(await probe(file));
  });
  return routes;
}
