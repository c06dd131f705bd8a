/** Finding the streams of a camera of which only address, user and password are known. */
import { z } from 'zod';
import { cameraPlaceSchema } from './agents.ts';
import { ptzSettingsSchema } from './ptz.ts';

/** Body of `POST /api/cameras/probe`. */
export const probeRequestSchema = z
  .strictObject({
    ip: z.string().min(1).max(253).optional().meta({ description: 'Address or host name.' }),
    url: z.string().min(1).max(2048).optional().meta({
      description:
        'In place of `ip`: a URL, or only its host and port. A path is tried first; that of `http://` may be pictures.',
    }),
    username: z.string().max(256).optional().meta({ description: '`admin` where only a password is given.' }),
    password: z.string().max(256).optional(),
    port: z.coerce
      .number()
      .int()
      .min(1)
      .max(65535)
      .optional()
      .meta({ description: 'Port of RTSP, or of ONVIF; usual ones are tried where absent.' }),
    agent: cameraPlaceSchema.optional(),
  })
  .meta({ id: 'ProbeRequest' });
export type ProbeRequest = z.infer<typeof probeRequestSchema>;

/** One line of the checklist. */
export const probeStepSchema = z
  .object({
    step: z.enum(['reachable', 'rtsp', 'password', 'streams']).meta({ description: 'In this order.' }),
    ok: z.boolean(),
    code: z.string().optional().meta({ description: 'Why it failed.' }),
    detail: z.string().optional(),
    hint: z.string().optional().meta({ description: 'What an operator can do about it.' }),
  })
  .meta({ id: 'ProbeStep' });
export type ProbeStep = z.infer<typeof probeStepSchema>;

/** A way in which browsers show a stream. */
export const playableSchema = z.enum(['webrtc', 'mse', 'hls', 'mjpeg']);

const streamFacts = {
  url: z.string().meta({ description: 'Address with the password masked.' }),
  secure: z.boolean().meta({ description: 'Over TLS. This and the next two belong to a new camera.' }),
  port: z.int(),
  streamPath: z.string().meta({ description: 'Secrets that the request named are masked.' }),
  role: z.enum(['main', 'sub']).meta({ description: '`sub` for smaller pictures than the largest.' }),
  codec: z.string().meta({ description: '`h264`, `hevc` or `mjpeg`.' }),
  width: z
    .int()
    .nullable()
    .meta({ description: 'Null, like the next ones, where it could not be measured.' }),
  height: z.int().nullable(),
  fps: z.number().nullable(),
  audio: z.string().nullable().meta({ description: 'Codec of the sound; null without any.' }),
  keyframeIntervalMs: z.number().nullable(),
  playable: z
    .array(playableSchema)
    .meta({ description: 'Ways in which every current browser plays it; others depend on the device.' }),
  code: z.string().optional().meta({ description: 'Why it could not be played.' }),
  hint: z.string().optional(),
};

/** A stream as a worker tells it, with its picture. */
export const foundStreamSchema = z.object({ ...streamFacts, picture: z.base64().optional() });
export type FoundStream = z.infer<typeof foundStreamSchema>;

/** A stream as clients see it. */
export const probedStreamSchema = z
  .object({
    ...streamFacts,
    previewUrl: z.string().nullable().meta({ description: 'Path of a picture, kept for ten minutes.' }),
  })
  .meta({ id: 'ProbedStream' });
export type ProbedStream = z.infer<typeof probedStreamSchema>;

/** What is known of the camera itself. */
export const probedDeviceSchema = z.object({
  ip: z.string().meta({ description: 'The host that was asked.' }),
  vendor: z.string().optional(),
  model: z.string().optional(),
  stillUrl: z.string().optional().meta({
    description: 'Still pictures of the largest stream, without user and password; belongs to a new camera.',
  }),
  onvifUrl: z.string().optional().meta({ description: 'Its ONVIF device service.' }),
  ptz: ptzSettingsSchema.optional().meta({ description: 'How it can be moved.' }),
});
export type ProbedDevice = z.infer<typeof probedDeviceSchema>;

/** Answer of `POST /api/cameras/probe`; a camera that is not found is no error but a step that failed. */
export const probeAnswerSchema = probedDeviceSchema
  .extend({ steps: z.array(probeStepSchema), streams: z.array(probedStreamSchema) })
  .meta({ id: 'ProbeAnswer' });
export type ProbeAnswer = z.infer<typeof probeAnswerSchema>;

/** Body of `POST /api/cameras/discover`. */
export const discoverRequestSchema = z
  .strictObject({ agent: cameraPlaceSchema.optional() })
  .meta({ id: 'DiscoverRequest' });

/** A camera of the network. */
export const discoveredCameraSchema = z
  .object({
    ip: z.string(),
    name: z.string().meta({ description: 'As it calls itself; its address where it says nothing.' }),
    vendor: z.string().meta({ description: 'Empty, like the model, where the camera does not tell.' }),
    model: z.string(),
    onvifUrl: z.string().meta({ description: 'Its ONVIF device service.' }),
  })
  .meta({ id: 'DiscoveredCamera' });
export type DiscoveredCamera = z.infer<typeof discoveredCameraSchema>;

/** Answer of `POST /api/cameras/discover`. */
export const discoveredCamerasSchema = z.array(discoveredCameraSchema).meta({ id: 'DiscoveredCameras' });

/** Where a worker looks for streams. */
export const probeTargetSchema = z.object({
  host: z.string(),
  secure: z.boolean(),
  /** Undefined: the usual ones are tried. */
  port: z.int().optional(),
  /** Undefined: none is known. */
  path: z.string().optional(),
  /** A pasted `http://` address: the camera's own page, its ONVIF service, or its pictures where it has a path. */
  web: z.object({ secure: z.boolean(), port: z.int(), path: z.string().optional() }).optional(),
  username: z.string(),
  password: z.string(),
});
export type ProbeTarget = z.infer<typeof probeTargetSchema>;

/** One line of a worker's answer; `device` is the last. */
export const probeMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('step'), step: probeStepSchema }),
  z.object({ type: z.literal('stream'), stream: foundStreamSchema }),
  z.object({ type: z.literal('device'), device: probedDeviceSchema }),
]);
export type ProbeMessage = z.infer<typeof probeMessageSchema>;
