/** `GET /metrics` of a worker, in the Prometheus text format. */
import { formatMetrics, type Metric } from '#shared/http/prometheus-text.ts';
import type { Camera } from '../camera/camera.ts';
import type { CameraState } from '../camera/camera-connection.ts';

const STATES: readonly CameraState[] = ['connecting', 'live', 'stalled', 'reconnecting', 'unauthorized'];

/** All metrics of this process; the label `worker` lets the gateway join those of several. */
export function workerMetrics(worker: string, cameras: Camera[]): string {
  const perCamera = (
    name: string,
    help: string,
    type: 'counter' | 'gauge',
    read: (camera: Camera) => number,
  ): Metric => ({
    name,
    help,
    type,
    samples: cameras.map((camera) => ({ labels: { worker, camera: camera.id }, value: read(camera) })),
  });
  return formatMetrics([
    gauge(
      'worker_resident_memory_bytes',
      'Resident set size of the worker.',
      worker,
      process.memoryUsage.rss(),
    ),
    gauge('worker_uptime_seconds', 'Seconds since the worker started.', worker, process.uptime()),
    gauge('worker_cameras', 'Cameras this worker runs.', worker, cameras.length),
    stateMetric(worker, cameras),
    perCamera('camera_packets_total', 'Access units received.', 'counter', (c) => c.connection.meter.packets),
    perCamera(
      'camera_received_bytes_total',
      'Bytes of video received.',
      'counter',
      (c) => c.connection.meter.bytes,
    ),
    perCamera('camera_frame_rate', 'Frames per second over the last seconds.', 'gauge', (c) =>
      c.connection.meter.frameRate(),
    ),
    perCamera('camera_decoded_frames_total', 'Packets decoded.', 'counter', (c) => c.counters.decoded),
    perCamera(
      'camera_decode_errors_total',
      'Packets that could not be decoded.',
      'counter',
      (c) => c.counters.decodeErrors,
    ),
    perCamera(
      'camera_degraded_frames_total',
      'Packets decoded in lower quality, since the machine could not keep up.',
      'counter',
      (c) => c.counters.degraded,
    ),
    perCamera(
      'camera_decoded_in_haste_total',
      'Deprecated: camera_degraded_frames_total under its former name.',
      'counter',
      (c) => c.counters.degraded,
    ),
    perCamera('camera_encoded_frames_total', 'Pictures encoded.', 'counter', (c) => c.counters.encoded),
    perCamera(
      'camera_encode_seconds_total',
      'Time spent in encoding.',
      'counter',
      (c) => c.counters.encodeMs / 1000,
    ),
    perCamera('camera_viewers', 'Subscribers of the camera.', 'gauge', (c) => c.viewers),
    perCamera('camera_drops_total', 'Frames that slow viewers skipped.', 'counter', (c) => c.counters.drops),
    perCamera(
      'camera_reconnects_total',
      'Attempts to connect after the first.',
      'counter',
      (c) => c.connection.reconnects,
    ),
  ]);
}

function gauge(name: string, help: string, worker: string, value: number): Metric {
  return { name, help, type: 'gauge', samples: [{ labels: { worker }, value }] };
}

function stateMetric(worker: string, cameras: Camera[]): Metric {
  return {
    name: 'camera_state',
    help: 'State of the camera: 1 for the one it is in.',
    type: 'gauge',
    samples: cameras.flatMap((camera) =>
      STATES.map((state) => ({
        labels: { worker, camera: camera.id, state },
        value: camera.connection.state === state ? 1 : 0,
      })),
    ),
  };
}
