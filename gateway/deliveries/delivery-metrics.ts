/** Metrics of the outbox. */
import type { Metric } from '#shared/http/prometheus-text.ts';
import type { DeliveryStats } from './deliveries.ts';

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
