/** `GET /metrics` of a worker, in the Prometheus text format. */
import { histograms, type MetricName, metric, single } from '#shared/contract/metrics.ts';
import type { Histogram } from '#shared/http/histogram.ts';
import { formatMetrics, type Metric } from '#shared/http/prometheus-text.ts';
import type { Camera } from '../camera/camera.ts';
import type { CameraState } from '../camera/camera-connection.ts';
import type { CameraSet } from '../camera/camera-set.ts';

const STATES: readonly CameraState[] = ['connecting', 'live', 'stalled', 'reconnecting', 'unauthorized'];

type OfCameras = Extract<MetricName, `camera_${string}`>;

/** All metrics of this process; the label `worker` lets the gateway join those of several. */
export function workerMetrics(worker: string, set: CameraSet): string {
  const cameras = set.list();
  const perCamera = (name: Exclude<OfCameras, 'camera_state'>, read: (camera: Camera) => number): Metric =>
    metric(
      name,
      cameras.map((camera) => ({ labels: { worker, camera: camera.id }, value: read(camera) })),
    );
  const timesOf = (
    name: 'camera_connect_duration_seconds' | 'camera_frame_latency_seconds',
    read: (camera: Camera) => Histogram,
  ): Metric =>
    histograms(
      name,
      cameras.map((camera) => ({ labels: { worker, camera: camera.id }, histogram: read(camera) })),
    );
  return formatMetrics([
    single('worker_resident_memory_bytes', { worker }, process.memoryUsage.rss()),
    single('worker_uptime_seconds', { worker }, process.uptime()),
    single('worker_cameras', { worker }, cameras.length),
    stateMetric(worker, cameras),
    perCamera('camera_packets_total', (c) => c.connection.meter.packets),
    perCamera('camera_received_bytes_total', (c) => c.connection.meter.bytes),
    perCamera('camera_frame_rate', (c) => c.connection.meter.frameRate()),
    perCamera('camera_decoded_frames_total', (c) => c.counters.decoded),
    perCamera('camera_decode_errors_total', (c) => c.counters.decodeErrors),
    perCamera('camera_degraded_frames_total', (c) => c.counters.degraded),
    perCamera('camera_decoded_in_haste_total', (c) => c.counters.degraded),
    perCamera('camera_encoded_frames_total', (c) => c.counters.encoded),
    perCamera('camera_encode_seconds_total', (c) => c.counters.encodeMs / 1000),
    perCamera('camera_viewers', (c) => set.subscribersOf(c)),
    perCamera('camera_drops_total', (c) => c.counters.drops),
    perCamera('camera_reconnects_total', (c) => c.connection.reconnects),
    timesOf('camera_connect_duration_seconds', (c) => c.connection.connectTimes),
    timesOf('camera_frame_latency_seconds', (c) => c.counters.latency),
  ]);
}

function stateMetric(worker: string, cameras: Camera[]): Metric {
  const samples = cameras.flatMap((camera) =>
    STATES.map((state) => ({
      labels: { worker, camera: camera.id, state },
      value: camera.connection.state === state ? 1 : 0,
    })),
  );
  return metric('camera_state', samples);
}
