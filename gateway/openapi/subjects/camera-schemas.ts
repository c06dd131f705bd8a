/** Cameras as clients see them, and as clients write them. */
import { z } from 'zod';
import { cameraStatusSchema, cameraTestResultSchema } from '#shared/worker-protocol.ts';
import { analysisSwitchesSchema } from '../../cameras/analysis-switches.ts';
import type { Meanings } from '../operation.ts';

export const cameraSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    location: z.string(),
    rtspUrl: z.string().meta({ description: 'Address with the password masked.' }),
    webrtcUrl: z
      .string()
      .meta({ description: 'WHEP endpoint; this and the next two are paths of the gateway.' }),
    frameUrl: z.string(),
    mjpegUrl: z.string(),
    sourceType: z.enum(['rtsp', 'video']),
    hasPassword: z.boolean(),
    enabled: z.boolean().meta({ description: 'One that is not enabled is known but not connected.' }),
    analysis: analysisSwitchesSchema,
    origin: z.enum(['registry', 'file', 'connected', 'demo']).meta({
      description: '`connected` ones are gone after a restart, `file` ones are kept in CAMERAS_FILE.',
    }),
    isDemo: z.boolean(),
  })
  .meta({ id: 'Camera', description: 'A camera; never with its password.' });

export const statusSchema = cameraStatusSchema
  .extend({
    cameraId: z.string(),
    connected: z.boolean().meta({ description: 'Whether a frame came within the last 3 s.' }),
    state: z.enum(['connecting', 'live', 'stalled', 'reconnecting', 'unauthorized']),
    frameRate: z.number().meta({ description: 'Frames per second over the last seconds.' }),
    lastFrameTime: z.number().nullable().meta({ description: 'Unix seconds.' }),
    frameCount: z.int(),
    transport: z.enum(['tcp', 'udp']).nullable(),
    reconnects: z.int(),
    reason: z.string().optional().meta({ description: 'Stable code of why it is not live.' }),
    detail: z.string().optional().meta({ description: 'The same as a sentence.' }),
    hint: z.string().optional().meta({ description: 'What a person can do about it.' }),
    nextRetryAt: z.number().optional().meta({ description: 'Unix seconds.' }),
  })
  .meta({ id: 'CameraStatus', description: 'How a camera is.' });

export const testResultSchema = cameraTestResultSchema.extend({ success: z.literal(true) });

const ADDRESS: Meanings = {
  url: '`rtsp://` or `rtsps://`, with credentials or without; in place of `ip`, `port`, `streamPath` and `secure`.',
  ip: 'Address or host name.',
  port: '554 unless given, 322 for RTSP over TLS.',
  streamPath: 'As in the manual of the camera.',
  transport: 'How video travels: inside the RTSP connection or as datagrams.',
};

/** Of the body of `POST /api/cameras/connect`. */
export const CONNECT_MEANINGS: Meanings = {
  ...ADDRESS,
  cameraId: '1 to 64 letters, digits, `.`, `_` or `-`; one that is connected is replaced.',
  port: 'RTSP port.',
};

/** Of the body of `PATCH /api/cameras/{cameraId}`. */
export const CHANGE_MEANINGS: Meanings = {
  ...ADDRESS,
  enabled: 'A camera that is not enabled is known but not connected.',
  analysis: 'What is looked for in its pictures.',
  'analysis.sensitivity': '1 sees large, clear changes only, 100 the faintest; 50 unless given.',
  'analysis.minArea': 'Smallest moving area, as a share of the picture.',
  'analysis.masks': 'Areas in which nothing counts, as corners in shares of width and height.',
  'analysis.everySeconds': 'Persons and faces are looked for this often without motion, too.',
  'analysis.everyFrames': 'Persons and faces are looked for in every Nth picture without motion, too.',
  'analysis.minScore': 'Lowest score that counts for persons and faces.',
  secure: 'RTSP over TLS.',
  video: 'Id of an uploaded camera stream, played in place of a camera.',
};

/** Of the body of `POST /api/cameras`. */
export const CREATION_MEANINGS: Meanings = {
  ...CHANGE_MEANINGS,
  id: 'Chosen by the gateway where absent.',
  cameraId: 'The same as `id`.',
};
