/** Cameras: the registry, its export and import, pages of the list. */
import { z } from 'zod';
import { cameraIdSchema } from '../camera.ts';
import { SOURCE_KINDS } from '../camera-source.ts';
import { analysisSettingsSchema } from '../detections-settings.ts';
import { furtherUrlFields } from '../further-sources.ts';
import { cameraPlaceSchema } from './agents.ts';
import { labelsSchema } from './labels.ts';
import { ptzSettingsSchema } from './ptz.ts';
import { keepSchema, recordModeSchema } from './recording.ts';
import { transportSchema } from './source/rtsp.ts';
import { zonesSchema } from './zone.ts';

/** A camera id in a body; numbers are taken too. */
export const anyCameraIdSchema = z.union([cameraIdSchema, z.number().int().nonnegative().transform(String)]);

/** A camera id as part of a path. */
export const cameraIdInPath = cameraIdSchema.meta({ description: 'Id of the camera.', examples: ['1'] });

const { motion: _motion, persons: _persons, faces: _faces, ...thresholds } = analysisSettingsSchema.shape;

/** Which analysis runs for a camera, as it is answered. */
const analysisSwitchesSchema = z
  .object({ motion: z.boolean(), persons: z.boolean(), faces: z.boolean(), ...thresholds })
  .meta({ id: 'AnalysisSwitches', description: 'Which kinds of analysis run for a camera.' });

/** A camera as clients see it. */
export const cameraSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    location: z.string(),
    rtspUrl: z.string().meta({ description: 'Address with the password masked.' }),
    subUrl: z.string().nullable().meta({ description: 'Its smaller stream, masked like `rtspUrl`.' }),
    stillUrl: z.string().nullable().meta({ description: 'Its still pictures, masked like `rtspUrl`.' }),
    webrtcUrl: z
      .string()
      .meta({ description: 'WHEP endpoint; this and the next two are paths of the gateway.' }),
    frameUrl: z.string(),
    mjpegUrl: z.string(),
    sourceType: z
      .enum(SOURCE_KINDS)
      .meta({ description: '`http`: pictures over HTTP; `video`: an uploaded stream that is played.' }),
    hasPassword: z.boolean(),
    ptz: ptzSettingsSchema.nullable().meta({ description: 'How the camera is moved; `null`: it is not.' }),
    agent: z
      .string()
      .nullable()
      .meta({ description: 'Name of the agent that reaches it; null: the gateway itself.' }),
    labels: labelsSchema,
    enabled: z.boolean().meta({ description: 'One that is not enabled is known but not connected.' }),
    record: recordModeSchema,
    keep: keepSchema.nullable().meta({ description: '`null`: as usual, see docs/recordings.md.' }),
    analysis: analysisSwitchesSchema,
    zones: zonesSchema,
    origin: z.enum(['registry', 'file', 'connected', 'demo']).meta({
      description: '`connected` ones are gone after a restart, `file` ones are kept in CAMERAS_FILE.',
    }),
    isDemo: z.boolean(),
  })
  .meta({ id: 'Camera', description: 'A camera; never with its password.' });
export type Camera = z.infer<typeof cameraSchema>;

/** Answer of `GET /api/cameras`. */
export const cameraListSchema = z.array(cameraSchema).meta({ id: 'CameraList' });

/** Body of `PATCH /api/cameras/:cameraId`. */
export const cameraChangesSchema = z
  .object({
    name: z.string().trim().min(1).max(200).optional(),
    location: z.string().trim().max(200).optional(),
    agent: cameraPlaceSchema
      .nullable()
      .optional()
      .meta({ description: 'Name of the agent that reaches the camera; null: the gateway itself.' }),
    labels: labelsSchema.optional(),
    enabled: z
      .boolean()
      .optional()
      .meta({ description: 'A camera that is not enabled is known but not connected.' }),
    analysis: analysisSettingsSchema.optional().meta({ description: 'What is looked for in its pictures.' }),
    zones: zonesSchema.optional(),
    record: recordModeSchema.optional(),
    keep: keepSchema.nullable().optional(),
    url: z.string().max(2048).optional().meta({
      description:
        '`rtsp://`, `rtsps://`, `http://` or `https://` (MJPEG or still pictures), with credentials or without; in place of `ip`, `port`, `streamPath` and `secure`.',
    }),
    ...furtherUrlFields,
    ip: z.string().min(1).max(253).optional().meta({ description: 'Address or host name.' }),
    port: z.coerce
      .number()
      .int()
      .min(1)
      .max(65535)
      .optional()
      .meta({ description: '554 unless given, 322 for RTSP over TLS.' }),
    username: z.string().max(256).optional(),
    password: z.string().max(256).optional(),
    streamPath: z.string().max(1024).optional().meta({ description: 'As in the manual of the camera.' }),
    transport: transportSchema
      .optional()
      .meta({ description: 'RTSP only. How video travels: inside the RTSP connection or as datagrams.' }),
    secure: z.boolean().optional().meta({ description: 'RTSP over TLS.' }),
    ptz: ptzSettingsSchema
      .nullable()
      .optional()
      .meta({ description: 'Controls of the camera; `null` removes them.' }),
    video: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .meta({ description: 'Id of an uploaded camera stream, played in place of a camera.' }),
  })
  .strict()
  .meta({ id: 'CameraChanges' });
export type CameraChanges = z.infer<typeof cameraChangesSchema>;

/** Body of `POST /api/cameras`. */
export const newCameraSchema = cameraChangesSchema
  .extend({
    id: anyCameraIdSchema.optional().meta({ description: 'Chosen by the gateway where absent.' }),
    cameraId: anyCameraIdSchema.optional().meta({ description: 'The same as `id`.' }),
  })
  .meta({ id: 'NewCamera' });

const MAX_PAGE = 1000;

/** Query of `GET /api/cameras`. */
export const cameraPageSchema = z.object({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_PAGE)
    .default(MAX_PAGE)
    .meta({ description: 'Most cameras in the answer.' }),
  cursor: z.string().max(64).optional().meta({ description: 'From `X-Next-Cursor` of the page before.' }),
});

/** Answer of `POST /api/cameras/test`: what the first picture was. */
export const cameraTestAnswerSchema = z
  .object({
    success: z.literal(true),
    codec: z.string(),
    width: z.int(),
    height: z.int(),
    ms: z.number().meta({ description: 'From the first byte to the first picture.' }),
  })
  .meta({ id: 'CameraTestAnswer' });

/** Query of `GET /api/cameras/export`. */
export const exportQuerySchema = z.object({
  passwords: z
    .enum(['true', 'false'])
    .default('false')
    .meta({ description: 'With passwords; the secret key must be given again for that.' }),
});

const MAX_IMPORT = 10_000;

/** Body of `POST /api/cameras/import`: an export, or what reads like one. */
export const importSchema = z
  .object({
    version: z.literal(1).optional(),
    exportedAt: z.string().optional(),
    cameras: z
      .array(z.record(z.string(), z.unknown()))
      .max(MAX_IMPORT)
      .meta({ description: 'Each as in the body of `POST /api/cameras`, with an `id`.' }),
    replace: z.boolean().default(false).meta({ description: 'Cameras that are not named are removed.' }),
  })
  .strict()
  .meta({ id: 'CameraImport' });

/** Answer of `GET /api/cameras/export`. */
export const exportSchema = z
  .object({
    version: z.literal(1),
    exportedAt: z.iso.datetime(),
    cameras: z.array(
      z
        .looseObject({ id: z.string(), name: z.string(), location: z.string(), enabled: z.boolean() })
        .meta({ id: 'ExportedCamera' }),
    ),
  })
  .meta({ id: 'CameraExport' });
export type CameraExport = z.infer<typeof exportSchema>;

/** Answer of `POST /api/cameras/import`. */
export const importedSchema = z
  .object({ success: z.literal(true), imported: z.int() })
  .meta({ id: 'ImportedCameras' });

/** Answer of `GET /api/cameras/websocket-url`. */
export const websocketUrlSchema = z.object({ url: z.string() }).meta({ id: 'WebsocketUrl' });
