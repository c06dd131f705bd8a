/** Deliveries to the analysis backend: what it is told, and how that goes. */
import { z } from 'zod';
import { idInPath, nextCursorSchema, pageFields, timeSchema } from './common.ts';
import { digestSchema } from './digest.ts';

/** Waits or is under way; arrived; given up until an operator asks for another try. */
export const DELIVERY_STATUSES = ['pending', 'delivered', 'parked'] as const;

/** A delivery id as part of a path. */
export const deliveryIdInPath = idInPath('Id of the delivery.', '0b6f6a4e-6d2c-4f0e-9a53-1f5a4f0f2f10');

const statusSchema = z.enum(DELIVERY_STATUSES).meta({ id: 'DeliveryStatus' });

/** Query of `GET /api/deliveries`. */
export const deliveryQuerySchema = z.object({
  status: z.enum(DELIVERY_STATUSES).optional().meta({ description: 'Only those.' }),
  cameraId: z.string().max(64).optional().meta({ description: 'Only those about this camera.' }),
  notificationId: z
    .string()
    .max(128)
    .optional()
    .meta({ description: 'Notices of this notification; default: what the analysis backend gets.' }),
  ...pageFields('deliveries'),
});

/** The exact body of `POST {APP_PY_URL}/api/camera-stream`; absent values are null. */
const cameraStreamPayloadSchema = z
  .object({
    camera_id: z.string(),
    camera_description: z.string().nullable(),
    stream_type: z.enum(['rtsp', 'video']),
    rtsp_url: z.string().nullable().meta({ description: 'As the client gave it, password included.' }),
    video_url: z.string().nullable().meta({ description: 'Absolute.' }),
  })
  .meta({ id: 'CameraStreamPayload' });
export type CameraStreamPayload = z.infer<typeof cameraStreamPayloadSchema>;

/** The exact body of `POST {APP_PY_URL}/api/camera-event`. */
const cameraEventPayloadSchema = z
  .object({
    event_id: z.string(),
    camera_id: z.string(),
    kind: z.string().meta({ description: '`watch`, `motion` and the like.' }),
    label: z.string(),
    score: z.number().nullable().meta({ description: '0 to 1; null where none is known.' }),
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
    zones: z
      .array(z.string())
      .exactOptional()
      .meta({ description: 'Names of the zones in which it was seen so far.' }),
    data: z.looseObject({}).meta({ description: 'What belongs to its kind.' }),
  })
  .meta({ id: 'CameraEventPayload' });
export type CameraEventPayload = z.infer<typeof cameraEventPayloadSchema>;

/** The exact body of `POST {APP_PY_URL}/api/camera-digest`. */
const digestPayloadSchema = digestSchema
  .extend({ digest_id: z.string() })
  .meta({ id: 'DigestPayload', description: 'What cameras saw in an hour or a day.' });
export type DigestPayload = z.infer<typeof digestPayloadSchema>;

/** What a notice holds before it is put into words. */
const noticePayloadSchema = z
  .object({
    happenings: z.array(
      z.looseObject({ kind: z.string(), cameraId: z.string().nullable(), label: z.string() }),
    ),
    more: z.int(),
    isUrgent: z.boolean().exactOptional(),
  })
  .meta({ id: 'NoticePayload', description: 'What a notification tells.' });
export type NoticePayload = z.infer<typeof noticePayloadSchema>;

const payloadSchema = z
  .union([digestPayloadSchema, cameraStreamPayloadSchema, cameraEventPayloadSchema, noticePayloadSchema])
  .meta({
    id: 'DeliveryPayload',
    description: 'What is told, of a stream, of an event or of a time. Passwords masked.',
  });

const deliverySchema = z
  .object({
    id: z.string(),
    cameraId: z.string().meta({ description: '`*` for what concerns no camera.' }),
    notificationId: z.string().nullable().meta({ description: 'Null: for the analysis backend.' }),
    status: statusSchema,
    attempts: z.int(),
    nextAttemptAt: timeSchema
      .nullable()
      .meta({ description: 'Null as well while an earlier delivery of the camera goes first.' }),
    lastStatus: z.int().nullable().meta({ description: 'HTTP status of the last attempt.' }),
    lastError: z.string().nullable(),
    lastResponse: z.string().nullable().meta({ description: 'The beginning of the answer.' }),
    payload: payloadSchema.nullable().meta({ description: 'Null when it cannot be read any more.' }),
    createdAt: timeSchema,
    updatedAt: timeSchema,
    deliveredAt: timeSchema.nullable(),
  })
  .meta({ id: 'Delivery' });
export type Delivery = z.infer<typeof deliverySchema>;

/** Answer of `GET /api/deliveries`. */
export const deliveryPageSchema = z
  .object({
    deliveries: z.array(deliverySchema),
    nextCursor: nextCursorSchema,
  })
  .meta({ id: 'DeliveryPage' });
export type DeliveryPage = z.infer<typeof deliveryPageSchema>;

/** Answer of `POST /api/deliveries/:deliveryId/retry`. */
export const retriedDeliverySchema = z
  .object({ success: z.literal(true), delivery: deliverySchema })
  .meta({ id: 'RetriedDelivery' });
