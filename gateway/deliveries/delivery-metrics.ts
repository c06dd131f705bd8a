/** Metrics of the outbox. */
import type { Metric } from '#shared/http/prometheus-text.ts';

/** State for health and metrics, from memory. */
export interface DeliveryStats {
  /** Whether a receiver is configured. */
  isConfigured: boolean;
  /** Rows by status, a few seconds old; undefined before the first count. */
  counts: { pending: number; delivered: number; parked: number } | undefined;
  /** Age of the oldest undelivered delivery, seconds. */
  oldestPendingSeconds: number | undefined;
  /** Since the start of this gateway. */
  delivered: number;
  /** Failed attempts since the start of this gateway. */
  failures: number;
  /** The last failed attempt of this gateway; free of secrets. */
  lastError: { at: string; cameraId: string; deliveryId: string; error: string } | undefined;
}

/** Metrics of deliveries; uncounted ones are missing. */
export function deliveryMetrics({
  counts,
  oldestPendingSeconds,
  delivered,
  failures,
}: DeliveryStats): Metric[] {
  return [
    ...(counts === undefined
      ? []
      : [
          {
            name: 'gateway_deliveries',
            help: 'Deliveries in the outbox by status.',
            type: 'gauge' as const,
            samples: Object.entries(counts).map(([status, value]) => ({ labels: { status }, value })),
          },
        ]),
    single(
      'gateway_deliveries_oldest_pending_seconds',
      'Age of the oldest that has not arrived.',
      'gauge',
      oldestPendingSeconds ?? 0,
    ),
    single('gateway_deliveries_sent_total', 'Deliveries that arrived since the start.', 'counter', delivered),
    single('gateway_delivery_failures_total', 'Attempts that failed since the start.', 'counter', failures),
  ];
}

function single(name: string, help: string, type: 'gauge' | 'counter', value: number): Metric {
  return { name, help, type, samples: [{ labels: {}, value }] };
}
