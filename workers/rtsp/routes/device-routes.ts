/** What a camera's own device tells and takes. */
import { Router } from 'express';
import { parseFields } from '#shared/camera.ts';
import { type CameraDevice, imagingChangesSchema } from '#shared/contract/camera-device.ts';
import { readJsonBody } from '#shared/http/json-body.ts';
import type { CameraDevices } from '../onvif/camera-devices.ts';
import { changeImaging, readImaging } from '../onvif/imaging.ts';

/** To be mounted at `/api/cameras`. */
export function deviceRoutes(devices: Pick<CameraDevices, 'use'>): Router {
  const routes = Router();
  routes.get('/:id/device', async (req, res) => {
    const answer = await devices.use(req.params.id, async ({ device, port }): Promise<CameraDevice> => {
      const { manufacturer, ...facts } = await device.facts();
      return { vendor: manufacturer, ...facts, onvifPort: port };
    });
    res.json(answer);
  });
  routes.get('/:id/imaging', async (req, res) => {
    res.json(await devices.use(req.params.id, ({ device }) => readImaging(device)));
  });
  routes.patch('/:id/imaging', readJsonBody('4kb'), async (req, res) => {
    const changes = parseFields(imagingChangesSchema, req.body ?? {});
    res.json(await devices.use(req.params.id as string, ({ device }) => changeImaging(device, changes)));
  });
  routes.post('/:id/reboot', async (req, res) => {
    await devices.use(req.params.id, ({ device }) => device.reboot());
    res.json({ success: true });
  });
  return routes;
}
