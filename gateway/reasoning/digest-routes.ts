/** `GET /api/reason/digest`. */
import { parseFields } from '#shared/camera.ts';
import { digestQuerySchema, digestSchema } from '#shared/contract/digest.ts';
import { AppError } from '#shared/errors.ts';
import { goneSignal } from '#shared/http/gone-signal.ts';
import { principalOf } from '../auth/principal.ts';
import { camerasOf } from '../auth/rights.ts';
import { json, type Route, route } from '../http/route.ts';
import type { Digests } from './digests.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_MS = 31 * DAY_MS;

/** What happened. */
export function digestRoute(digests: Pick<Digests, 'make'>): Route {
  return route({
    id: 'getDigest',
    method: 'get',
    path: '/api/reason/digest',
    access: 'viewer',
    cameraScope: 'handled',
    limit: 'moondream',
    summary: 'Events and answers of a time, summed up',
    description:
      'Counts, a timeline, what was answered, the three most telling pictures, and a paragraph by the provider where there is one. Viewers, who may cost nothing, get it without the paragraph.',
    request: {
      query: digestQuerySchema,
      queryExample: { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
    },
    answers: { 200: json('The digest.', digestSchema) },
    errors: ['invalid-field'],
    handle: async (req, res) => {
      const { from: first, to = Date.now(), text } = parseFields(digestQuerySchema, req.query);
      const from = first ?? to - DAY_MS;
      if (from >= to || to - from > MAX_MS)
        throw new AppError('invalid-field', 'from: must be before to, by at most 31 days', { field: 'from' });
      const signal = goneSignal(res);
      const hasText = text === 'true' && principalOf(req)?.role !== 'viewer';
      try {
        const digest = await digests.make({
          from,
          to,
          cameras: camerasOf(req),
          hasText,
          signal,
        });
        res.setHeader('Cache-Control', 'no-store');
        res.json(digest);
      } catch (error) {
        // The client has gone.
        if (!signal.aborted) throw error;
      }
    },
  });
}
