/** Pan, tilt, zoom, focus and presets of a camera, under `/api/cameras/:id/ptz`. */
import { type Request, type Response, Router } from 'express';
import { parseFields } from '#shared/camera.ts';
import {
  newPresetSchema,
  ptzAbsoluteSchema,
  ptzFocusSchema,
  ptzMoveSchema,
  ptzRelativeSchema,
  ptzZoomSchema,
} from '#shared/contract/ptz.ts';
import { readJsonBody } from '#shared/http/json-body.ts';
import { fieldOfView } from '#shared/ptz-lens.ts';
import type { PtzControl } from '../ptz/ptz-control.ts';
import type { PtzControls } from '../ptz/ptz-controls.ts';

const BODY_LIMIT = '4kb';

/** To be mounted at `/api/cameras`. */
export function ptzRoutes(controls: PtzControls): Router {
  const routes = Router();
  const json = readJsonBody(BODY_LIMIT);
  const command = (path: string, run: (control: PtzControl, body: unknown) => Promise<unknown>): void => {
    routes.post(`/:id/ptz/${path}`, json, async (req: Request<{ id: string }>, res: Response) => {
      await run(await controls.get(req.params.id), req.body ?? {});
      res.json({ success: true });
    });
  };

  routes.get('/:id/ptz', async (req, res) => {
    const control = await controls.get(req.params.id);
    const { position: tellsPosition, ...abilities } = control.abilities;
    const position = tellsPosition ? await control.position() : null;
    res.setHeader('Cache-Control', 'no-store');
    const view = fieldOfView(control.lens, position?.zoom ?? 0);
    res.json({ ...abilities, moving: control.isMoving, position, fieldOfView: view });
  });
  command('move', (control, body) => control.move(parseFields(ptzMoveSchema, body)));
  command('zoom', (control, body) => control.move({ pan: 0, tilt: 0, ...parseFields(ptzZoomSchema, body) }));
  command('stop', (control) => control.stop());
  command('home', (control) => control.home());
  command('absolute', (control, body) => control.moveTo(parseFields(ptzAbsoluteSchema, body)));
  command('relative', (control, body) => control.moveBy(parseFields(ptzRelativeSchema, body)));
  command('focus', (control, body) => control.focus(parseFields(ptzFocusSchema, body).action));

  routes.get('/:id/ptz/presets', async (req, res) => {
    res.json(await (await controls.get(req.params.id)).presets());
  });
  routes.post('/:id/ptz/presets', json, async (req, res) => {
    const preset = parseFields(newPresetSchema, req.body ?? {});
    const control = await controls.get(req.params.id);
    const id = await control.setPreset(preset);
    res.status(201).json({ id, name: preset.name ?? id });
  });
  routes.post('/:id/ptz/presets/:preset/go', async (req, res) => {
    await (await controls.get(req.params.id)).goToPreset(req.params.preset);
    res.json({ success: true });
  });
  routes.delete('/:id/ptz/presets/:preset', async (req, res) => {
    await (await controls.get(req.params.id)).removePreset(req.params.preset);
    res.status(204).end();
  });
  return routes;
}
