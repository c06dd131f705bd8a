/** Frames over WebSocket. */
import { z } from 'zod';
import { detectionsMessageSchema, eventUpdateSchema } from '#shared/detections.ts';
import { clientMessageSchema } from '#shared/frames/subscription.ts';
import type { Subject } from '../operation.ts';
import { frameFacts } from './pictures.ts';

export const socketErrorSchema = z
  .object({
    type: z.literal('error'),
    code: z.string().meta({ description: 'As in problem details.' }),
    message: z.string(),
    cameraId: z.string().optional(),
    hint: z.string().optional(),
  })
  .meta({ id: 'SocketError' });

export const pongSchema = z.object({ type: z.literal('pong') });

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

export const SOCKETS: Subject = {
  name: 'Frames over WebSocket',
  description:
    'Frames of one or more cameras, pushed. For video in a browser see WebRTC and the transports beside it.',
  operations: [
    {
      id: 'openFrameSocket',
      method: 'get',
      path: '/ws',
      summary: 'A WebSocket for frames and detections',
      description: `A second \`subscribe\` replaces the first, unless it says \`multiple\`. A subscription to a camera that is offline, or not there yet, starts to deliver when the camera does. A client that is slow gets fewer, newest frames.

With \`encoding: "binary"\` each frame is one binary message, numbers big-endian: version 1 (u8), flags (u8), length of the camera id (u16), timestamp (f64, Unix seconds), sequence (u32), width (u16), height (u16), camera id (UTF-8), JPEG. With \`"notify"\` the message holds no picture but its \`url\`.

With \`detections: true\` what analysis sees comes as messages of its own, \`detections\` for now and \`event\` when one starts, changes or ends.

What cannot be done is answered with an \`error\` and the socket stays open. The server pings every 12 s.`,
      answers: { 101: { description: 'The socket is open.' } },
      errors: ['draining', 'too-many-requests'],
      socket: {
        client: clientMessageSchema,
        meanings: {
          cameraId: 'Id of the camera; without one, `unsubscribe` ends all subscriptions.',
          fps: 'Most frames a second.',
          width: 'Pixels; the height follows. At most 1920x1080 unless given.',
          quality: 'Of the JPEG.',
          encoding: 'How frames come.',
          multiple: 'Keep the other subscriptions of this socket.',
          detections: 'Tell what analysis sees, too.',
        },
        server: serverMessageSchema,
        examples: {
          'One camera': { action: 'subscribe', cameraId: '1' },
          'Several cameras, small pictures': {
            action: 'subscribe',
            cameraId: '2',
            fps: 5,
            width: 640,
            quality: 70,
            encoding: 'binary',
            multiple: true,
          },
          'For apps that load pictures natively': { action: 'subscribe', cameraId: '1', encoding: 'notify' },
          'With what analysis sees': { action: 'subscribe', cameraId: '1', detections: true },
          'No more of it': { action: 'unsubscribe' },
          'Are you there?': { action: 'ping' },
        },
      },
    },
  ],
};
