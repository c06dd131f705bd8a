/** `GET /api/events`, one event, its snapshot and the live stream (docs/contract.md, section 8). */
import { type Request, Router } from 'express';
import { z } from 'zod';
import { parseFields } from '#shared/camera.ts';
import { AppError } from '#shared/errors.ts';
import type { EventRepository } from './event-repository.ts';
import { EventStream } from './event-stream.ts';
import { viewEvent } from './event-view.ts';

export interface EventRoutesOptions {
  repository: EventRepository;
  /** Calls after every change. */
  onChange: (listener: () => void) => () => void;
  /** Open streams, closed when the gateway stops. */
  streams: Set<EventStream>;
}

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;
const MAX_STREAMS = 100;
const SECOND_MS = 1000;
/** Larger numbers are milliseconds, not seconds, since 1970. */
const MAX_SECONDS = 100_000_000_000;

/** Unix seconds, Unix milliseconds or ISO 8601. */
const timeSchema = z
  .string()
  .max(40)
  .transform(readTime)
  .refine((ms) => !Number.isNaN(ms), 'must be a time: Unix seconds or ISO 8601');
const cursorSchema = z
  .string()
  .regex(/^\d{1,16}$/, 'is not a cursor of this list')
  .transform(Number);

export const eventQuerySchema = z.object({
  cameraId: z.string().max(64).optional(),
  kind: z.string().max(32).optional(),
  label: z.string().max(200).optional(),
  state: z.enum(['open', 'ended']).optional(),
  since: timeSchema.optional(),
  until: timeSchema.optional(),
  minScore: z.coerce.number().min(0).max(1).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
  cursor: cursorSchema.optional(),
});
export const eventStreamQuerySchema = z.object({
  cameraId: z.string().max(64).optional(),
  kind: z.string().max(32).optional(),
  /** For clients that cannot set the header. */
  lastEventId: cursorSchema.optional(),
});

/** Routes under `/api/events`. */
export function eventRoutes({ repository, onChange, streams }: EventRoutesOptions): Router {
  const routes = Router();
  routes.get('/', async (req, res) => {
    const { limit, cursor, state, ...filter } = parseFields(eventQuerySchema, req.query);
    const isOpen = state === undefined ? undefined : state === 'open';
    const rows = await repository.list({ ...filter, isOpen, before: cursor, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    res.setHeader('Cache-Control', 'no-store');
    res.json({
      events: page.map(viewEvent),
      nextCursor: last === undefined ? null : String(last.sequence),
    });
  });
  routes.get('/stream', async (req, res) => {
    const { lastEventId, ...filter } = parseFields(eventStreamQuerySchema, req.query);
    const after = lastEventIdOf(req) ?? lastEventId;
    if (streams.size >= MAX_STREAMS) {
      throw new AppError('too-many-requests', `This gateway serves at most ${MAX_STREAMS} event streams`, {
        retryAfter: 5,
      });
    }
    const stream = new EventStream(res, filter, { repository, onChange });
    streams.add(stream);
    res.on('close', () => streams.delete(stream));
    await stream.start(after);
  });
  routes.get('/:id', async (req, res) => {
    res.setHeader('Cache-Control', 'no-store');
    res.json(viewEvent(await repository.get(req.params.id)));
  });
  routes.get('/:id/snapshot', async (req, res) => {
    const jpeg = await repository.snapshot(req.params.id);
    // The best picture changes while the event is ongoing.
    res.setHeader('Cache-Control', 'no-cache');
    res.type('image/jpeg').send(jpeg);
  });
  return routes;
}

function lastEventIdOf(req: Request): number | undefined {
  const given = req.get('Last-Event-ID');
  return given === undefined || given === '' ? undefined : parseFields(cursorSchema, given);
}

function readTime(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || Number.isNaN(number)) return Date.parse(text);
  return number < MAX_SECONDS ? number * SECOND_MS : number;
}
