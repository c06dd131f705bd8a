/** `GET /api/events`, one event, its snapshot and the live stream (docs/contract.md, section 8). */
import type { Request } from 'express';
import { parseFields } from '#shared/camera.ts';
import {
  type EventPage,
  eventChangeSchema,
  eventCursorSchema,
  eventIdInPath,
  eventPageSchema,
  eventQuerySchema,
  eventSchema,
  eventSnapshotQuerySchema,
  eventStreamQuerySchema,
} from '#shared/contract/event.ts';
import { AppError } from '#shared/errors.ts';
import { camerasOf } from '../auth/rights.ts';
import { answeredHead } from '../http/event-stream.ts';
import { pageOf } from '../http/page.ts';
import { content, json, type Route, type RouteGroup, route } from '../http/route.ts';
import type { EventRepository } from './event-repository.ts';
import { EventStream } from './event-stream.ts';
import { viewEvent } from './event-view.ts';

export interface EventRoutesOptions {
  repository: EventRepository;
  /** Calls after every change. */
  onChange: (listener: () => void) => () => void;
  /** Whether other gateways store events too. */
  isShared: boolean;
  /** Open streams, closed when the gateway stops. */
  streams: Set<EventStream>;
}

const MAX_STREAMS = 100;

/** Events, listed, one by one and live. */
export function eventRoutes(options: EventRoutesOptions): RouteGroup {
  const { repository } = options;
  const common = {
    method: 'get',
    access: 'viewer',
    cameraScope: 'handled',
    errors: ['event-not-found'],
    request: { params: { eventId: eventIdInPath } },
  } as const;
  return {
    name: 'Events',
    description: 'What analysis and watches saw, with the best picture of it.',
    routes: [
      listRoute(options),
      streamRoute(options),
      route({
        ...common,
        id: 'getEvent',
        path: '/api/events/:eventId',
        summary: 'One event',
        answers: { 200: json('The event.', eventSchema) },
        handle: async (req, res) => {
          res.setHeader('Cache-Control', 'no-store');
          res.json(viewEvent(await repository.get(req.params.eventId, camerasOf(req))));
        },
      }),
      route({
        ...common,
        id: 'getEventSnapshot',
        path: '/api/events/:eventId/snapshot',
        limit: 'pictures',
        summary: 'The best picture of an event, or its first',
        description: 'A better one may come while the event goes on.',
        request: { params: common.request.params, query: eventSnapshotQuerySchema },
        errors: ['event-not-found', 'invalid-field'],
        answers: { 200: content('A JPEG.', 'image/jpeg') },
        handle: async (req, res) => {
          const { picture } = parseFields(eventSnapshotQuerySchema, req.query);
          const jpeg = await repository.snapshot(req.params.eventId, camerasOf(req), picture);
          // The best picture changes while the event goes on.
          res.setHeader('Cache-Control', 'no-cache');
          res.type('image/jpeg').send(jpeg);
        },
      }),
    ],
  };
}

function listRoute({ repository }: EventRoutesOptions): Route {
  return route({
    id: 'listEvents',
    method: 'get',
    path: '/api/events',
    access: 'viewer',
    cameraScope: 'handled',
    summary: 'Events, newest first',
    request: {
      query: eventQuerySchema,
      queryExample: { kind: 'motion', since: '2026-01-01T00:00:00Z', limit: 20 },
    },
    answers: { 200: json('One page.', eventPageSchema) },
    errors: ['invalid-field'],
    handle: async (req, res) => {
      const { limit, cursor, state, ...filter } = parseFields(eventQuerySchema, req.query);
      const isOpen = state === undefined ? undefined : state === 'open';
      const rows = await repository.list({
        ...filter,
        ...{ isOpen, cameras: camerasOf(req), before: cursor, limit: limit + 1 },
      });
      const { page, nextCursor } = pageOf(rows, limit);
      res.setHeader('Cache-Control', 'no-store');
      res.json({ events: page.map(viewEvent), nextCursor } satisfies EventPage);
    },
  });
}

function streamRoute({ repository, onChange, isShared, streams }: EventRoutesOptions): Route {
  return route({
    id: 'followEvents',
    method: 'get',
    path: '/api/events/stream',
    access: 'viewer',
    cameraScope: 'handled',
    summary: 'Changes of events, live',
    description:
      'Server-sent events called `start`, `update` and `end`; the data is the event as in the list, with the same word as `type`. A client that comes back with `Last-Event-ID` misses nothing.',
    request: {
      query: eventStreamQuerySchema,
      queryExample: { kind: 'motion' },
      headers: { 'Last-Event-ID': 'The `id` of the last message that came.' },
    },
    answers: {
      200: { description: 'Messages without end.', type: 'text/event-stream', schema: eventChangeSchema },
    },
    errors: ['invalid-field', 'too-many-requests'],
    handle: async (req, res) => {
      const { lastEventId, ...filter } = parseFields(eventStreamQuerySchema, req.query);
      const after = lastEventIdOf(req) ?? lastEventId;
      if (answeredHead(req, res)) return;
      if (streams.size >= MAX_STREAMS) {
        throw new AppError('too-many-requests', `This gateway serves at most ${MAX_STREAMS} event streams`, {
          retryAfter: 5,
        });
      }
      const stream = new EventStream(
        res,
        { ...filter, cameras: camerasOf(req) },
        { repository, onChange, isShared },
      );
      streams.add(stream);
      res.on('close', () => streams.delete(stream));
      await stream.start(after);
    },
  });
}

function lastEventIdOf(req: Pick<Request, 'get'>): number | undefined {
  const given = req.get('Last-Event-ID');
  return given === undefined || given === '' ? undefined : parseFields(eventCursorSchema, given);
}
