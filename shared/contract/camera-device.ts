/** The device behind a camera, as its ONVIF service shows it: who made it, and how its picture is set. */
import { z } from 'zod';

/** Answer of `GET /api/cameras/:cameraId/device`. */
export const cameraDeviceSchema = z
  .object({
    vendor: z.string(),
    model: z.string(),
    firmware: z.string(),
    serialNumber: z.string(),
    onvifPort: z.int().meta({ description: 'HTTP port of its ONVIF service.' }),
  })
  .meta({ id: 'CameraDevice', description: 'Text of the camera; empty where it does not tell.' });
export type CameraDevice = z.infer<typeof cameraDeviceSchema>;

const share = (meaning: string) =>
  z
    .number()
    .min(0)
    .max(1)
    .meta({ description: `${meaning}, from 0 to 1 of what the camera allows.` });

const LEVELS = {
  brightness: share('Brightness'),
  contrast: share('Contrast'),
  saturation: share('Saturation of colours'),
  sharpness: share('Sharpness'),
};
const irCutFilter = z
  .enum(['auto', 'on', 'off'])
  .meta({ description: '`off` lets infrared in: pictures at night, without colours.' });

/** Answer of `GET /api/cameras/:cameraId/imaging`. */
export const imagingSchema = z
  .object({
    brightness: LEVELS.brightness.nullable(),
    contrast: LEVELS.contrast.nullable(),
    saturation: LEVELS.saturation.nullable(),
    sharpness: LEVELS.sharpness.nullable(),
    irCutFilter: irCutFilter.nullable(),
  })
  .meta({ id: 'Imaging', description: 'Null for what the camera does not have.' });
export type Imaging = z.infer<typeof imagingSchema>;

/** Body of `PATCH /api/cameras/:cameraId/imaging`. */
export const imagingChangesSchema = z
  .strictObject({
    brightness: LEVELS.brightness.optional(),
    contrast: LEVELS.contrast.optional(),
    saturation: LEVELS.saturation.optional(),
    sharpness: LEVELS.sharpness.optional(),
    irCutFilter: irCutFilter.optional(),
  })
  .refine((changes) => Object.keys(changes).length > 0, 'must name what to change')
  .meta({ id: 'ImagingChanges' });
export type ImagingChanges = z.infer<typeof imagingChangesSchema>;
