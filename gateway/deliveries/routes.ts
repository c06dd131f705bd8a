/** `GET /api/deliveries` and `POST /api/deliveries/:deliveryId/retry` (docs/contract.md, section 7). */
import { parseFields } from '#shared/camera.ts';
import {
  type Delivery,
  type DeliveryPage,
  deliveryIdInPath,
  deliveryPageSchema,
  deliveryQuerySchema,
  type NoticePayload,
  retriedDeliverySchema,
} from '#shared/contract/delivery.ts';
import { pageOf } from '../http/page.ts';
import { json, type Route, type RouteGroup, route } from '../http/route.ts';
import type { DeliveryRow } from '../store/database.ts';
import type { SecretBox } from '../store/secret-box.ts';
import { AFTER_EARLIER_ONE, BACKEND, type DeliveryPayload } from './delivery.ts';
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

/** Deliveries, listed and tried again. */
export function deliveryRoutes(options: DeliveryRoutesOptions): RouteGroup {
  return {
    name: 'Deliveries',
    description:
      'What the analysis backend was told, or will be: retried with growing pauses, then parked for a person to look at.',
    routes: [listRoute(options), retryRoute(options)],
  };
}

function listRoute({ repository, secretBox }: DeliveryRoutesOptions): Route {
  return route({
    id: 'listDeliveries',
    method: 'get',
    path: '/api/deliveries',
    summary: 'Deliveries, newest first',
    request: { query: deliveryQuerySchema, queryExample: { status: 'pending', limit: 20 } },
    answers: { 200: json('One page.', deliveryPageSchema) },
    errors: ['invalid-field'],
    handle: async (req, res) => {
      const { limit, cursor, notificationId, ...filter } = parseFields(deliveryQuerySchema, req.query);
      const rows = await repository.list({
        ...filter,
        ...{ target: notificationId, before: cursor, limit: limit + 1 },
      });
      const { page, nextCursor } = pageOf(rows, limit);
      res.setHeader('Cache-Control', 'no-store');
      res.json({
        deliveries: page.map((row) => describe(row, secretBox)),
        nextCursor,
      } satisfies DeliveryPage);
    },
  });
}

function retryRoute({ repository, secretBox, wake, now = Date.now }: DeliveryRoutesOptions): Route {
  return route({
    id: 'retryDelivery',
    method: 'post',
    path: '/api/deliveries/:deliveryId/retry',
    summary: 'Try a delivery again now',
    request: { params: { deliveryId: deliveryIdInPath } },
    answers: { 200: json('It is tried.', retriedDeliverySchema) },
    errors: ['delivery-not-found', 'delivery-delivered'],
    handle: async (req, res) => {
      const row = await repository.retry(req.params.deliveryId, now());
      wake();
      res.json({ success: true, delivery: describe(row, secretBox) });
    },
  });
}

/** A delivery as clients see it: without passwords, without leases. */
function describe(row: DeliveryRow, secretBox: SecretBox): Delivery {
  const isWaiting = row.status === 'pending' && row.next_attempt_at !== AFTER_EARLIER_ONE;
  return {
    id: row.id,
    cameraId: row.camera_id,
    notificationId: row.target === BACKEND ? null : row.target,
    status: row.status as Delivery['status'],
    attempts: row.attempts,
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
function readPayload(sealed: string, secretBox: SecretBox): Delivery['payload'] {
  try {
    return maskPayload(JSON.parse(secretBox.open(sealed)) as DeliveryPayload | NoticePayload);
  } catch {
    return null;
  }
}
