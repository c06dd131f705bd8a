/** `GET /metrics`: metrics of the gateway and of every worker that responds in time. */
import { metric, single } from '#shared/contract/metrics.ts';
import { formatMetrics, type Metric, mergeExpositions } from '#shared/http/prometheus-text.ts';
import type { WorkerStatus } from '../supervisor/worker-status.ts';
import { pass } from '../worker-access/client.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';

/** Measurements of the gateway itself. */
export interface GatewayGauges {
  sockets: number;
  upstreamSubscriptions: number;
  drops: number;
  cameras: number;
}

export interface MetricsOptions {
  pool: { status(): WorkerStatus[]; address(name: string): WorkerAddress | undefined };
  /** Workers with metrics of their own. */
  workers: () => readonly string[];
  gauges: () => GatewayGauges;
  /** Metrics of other parts of the gateway. */
  further: () => Metric[];
}

/** A slower worker is left out, milliseconds. */
const WORKER_TIMEOUT_MS = 1000;

/** Creates the collector. */
export function createMetrics({ pool, workers, gauges, further }: MetricsOptions): () => Promise<string> {
  return async () => {
    const addresses = workers()
      .map((name) => pool.address(name))
      .filter((address) => address !== undefined);
    const texts = await Promise.all(addresses.map(fetchExposition));
    const own = [...gatewayMetrics(gauges(), pool.status()), ...further()];
    return mergeExpositions([formatMetrics(own), ...texts]);
  };
}

async function fetchExposition(worker: WorkerAddress): Promise<string> {
  try {
    const request = { method: 'GET', path: '/metrics', timeoutMs: WORKER_TIMEOUT_MS } as const;
    const { status, body } = await pass(worker, request);
    return status === 200 ? body.toString() : '';
  } catch {
    // Its state is among the gateway's metrics.
    return '';
  }
}

function gatewayMetrics(
  { sockets, upstreamSubscriptions, drops, cameras }: GatewayGauges,
  workers: WorkerStatus[],
): Metric[] {
  const perWorker = (
    name: 'worker_ready' | 'worker_restarts_total',
    read: (worker: WorkerStatus) => number,
  ) =>
    metric(
      name,
      workers.map((worker) => ({ labels: { worker: worker.name }, value: read(worker) })),
    );
  return [
    single('gateway_resident_memory_bytes', {}, process.memoryUsage.rss()),
    single('gateway_uptime_seconds', {}, process.uptime()),
    single('gateway_cameras', {}, cameras),
    single('gateway_client_sockets', {}, sockets),
    single('gateway_upstream_subscriptions', {}, upstreamSubscriptions),
    single('gateway_dropped_frames_total', {}, drops),
    perWorker('worker_ready', ({ state }) => (state === 'ready' ? 1 : 0)),
    metric(
      'worker_state',
      workers.map(({ name, state }) => ({ labels: { worker: name, state }, value: 1 })),
    ),
    perWorker('worker_restarts_total', ({ restarts }) => restarts),
  ];
}
