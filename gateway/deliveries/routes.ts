/** `GET /api/deliveries` and `POST /api/deliveries/:id/retry` (docs/contract.md, section 7). */
import { Router } from 'express';
import { z } from 'zod';
import { parseFields } from '#shared/camera.ts';
import type { DeliveryRow } from '../store/database.ts';
import type { SecretBox } from '../store/secret-box.ts';
import { AFTER_EARLIER_ONE, DELIVERY_STATUSES, type DeliveryPayload } from './delivery.ts';
import type { DeliveryRepository } from './delivery-repository.ts';
import { maskPayload } from './secrets.ts';

export interface DeliveryRoutesOptions {
  repository: Pick<DeliveryRepository, 'list' | 'retry'>;
  secretBox: SecretBox;
  /** Wakes the sender. */
  wake: () => void;
  /** Unix milliseconds. */
  now?: () => number;
}

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

export const deliveryQuerySchema = z.object({
  status: z.enum(DELIVERY_STATUSES).optional(),
  cameraId: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, 'is not a cursor of this list')
    .transform(Number)
    .optional(),
});

/** Routes under `/api/deliveries`. */
export function deliveryRoutes({
  repository,
  secretBox,
  wake,
  now = Date.now,
}: DeliveryRoutesOptions): Router {
  const routes = Router();
  routes.get('/', async (req, res) => {
    const { limit, cursor, ...filter } = parseFields(deliveryQuerySchema, req.query);
    const rows = await repository.list({ ...filter, before: cursor, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    res.setHeader('Cache-Control', 'no-store');
    res.json({
      deliveries: page.map((row) => describe(row, secretBox)),
      nextCursor: last === undefined ? null : String(last.sequence),
    });
  });
  routes.post('/:id/retry', async (req, res) => {
    const row = await repository.retry(req.params.id, now());
    wake();
    res.json({ success: true, delivery: describe(row, secretBox) });
  });
  return routes;
}

/** The public view of a delivery: no passwords, no leases. */
function describe(row: DeliveryRow, secretBox: SecretBox): object {
  const isWaiting = row.status === 'pending' && row.next_attempt_at !== AFTER_EARLIER_ONE;
  return {
    id: row.id,
    cameraId: row.camera_id,
    status: row.status,
    attempts: row.attempts,
    /** Also null while an earlier delivery of the camera goes first. */
    nextAttemptAt: isWaiting ? isoTime(row.next_attempt_at) : null,
    lastStatus: row.last_status,
    lastError: row.last_error,
    lastResponse: row.last_response,
    payload: readPayload(row.payload, secretBox),
    createdAt: isoTime(row.created_at),
    updatedAt: isoTime(row.updated_at),
    deliveredAt: row.delivered_at === null ? null : isoTime(row.delivered_at),
  };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** One payload that is unreadable without its key must not hide the whole list. */
function readPayload(sealed: string, secretBox: SecretBox): DeliveryPayload | null {
  try {
    return maskPayload(JSON.parse(secretBox.open(sealed)) as DeliveryPayload);
  } catch {
    return null;
  }
}
