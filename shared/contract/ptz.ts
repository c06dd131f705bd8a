/** Pan, tilt, zoom, focus and presets: how a camera is moved, as clients write it and workers use it. */
import { z } from 'zod';

const port = z.int().min(1).max(65535).optional();

/** `ptz` of a camera: which protocol its controls speak, and where. They take the camera's own credentials. */
export const ptzSettingsSchema = z
  .discriminatedUnion('kind', [
    z
      .strictObject({
        kind: z.literal('onvif'),
        port: port.meta({ description: 'HTTP port of the device service; 80 where absent.' }),
        path: z
          .string()
          .regex(/^\/[\x21-\x7e]{0,255}$/, 'must be a path without spaces')
          .default('/onvif/device_service'),
      })
      .meta({ id: 'OnvifSettings' }),
    z
      .strictObject({
        kind: z.literal('ptzoptics'),
        port: port.meta({ description: 'HTTP port; 80 where absent.' }),
      })
      .meta({ id: 'PtzopticsSettings' }),
    z
      .strictObject({
        kind: z.literal('visca'),
        port: port.meta({
          description: 'TCP 5678 or UDP 1259 where absent; UDP 52381 uses the header of Sony.',
        }),
        transport: z.enum(['tcp', 'udp']).default('tcp'),
      })
      .meta({ id: 'ViscaSettings' }),
  ])
  .meta({ id: 'PtzSettings', description: 'How a camera is moved, with the credentials of the camera.' });
export type PtzSettings = z.infer<typeof ptzSettingsSchema>;

const speed = (axis: string) =>
  z
    .number()
    .min(-1)
    .max(1)
    .default(0)
    .meta({ description: `Speed from −1 to 1; 1 is ${axis}.` });

/** Body of `POST …/ptz/move`. */
export const ptzMoveSchema = z
  .strictObject({ pan: speed('right'), tilt: speed('up'), zoom: speed('in') })
  .meta({ id: 'PtzMove' });

/** Body of `POST …/ptz/zoom`. */
export const ptzZoomSchema = z.strictObject({ zoom: z.number().min(-1).max(1) }).meta({ id: 'PtzZoom' });

const NAMES_AN_AXIS = 'must name pan, tilt or zoom';

/** Body of `POST …/ptz/absolute`. */
export const ptzAbsoluteSchema = z
  .strictObject({
    pan: z.number().min(-1).max(1).optional().meta({ description: 'From −1 (left end) to 1 (right end).' }),
    tilt: z.number().min(-1).max(1).optional().meta({ description: 'From −1 (lowest) to 1 (highest).' }),
    zoom: z.number().min(0).max(1).optional().meta({ description: 'From 0 (wide) to 1 (tele).' }),
  })
  .refine((position) => Object.keys(position).length > 0, NAMES_AN_AXIS)
  .meta({ id: 'PtzAbsolute' });

/** Body of `POST …/ptz/relative`. */
export const ptzRelativeSchema = z
  .strictObject({
    pan: z.number().min(-2).max(2).optional().meta({ description: 'Part of the range; 2 is all of it.' }),
    tilt: z.number().min(-2).max(2).optional(),
    zoom: z.number().min(-1).max(1).optional(),
  })
  .refine((distance) => Object.keys(distance).length > 0, NAMES_AN_AXIS)
  .meta({ id: 'PtzRelative' });

/** Body of `POST …/ptz/focus`. */
export const ptzFocusSchema = z
  .strictObject({
    action: z
      .enum(['near', 'far', 'stop', 'auto'])
      .meta({ description: '`near` and `far` move for a second; `auto` leaves focus to the camera.' }),
  })
  .meta({ id: 'PtzFocus' });

/** Body of `POST …/ptz/presets`. */
export const newPresetSchema = z
  .strictObject({
    id: z
      .union([z.string().max(64), z.int().nonnegative().transform(String)])
      .optional()
      .meta({ description: 'Needed where the camera numbers its presets; one that exists is replaced.' }),
    name: z.string().min(1).max(64).optional(),
  })
  .meta({ id: 'NewPtzPreset' });

/** A preset that a camera keeps. */
export const ptzPresetSchema = z.object({ id: z.string(), name: z.string() }).meta({ id: 'PtzPreset' });

/** Answer of `GET …/ptz/presets`. */
export const ptzPresetsSchema = z.array(ptzPresetSchema).meta({ id: 'PtzPresets' });

const range = z.array(z.number()).length(2);

/** Answer of `GET …/ptz`. */
export const ptzStatusSchema = z
  .object({
    kind: z.enum(['onvif', 'ptzoptics', 'visca']),
    absolute: z.boolean(),
    relative: z.boolean(),
    focus: z.boolean(),
    home: z.boolean(),
    namedPresets: z.boolean().meta({ description: 'Whether the camera lists and names its presets.' }),
    degrees: z
      .object({ pan: range, tilt: range })
      .optional()
      .meta({ description: 'Degrees at the ends of the range, where they are known.' }),
    moving: z.boolean().meta({ description: 'Whether a move of a client is under way.' }),
    position: z
      .object({ pan: z.number(), tilt: z.number(), zoom: z.number() })
      .nullable()
      .meta({ description: 'As in `absolute`; `null` where the camera does not tell.' }),
  })
  .meta({ id: 'PtzStatus' });
