/** Metrics of the outbox. */
import { metric, single } from '#shared/contract/metrics.ts';
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
  const byStatus = Object.entries(counts ?? {}).map(([status, value]) => ({ labels: { status }, value }));
  return [
    metric('gateway_deliveries', byStatus),
    single('gateway_deliveries_oldest_pending_seconds', {}, oldestPendingSeconds ?? 0),
    single('gateway_deliveries_sent_total', {}, delivered),
    single('gateway_delivery_failures_total', {}, failures),
  ];
}
