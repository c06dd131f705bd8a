/** Tells the gateway whether a file is a video, since only workers have FFmpeg. */
import { isAbsolute } from 'node:path';
import { Router } from 'express';
import { parseFields } from '#shared/camera.ts';
import { AppError } from '#shared/errors.ts';
import { readJsonBody } from '#shared/http/json-body.ts';
import { probeRequestSchema, type VideoFacts } from '#shared/worker-protocol.ts';

export interface ProbeRoutesOptions {
  /** @throws AppError `not-a-video` */
  probe: (file: string) => Promise<VideoFacts>;
}

/** Under `/internal`. Mount it only behind a token: it tells of any file whether it is a video. */
export function probeRoutes({ probe }: ProbeRoutesOptions): Router {
  const routes = Router();
  routes.post('/probe', readJsonBody('64kb'), async (req, res) => {
    const { file } = parseFields(probeRequestSchema, req.body);
    if (!isAbsolute(file)) {
      throw new AppError('invalid-field', 'file: must be an absolute path', { field: 'file' });
    }
    res.json(await probe(file));
  });
  return routes;
}
