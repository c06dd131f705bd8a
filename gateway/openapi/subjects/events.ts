/** What happened at cameras. */
import { z } from 'zod';
import { eventQuerySchema, eventStreamQuerySchema } from '../../events/routes.ts';
import { json, type Subject } from '../operation.ts';

const eventSchema = z
  .object({
    id: z.string(),
    cameraId: z.string(),
    kind: z.string().meta({ description: '`motion`, `person`, `face` or `watch`.' }),
    label: z.string(),
    score: z.number().nullable().meta({ description: 'The best so far, 0 to 1.' }),
    state: z.enum(['open', 'ended']),
    startedAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable().meta({ description: 'Null while it goes on, like the duration.' }),
    durationMs: z.number().nullable(),
    snapshotUrl: z.string().nullable().meta({ description: 'Path of its best picture.' }),
    data: z.record(z.string(), z.unknown()).meta({ description: 'What else is known of it.' }),
  })
  .meta({ id: 'Event' });

const changeSchema = eventSchema
  .extend({ type: z.enum(['start', 'update', 'end']) })
  .meta({ id: 'EventChange' });

const FILTER = { cameraId: 'Only those at this camera.', kind: 'Only those of this kind.' };

export const EVENTS: Subject = {
  name: 'Events',
  description: 'What analysis and watches saw, with the best picture of it.',
  operations: [
    {
      id: 'listEvents',
      method: 'get',
      path: '/api/events',
      summary: 'Events, newest first',
      query: {
        schema: eventQuerySchema,
        meanings: {
          ...FILTER,
          label: 'Only those with this label.',
          state: 'Only those.',
          since: 'Started at this time or later: Unix seconds or ISO 8601.',
          until: 'Started before this time.',
          minScore: 'Only those with this score or a better one.',
          limit: 'Most events in the answer.',
          cursor: '`nextCursor` of the page before.',
        },
        example: { kind: 'motion', since: '2026-01-01T00:00:00Z', limit: 20 },
      },
      answers: {
        200: json('One page.', z.object({ events: z.array(eventSchema), nextCursor: z.string().nullable() })),
      },
      errors: ['invalid-field'],
    },
    {
      id: 'followEvents',
      method: 'get',
      path: '/api/events/stream',
      summary: 'Changes of events, live',
      description:
        'Server-sent events called `start`, `update` and `end`; the data is the event as in the list, with the same word as `type`. A client that comes back with `Last-Event-ID` misses nothing.',
      query: {
        schema: eventStreamQuerySchema,
        meanings: { ...FILTER, lastEventId: 'For clients that cannot set the header.' },
        example: { kind: 'motion' },
      },
      headers: { 'Last-Event-ID': 'The `id` of the last message that came.' },
      answers: {
        200: { description: 'Messages without end.', type: 'text/event-stream', schema: changeSchema },
      },
      errors: ['invalid-field', 'too-many-requests'],
    },
    {
      id: 'getEvent',
      method: 'get',
      path: '/api/events/{eventId}',
      summary: 'One event',
      answers: { 200: json('The event.', eventSchema) },
      errors: ['event-not-found'],
    },
    {
      id: 'getEventSnapshot',
      method: 'get',
      path: '/api/events/{eventId}/snapshot',
      summary: 'The best picture of an event',
      description: 'A better one may come while the event goes on.',
      answers: { 200: { description: 'A JPEG.', type: 'image/jpeg' } },
      errors: ['event-not-found'],
    },
  ],
};
