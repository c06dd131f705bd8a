/** Events: what analysis and watches saw. */
import { z } from 'zod';
import { idInPath, listCursorSchema, nextCursorSchema, pageFields, timeSchema } from './common.ts';

const SECOND_MS = 1000;
/** Numbers below are Unix seconds, numbers above Unix milliseconds. */
const MAX_SECONDS = 100_000_000_000;

/** Pictures of an event. */
export const EVENT_PICTURES = ['first', 'best'] as const;

/** An event id as part of a path. */
export const eventIdInPath = idInPath('Id of the event.', '6f1de1b2-0c86-4a51-8f2e-5a3f0d9b7c11');

/** Unix seconds, Unix milliseconds or ISO 8601. */
export const anyTimeSchema = z
  .string()
  .max(40)
  .transform(readTime)
  .refine((ms) => !Number.isNaN(ms), 'must be a time: Unix seconds or ISO 8601');
/** Number of an event in the list and in the stream. */
export const eventCursorSchema = listCursorSchema;

const filter = {
  cameraId: z.string().max(64).optional().meta({ description: 'Only those at this camera.' }),
  kind: z.string().max(32).optional().meta({ description: 'Only those of this kind.' }),
  zone: z.string().max(40).optional().meta({ description: 'Only those in the zone of this name.' }),
};

/** Query of `GET /api/events`. */
export const eventQuerySchema = z.object({
  ...filter,
  label: z.string().max(200).optional().meta({ description: 'Only those with this label.' }),
  search: z.string().trim().min(1).max(200).optional().meta({
    description: 'Only those with this text in the label, in names of zones, or in questions and answers.',
  }),
  state: z.enum(['open', 'ended']).optional().meta({ description: 'Only those.' }),
  since: anyTimeSchema
    .optional()
    .meta({ description: 'Started at this time or later: Unix seconds or ISO 8601.' }),
  until: anyTimeSchema.optional().meta({ description: 'Started before this time.' }),
  minScore: z.coerce
    .number()
    .min(0)
    .max(1)
    .optional()
    .meta({ description: 'Only those with this score or a better one.' }),
  ...pageFields('events'),
});

/** Query of `GET /api/events/stream`. */
export const eventStreamQuerySchema = z.object({
  ...filter,
  lastEventId: eventCursorSchema.optional().meta({ description: 'For clients that cannot set the header.' }),
});

/** Query of `GET /api/events/:eventId/snapshot`. */
export const eventSnapshotQuerySchema = z.object({
  picture: z
    .enum(EVENT_PICTURES)
    .default('best')
    .meta({ description: '`first`: of its beginning; `best`: the largest and most certain.' }),
});

const eventPictureSchema = z
  .object({
    url: z.string().meta({ description: 'Path of the JPEG.' }),
    takenAt: timeSchema,
    objects: z
      .array(
        z.object({
          label: z.string(),
          score: z.number().nullable().meta({ description: 'Null: what a watch found.' }),
          box: z
            .tuple([z.number(), z.number(), z.number(), z.number()])
            .meta({ description: 'Left, top, width and height, from 0 to 1.' }),
        }),
      )
      .meta({ description: 'What was found in it, the most certain first.' }),
  })
  .meta({ id: 'EventPicture' });

/** An event as clients see it. */
export const eventSchema = z
  .object({
    id: z.string(),
    cameraId: z.string(),
    kind: z.string().meta({
      description:
        '`motion`, `person`, `face` or `watch`; of a camera itself `tampering` and `crossing` too.',
    }),
    label: z.string(),
    score: z.number().nullable().meta({ description: 'The best so far, 0 to 1; null where there is none.' }),
    state: z.enum(['open', 'ended']),
    startedAt: timeSchema,
    updatedAt: timeSchema,
    endedAt: timeSchema.nullable().meta({ description: 'Null while it goes on, like the duration.' }),
    durationMs: z.number().nullable(),
    zones: z
      .array(z.string())
      .meta({ description: 'Names of the zones in which it was seen, in the order of that.' }),
    snapshotUrl: z.string().nullable().meta({ description: 'Path of its best picture.' }),
    pictures: z.object({ first: eventPictureSchema.nullable(), best: eventPictureSchema }).nullable().meta({
      description:
        'Null without a picture, and for events of earlier versions, of which only the JPEG is known.',
    }),
    clipUrl: z.string().nullable().meta({ description: 'Path of what was recorded around it.' }),
    data: z.record(z.string(), z.unknown()).meta({ description: 'What else is known of it.' }),
  })
  .meta({ id: 'CameraEvent' });
export type CameraEvent = z.infer<typeof eventSchema>;

/** Answer of `GET /api/events`. */
export const eventPageSchema = z
  .object({
    events: z.array(eventSchema),
    nextCursor: nextCursorSchema,
  })
  .meta({ id: 'EventPage' });
export type EventPage = z.infer<typeof eventPageSchema>;

/** Data of a message of `GET /api/events/stream`. */
export const eventChangeSchema = eventSchema
  .extend({ type: z.enum(['start', 'update', 'end']) })
  .meta({ id: 'EventChange' });

function readTime(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || Number.isNaN(number)) return Date.parse(text);
  return number < MAX_SECONDS ? number * SECOND_MS : number;
}
