/** How a camera is. */
import { z } from 'zod';
import { recorderStateSchema } from './recording.ts';

/** Why clients get fewer or lesser pictures of a camera than they asked for. */
export const slowedSchema = z
  .object({
    reason: z.enum(['memory', 'processor']).meta({ description: 'What is short.' }),
    detail: z.string().meta({ description: 'What is done about it.' }),
    since: z.number().meta({ description: 'Unix seconds.' }),
  })
  .meta({ id: 'Slowed' });
export type SlowedStatus = z.infer<typeof slowedSchema>;

/** What is done to record a camera. */
export const recorderStatusSchema = z
  .object({
    state: recorderStateSchema.meta({
      description:
        '`recording`: to disk. `ready`: the newest seconds stay in memory. `waiting`: no pictures came yet. `paused`: the disk is full or fails; it is tried again. `unsupported`: its video cannot be recorded.',
    }),
    reason: z.string().nullable().meta({ description: 'Stable code of why it is paused or not possible.' }),
  })
  .meta({ id: 'RecorderStatus' });
export type RecorderStatus = z.infer<typeof recorderStatusSchema>;

/** Answer of `GET /api/cameras/:cameraId/status`. */
export const cameraStatusSchema = z
  .looseObject({
    cameraId: z.string(),
    connected: z.boolean().meta({ description: 'Whether a frame came within the last 3 s.' }),
    state: z
      .enum(['connecting', 'live', 'stalled', 'reconnecting', 'unauthorized', 'closed'])
      .meta({ description: '`closed` for a moment, while a camera is removed.' }),
    frameRate: z.number().meta({ description: 'Frames per second over the last seconds.' }),
    lastFrameTime: z.number().nullable().meta({ description: 'Unix seconds.' }),
    frameCount: z.int(),
    codec: z.string().nullable(),
    width: z.number().nullable(),
    height: z.number().nullable(),
    transport: z.enum(['tcp', 'udp']).nullable(),
    viewers: z.number().meta({ description: 'Clients that see it; analysis and recording are not counted.' }),
    reconnects: z.int(),
    streams: z
      .array(
        z
          .object({
            name: z.enum(['main', 'sub', 'still']),
            connected: z.boolean(),
            codec: z.string().nullable(),
            width: z.number().nullable(),
            height: z.number().nullable(),
          })
          .meta({ id: 'StreamStatus' }),
      )
      .optional()
      .meta({ description: 'Its sources, where it has a sub stream or still pictures.' }),
    slowed: slowedSchema.optional().meta({
      description: 'Set while clients get fewer or lesser pictures than they asked for.',
    }),
    recording: recorderStatusSchema.optional().meta({ description: 'Absent where nothing is kept of it.' }),
    agent: z.string().optional().meta({ description: 'Name of the agent that reaches it.' }),
    reason: z.string().optional().meta({ description: 'Stable code of why it is not live.' }),
    detail: z.string().optional().meta({ description: 'The same as a sentence.' }),
    hint: z.string().optional().meta({ description: 'What a person can do about it.' }),
    nextRetryAt: z.number().optional().meta({ description: 'Unix seconds.' }),
  })
  .meta({ id: 'CameraStatus', description: 'How a camera is.' });
export type CameraStatus = z.infer<typeof cameraStatusSchema>;
