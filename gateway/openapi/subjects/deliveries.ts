/** Deliveries to the analysis backend. */
import { z } from 'zod';
import type { CameraEventPayload } from '#shared/camera-event.ts';
import type { CameraStreamPayload } from '#shared/camera-stream.ts';
import { DELIVERY_STATUSES } from '../../deliveries/delivery.ts';
import { deliveryQuerySchema } from '../../deliveries/routes.ts';
import { json, type Subject } from '../operation.ts';

const streamPayloadSchema = z.object({
  camera_id: z.string(),
  camera_description: z.string().nullable(),
  stream_type: z.enum(['rtsp', 'video']),
  rtsp_url: z.string().nullable(),
  video_url: z.string().nullable(),
}) satisfies z.ZodType<CameraStreamPayload>;

const eventPayloadSchema = z.object({
  event_id: z.string(),
  camera_id: z.string(),
  kind: z.string().meta({ description: '`watch`, `motion` and the like.' }),
  label: z.string(),
  score: z.number().nullable(),
  started_at: z.number().meta({ description: 'Unix seconds.' }),
  change: z
    .enum(['start', 'end'])
    .exactOptional()
    .meta({ description: 'Absent for what takes no time, such as a watch that fires.' }),
  ended_at: z
    .number()
    .nullable()
    .exactOptional()
    .meta({ description: 'Unix seconds; null while it goes on. Comes with `change`.' }),
  data: z.looseObject({}),
}) satisfies z.ZodType<CameraEventPayload>;

const deliverySchema = z
  .object({
    id: z.string(),
    cameraId: z.string(),
    status: z.enum(DELIVERY_STATUSES),
    attempts: z.int(),
    nextAttemptAt: z.iso
      .datetime()
      .nullable()
      .meta({ description: 'Null as well while an earlier delivery of the camera goes first.' }),
    lastStatus: z.int().nullable().meta({ description: 'HTTP status of the last attempt.' }),
    lastError: z.string().nullable(),
    lastResponse: z.string().nullable().meta({ description: 'The beginning of what was answered.' }),
    payload: z.union([streamPayloadSchema, eventPayloadSchema]).nullable().meta({
      description:
        'What is told, of a stream or of an event. Passwords masked; null when it cannot be read any more.',
    }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    deliveredAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Delivery' });

export const DELIVERIES: Subject = {
  name: 'Deliveries',
  description:
    'What the analysis backend was told, or will be: retried with growing pauses, then parked for a person to look at.',
  operations: [
    {
      id: 'listDeliveries',
      method: 'get',
      path: '/api/deliveries',
      summary: 'Deliveries, newest first',
      query: {
        schema: deliveryQuerySchema,
        meanings: {
          status: 'Only those.',
          cameraId: 'Only those about this camera.',
          limit: 'Most deliveries in the answer.',
          cursor: '`nextCursor` of the page before.',
        },
        example: { status: 'pending', limit: 20 },
      },
      answers: {
        200: json(
          'One page.',
          z.object({ deliveries: z.array(deliverySchema), nextCursor: z.string().nullable() }),
        ),
      },
      errors: ['invalid-field'],
    },
    {
      id: 'retryDelivery',
      method: 'post',
      path: '/api/deliveries/{deliveryId}/retry',
      summary: 'Try a delivery again now',
      answers: {
        200: json('It is tried.', z.object({ success: z.literal(true), delivery: deliverySchema })),
      },
      errors: ['delivery-not-found', 'delivery-delivered'],
    },
  ],
};
