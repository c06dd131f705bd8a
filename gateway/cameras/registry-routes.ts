/** Routes of the registry (docs/contract.md, section 1): cameras that are kept for ever. */
import { type Request, Router } from 'express';
import { z } from 'zod';
import { parseFields, RESERVED_CAMERA_IDS } from '#shared/camera.ts';
import { AppError } from '#shared/errors.ts';
import { jsonBody } from '../http/body-limits.ts';
import { viewCamera } from './camera-view.ts';
import type { CameraRegistry } from './registry.ts';
import { exportCameras, importCameras } from './registry-transfer.ts';

/** What these routes need. */
export interface RegistryRoutesOptions {
  registry: CameraRegistry;
  /** Whether text is this installation's secret key. */
  isSecretKey: (candidate: string) => boolean;
}

/** Re-entered for an export with passwords. */
const KEY_HEADER = 'x-secret-key';

export const exportQuerySchema = z.object({ passwords: z.enum(['true', 'false']).default('false') });

/** Routes under `/api/cameras`; mounted before `GET /:id`. */
export function registryRoutes({ registry, isSecretKey }: RegistryRoutesOptions): Router {
  const routes = Router();
  const json = jsonBody();

  routes.get(['/', '/:id'], async (req: Request<{ id?: string }>, _res, next) => {
    if (!RESERVED_CAMERA_IDS.includes(req.params.id ?? '')) await registry.expectLoaded();
    next();
  });
  routes.get('/export', async (req, res) => {
    const { passwords } = parseFields(exportQuerySchema, req.query);
    if (passwords === 'true') checkKey(req, isSecretKey);
    res.setHeader('Cache-Control', 'no-store');
    res.setHeader('Content-Disposition', 'attachment; filename="cameras.json"');
    res.json(await exportCameras(registry, passwords === 'true'));
  });
  routes.post('/import', jsonBody('import'), async (req, res) => {
    res.json({ success: true, imported: await importCameras(registry, req.body) });
  });
  routes.post('/', json, async (req, res) => {
    const camera = await registry.create(req.body);
    res
      .status(201)
      .location(`/api/cameras/${encodeURIComponent(camera.id)}`)
      .json(viewCamera(camera));
  });
  routes.patch('/:id', json, async (req: Request<{ id: string }>, res) => {
    res.json(viewCamera(await registry.update(req.params.id, req.body)));
  });
  routes.delete('/:id', async (req, res) => {
    await registry.remove(req.params.id);
    res.status(204).end();
  });
  return routes;
}

function checkKey(req: Request, isSecretKey: (candidate: string) => boolean): void {
  const key = req.get(KEY_HEADER);
  if (key === undefined) {
    throw new AppError(
      'missing-field',
      'Passwords are exported only with the secret key in the header X-Secret-Key',
      {
        field: 'X-Secret-Key',
      },
    );
  }
  if (!isSecretKey(key))
    throw new AppError('wrong-key', 'X-Secret-Key is not the secret key of this gateway');
}
