/** Texts that the WebSockets for frames and for video send. */
import { z } from 'zod';
import { detectionsMessageSchema, eventUpdateSchema } from '../detections.ts';

/** Something could not be done; the socket stays open. */
export const socketErrorSchema = z
  .object({
    type: z.literal('error'),
    code: z.string().meta({ description: 'As in problem details.' }),
    message: z.string(),
    cameraId: z.string().optional(),
    hint: z.string().optional(),
  })
  .meta({ id: 'SocketError' });

/** The answer to a ping. */
export const pongSchema = z.object({ type: z.literal('pong') });

const frameFacts = {
  type: z.literal('frame'),
  cameraId: z.string(),
  timestamp: z.number().meta({ description: 'Capture time, Unix seconds.' }),
  sequence: z.int().meta({ description: 'Number of the frame.' }),
  width: z.int(),
  height: z.int(),
};

/** Every text that `/ws` sends. */
export const serverMessageSchema = z.union([
  z
    .object({ ...frameFacts, data: z.base64().meta({ description: 'The JPEG.' }) })
    .meta({ id: 'FrameMessage' }),
  z
    .object({
      ...frameFacts,
      url: z.string().meta({ description: 'Where this very frame is, for a few seconds.' }),
    })
    .meta({ id: 'NotifyMessage' }),
  detectionsMessageSchema.meta({ id: 'DetectionsMessage' }),
  eventUpdateSchema.meta({ id: 'EventMessage' }),
  pongSchema,
  socketErrorSchema,
]);

/** Query of `/ws/mse/:cameraId`. */
export const mseQuerySchema = z.object({
  audio: z.enum(['none', 'any']).optional().meta({
    description:
      '`none`: the picture alone, for players that do not take the sound. `any`: also sound that is turned into Opus for it, for players that listen.',
  }),
});

/** The one message that a client sends on `/ws/mse/:cameraId`. */
export const pingSchema = z.object({ action: z.literal('ping') });

/** Every text that `/ws/mse/:cameraId` sends. */
export const mseMessageSchema = z.union([
  z.object({
    type: z.literal('init'),
    cameraId: z.string(),
    codec: z.string().meta({ description: 'For `MediaSource.addSourceBuffer`.' }),
    width: z.int(),
    height: z.int(),
    isSoundLeftOut: z
      .literal(true)
      .optional()
      .meta({ description: 'The camera has sound that is not among the codecs; `?audio=any` may get it.' }),
  }),
  z.object({ type: z.literal('waiting'), cameraId: z.string(), code: z.string() }),
  pongSchema,
  socketErrorSchema,
]);
