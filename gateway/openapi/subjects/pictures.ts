/** Pictures of one camera. */
import { z } from 'zod';
import { mjpegQuerySchema, snapshotQuerySchema } from '#shared/frames/subscription.ts';
import { json, type Subject } from '../operation.ts';
import { statusSchema } from './camera-schemas.ts';

const FORMAT = {
  width: 'Pixels; the height follows. At most 1920x1080 unless given.',
  quality: 'Of the JPEG.',
};
const WORKER_ERRORS = [
  'camera-not-found',
  'worker-not-ready',
  'worker-busy',
  'worker-failed',
  'worker-timeout',
] as const;

export const PICTURES: Subject = {
  name: 'Live pictures',
  description:
    'The newest picture, from memory. Each carries its capture time, age and number, and none passes for newer than it is.',
  operations: [
    {
      id: 'getCameraStatus',
      method: 'get',
      path: '/api/cameras/{cameraId}/status',
      summary: 'How a camera is',
      answers: { 200: json('Its state, and where it is not live, why.', statusSchema) },
      errors: WORKER_ERRORS,
    },
    {
      id: 'getFrame',
      method: 'get',
      path: '/api/cameras/{cameraId}/frame',
      summary: 'The newest frame as a JPEG',
      query: {
        schema: snapshotQuerySchema,
        meanings: {
          ...FORMAT,
          maxAgeMs: 'Older ones are refused; `any` takes whatever there is.',
          seq: 'One of the last frames by its number, as told by `notify` messages.',
        },
        example: { width: 640, quality: 70 },
      },
      headers: { 'If-None-Match': 'The `ETag` of the frame that is there already.' },
      answers: {
        200: {
          description: 'A whole JPEG.',
          type: 'image/jpeg',
          headers: {
            'X-Frame-Timestamp': 'Capture time, Unix seconds.',
            'X-Frame-Age-Ms': 'Milliseconds since then.',
            'X-Frame-Sequence': 'Number of the frame.',
            ETag: 'For `If-None-Match`.',
          },
        },
        304: { description: 'There is no newer one.' },
      },
      errors: [...WORKER_ERRORS, 'invalid-field', 'no-frame-yet', 'not-found', 'stale-frame'],
    },
    {
      id: 'getMjpegStream',
      method: 'get',
      path: '/api/cameras/{cameraId}/stream.mjpeg',
      summary: 'Pictures one after another, for `<img>` and players',
      description: 'A client that is slow skips to the newest picture.',
      query: {
        schema: mjpegQuerySchema,
        meanings: { fps: 'Most pictures a second.', ...FORMAT },
        example: { fps: 5, width: 640 },
      },
      answers: { 200: { description: 'Pictures without end.', type: 'multipart/x-mixed-replace' } },
      errors: [...WORKER_ERRORS, 'invalid-field'],
    },
  ],
};

/** The head of a message that carries a frame. */
export const frameFacts = {
  type: z.literal('frame'),
  cameraId: z.string(),
  timestamp: z.number().meta({ description: 'Capture time, Unix seconds.' }),
  sequence: z.int().meta({ description: 'Number of the frame.' }),
  width: z.int(),
  height: z.int(),
};
