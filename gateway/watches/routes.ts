/** `/api/watches`: standing questions to cameras. */
import { type Request, Router } from 'express';
import { z } from 'zod';
import { parseFields } from '#shared/camera.ts';
import { AppError } from '#shared/errors.ts';
import { jsonBody } from '../http/body-limits.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import type { WatchSettings } from './watch.ts';
import { applyWatchChanges, parseNewWatch } from './watch-input.ts';
import type { WatchRepository } from './watch-repository.ts';
import { viewWatch } from './watch-view.ts';

/** What these routes need. */
export interface WatchRoutesOptions {
  repository: WatchRepository;
  routing: Pick<CameraRouting, 'expectKnown'>;
  /** Whether there is anything that tells of motion. */
  hasMotion: boolean;
  /** Whether events can be delivered. */
  canDeliver: boolean;
  /** Most watches. */
  max: number;
  /** Wakes the runner. */
  wake: () => void;
  /** Unix milliseconds. */
  now: () => number;
}

export const watchQuerySchema = z.object({ cameraId: z.string().max(64).optional() });

/** Routes under `/api/watches`. */
export function watchRoutes(options: WatchRoutesOptions): Router {
  const { repository, max, wake, now } = options;
  const routes = Router();
  const json = jsonBody();
  routes.use((_req, res, next) => {
    res.setHeader('Cache-Control', 'no-store');
    next();
  });
  routes.post('/', json, async (req, res) => {
    const watch = possible(parseNewWatch(req.body), options);
    options.routing.expectKnown(watch.cameraId);
    const row = await repository.insert(watch, max, now());
    wake();
    res.status(201).location(`/api/watches/${row.id}`).json(viewWatch(row, now()));
  });
  routes.get('/', async (req, res) => {
    const { cameraId } = parseFields(watchQuerySchema, req.query);
    const rows = await repository.list(cameraId);
    res.json(rows.map((row) => viewWatch(row, now())));
  });
  routes.get('/:id', async (req, res) => {
    res.json(viewWatch(await repository.get(req.params.id), now()));
  });
  routes.patch('/:id', json, async (req: Request<{ id: string }>, res) => {
    const change = (before: WatchSettings) => possible(applyWatchChanges(before, req.body), options);
    const row = await repository.update(req.params.id, change, now());
    wake();
    res.json(viewWatch(row, now()));
  });
  routes.delete('/:id', async (req, res) => {
    await repository.remove(req.params.id);
    res.status(204).end();
  });
  return routes;
}

/** A watch that could never ask, or never tell, is refused rather than kept in silence. */
function possible(watch: WatchSettings, { hasMotion, canDeliver }: WatchRoutesOptions): WatchSettings {
  if (watch.onMotion && !hasMotion) throw impossible('onMotion', 'nothing here tells of motion');
  if (watch.deliver && !canDeliver) throw impossible('deliver', 'events are not delivered from here');
  return watch;
}

function impossible(field: string, why: string): AppError {
  return new AppError('invalid-field', `${field}: ${why}`, { field });
}
