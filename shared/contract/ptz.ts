/** Pan, tilt, zoom, focus and presets: how a camera is moved, as clients write it and workers use it. */
import { z } from 'zod';

const port = z.int().min(1).max(65535).optional();

const lens = z
  .strictObject({
    widest: z.number().min(1).max(170).meta({ description: 'Horizontal field of view at zoom 0, degrees.' }),
    magnification: z.number().min(1).max(100).meta({ description: 'Of zoom 1: 20 for a 20× lens.' }),
  })
  .optional()
  .meta({ description: 'Needed to centre and follow well; 60 degrees and 20 where absent.' });

const ends = z.array(z.number().min(-720).max(720)).length(2);

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
        range: z
          .strictObject({ pan: ends, tilt: ends })
          .optional()
          .meta({ description: 'Degrees at pan and tilt −1 and 1; ±180 and ±90 where absent.' }),
        lens,
      })
      .meta({ id: 'OnvifSettings' }),
    z
      .strictObject({
        kind: z.literal('ptzoptics'),
        port: port.meta({ description: 'HTTP port; 80 where absent.' }),
        lens,
      })
      .meta({ id: 'PtzopticsSettings' }),
    z
      .strictObject({
        kind: z.literal('visca'),
        port: port.meta({
          description: 'TCP 5678 or UDP 1259 where absent; UDP 52381 uses the header of Sony.',
        }),
        transport: z.enum(['tcp', 'udp']).default('tcp'),
        lens,
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
    fieldOfView: z.number().meta({
      description: 'Horizontal, degrees, from `lens`; at zoom 0 where the camera does not tell its zoom.',
    }),
  })
  .meta({ id: 'PtzStatus' });

const share = z.number().min(0).max(1);

/** Body of `POST …/ptz/centre`. */
export const ptzCentreSchema = z
  .strictObject({
    object: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .optional()
      .meta({ description: 'What to look for: `person`, `the red car`.' }),
    point: z
      .strictObject({ x: share, y: share })
      .optional()
      .meta({ description: 'A point of the picture, in shares of width and height from the upper left.' }),
    tolerance: z.number().min(0.01).max(0.5).default(0.05).meta({
      description: 'Distance from the middle that is good enough, as a share of width and height.',
    }),
  })
  .refine(
    ({ object, point }) => (object === undefined) !== (point === undefined),
    'must name either object or point',
  )
  .meta({ id: 'PtzCentre' });

/** Answer of `POST …/ptz/centre`. */
export const ptzCentredSchema = z
  .object({
    centred: z
      .boolean()
      .meta({ description: 'Whether the object was last seen within the tolerance; of a point: true.' }),
    moves: z.int().meta({ description: 'Moves that were needed.' }),
    offset: z
      .object({ x: z.number(), y: z.number() })
      .nullable()
      .meta({ description: 'From the middle when it was last seen; `null` of a point.' }),
  })
  .meta({ id: 'PtzCentred' });

const announceSeconds = z.number().min(0).max(300).default(0).meta({
  description: 'Seconds from the announcement to the first move, in which it can be cancelled.',
});

/** Body of `POST …/ptz/follow`. */
export const ptzFollowSchema = z
  .strictObject({
    object: z.string().trim().min(1).max(200).default('person').meta({
      description: '`person` is found by detection, everything else by the reasoning provider.',
    }),
    seconds: z
      .number()
      .min(1)
      .max(86_400)
      .default(600)
      .meta({ description: 'Ends after this, at the latest.' }),
    speed: z.number().min(0.05).max(1).default(0.5).meta({ description: 'Limit, as a share of full speed.' }),
    announceSeconds,
  })
  .meta({ id: 'PtzFollow' });

/** Body of `POST …/ptz/tour`. */
export const ptzTourSchema = z
  .strictObject({
    presets: z
      .array(z.string().min(1).max(64))
      .min(1)
      .max(50)
      .meta({ description: 'Ids of presets, in order.' }),
    question: z.string().trim().min(1).max(2000).optional().meta({ description: 'Asked at each preset.' }),
    dwellSeconds: z
      .number()
      .min(0)
      .max(600)
      .default(2)
      .meta({ description: 'Rest at each preset before it is asked.' }),
    announceSeconds,
  })
  .meta({ id: 'PtzTour' });

/** What a camera is doing by itself. */
export const ptzTaskSchema = z
  .object({
    id: z.string(),
    kind: z.enum(['centre', 'follow', 'tour', 'preset']),
    state: z.enum(['announced', 'running', 'done', 'cancelled', 'failed']),
    announcedAt: z.iso.datetime(),
    startsAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
    reason: z.string().nullable().meta({
      description:
        'Why it ended, where that is not plain: `lost`, `operator`, `gateway-gone`, an error code.',
    }),
    phase: z
      .string()
      .nullable()
      .meta({ description: 'What it does now: `following`, `searching`, `preset 3`.' }),
    stops: z
      .array(
        z.object({
          preset: z.string(),
          at: z.iso.datetime(),
          answer: z.string().nullable(),
          error: z.string().nullable(),
          frameUrl: z.string().nullable(),
        }),
      )
      .meta({ description: 'Of a tour: its report so far.' }),
  })
  .meta({ id: 'PtzTask' });
export type PtzTask = z.infer<typeof ptzTaskSchema>;
