/** All metrics of `GET /metrics`: what gateway and workers expose, and what the API description lists. */
import type { Histogram } from '../http/histogram.ts';
import type { Metric } from '../http/prometheus-text.ts';

/** Each by its name, with its help and the names of its labels. */
export const METRICS = {
  gateway_resident_memory_bytes: gauge('Resident set size of the gateway.'),
  gateway_uptime_seconds: gauge('Seconds since the gateway started.'),
  gateway_cameras: gauge('Cameras that the gateway keeps connected.'),
  gateway_client_sockets: gauge('Open client WebSockets.'),
  gateway_upstream_subscriptions: gauge('Subscriptions carried by the links to workers.'),
  gateway_dropped_frames_total: counter('Frames that slow clients skipped.'),
  gateway_request_duration_seconds: histogram(
    'Time from a request to the headers of its answer.',
    'route',
    'status',
  ),
  worker_ready: gauge('Whether the worker is ready.', 'worker'),
  worker_state: gauge('State of the worker: 1 for the one it is in.', 'worker', 'state'),
  worker_restarts_total: counter('Starts of the worker after the first.', 'worker'),
  gateway_mediamtx_sync_up: gauge('Whether the last MediaMTX sync succeeded.', 'server'),
  gateway_mediamtx_sync_age_seconds: gauge('Seconds since the last good MediaMTX sync.', 'server'),
  gateway_mediamtx_sync_successes_total: counter('Times the MediaMTX sync succeeded.', 'server'),
  gateway_mediamtx_sync_failures_total: counter('Times the MediaMTX sync failed.', 'server'),
  gateway_mediamtx_paths: gauge('Paths that the last sync saw.', 'server'),
  gateway_mediamtx_paths_skipped: gauge('Paths that the last sync could not read.', 'server'),
  gateway_mediamtx_manage_up: gauge('Whether the last MediaMTX management succeeded.', 'server'),
  gateway_mediamtx_manage_age_seconds: gauge('Seconds since the last good MediaMTX management.', 'server'),
  gateway_mediamtx_manage_successes_total: counter('Times the MediaMTX management succeeded.', 'server'),
  gateway_mediamtx_manage_failures_total: counter('Times the MediaMTX management failed.', 'server'),
  gateway_mediamtx_managed_paths: gauge('Paths of ours that MediaMTX carries.', 'server'),
  gateway_mediamtx_manage_problems: gauge('Cameras that MediaMTX should carry and does not.', 'server'),
  gateway_deliveries: gauge('Deliveries in the outbox by status.', 'status'),
  gateway_deliveries_oldest_pending_seconds: gauge('Age of the oldest pending delivery.'),
  gateway_deliveries_sent_total: counter('Deliveries that arrived since the start.'),
  gateway_delivery_failures_total: counter('Attempts that failed since the start.'),
  gateway_events_total: counter('Events that began since the start, by kind.', 'kind'),
  gateway_mqtt_connected: gauge('Whether the gateway is connected to the MQTT broker.'),
  gateway_mqtt_connections_total: counter('Connections to the MQTT broker since the start.'),
  gateway_mqtt_events_total: counter('Changes of events that the MQTT broker has acknowledged.'),
  gateway_mqtt_messages_total: counter('Further messages given to the MQTT broker.'),
  gateway_mqtt_commands_total: counter('Commands of MQTT clients by outcome.', 'outcome'),
  worker_resident_memory_bytes: gauge('Resident set size of the worker.', 'worker'),
  worker_uptime_seconds: gauge('Seconds since the worker started.', 'worker'),
  worker_cameras: gauge('Cameras this worker runs.', 'worker'),
  camera_state: gauge('State of the camera: 1 for the one it is in.', 'worker', 'camera', 'state'),
  camera_packets_total: counter('Access units received.', 'worker', 'camera'),
  camera_received_bytes_total: counter('Bytes of video received.', 'worker', 'camera'),
  camera_frame_rate: gauge('Frames per second over the last seconds.', 'worker', 'camera'),
  camera_decoded_frames_total: counter('Packets decoded.', 'worker', 'camera'),
  camera_decode_errors_total: counter('Packets that could not be decoded.', 'worker', 'camera'),
  camera_degraded_frames_total: counter(
    'Packets decoded in lower quality, since the machine could not keep up.',
    'worker',
    'camera',
  ),
  camera_decoded_in_haste_total: counter(
    'Deprecated: camera_degraded_frames_total under its former name.',
    'worker',
    'camera',
  ),
  camera_encoded_frames_total: counter('Pictures encoded.', 'worker', 'camera'),
  camera_encode_seconds_total: counter('Time spent in encoding.', 'worker', 'camera'),
  camera_viewers: gauge('Subscribers of the camera.', 'worker', 'camera'),
  camera_drops_total: counter('Frames that slow viewers skipped.', 'worker', 'camera'),
  camera_reconnects_total: counter('Attempts to connect after the first.', 'worker', 'camera'),
  camera_connect_duration_seconds: histogram(
    'Time from an attempt to connect to the first keyframe.',
    'worker',
    'camera',
  ),
  camera_frame_latency_seconds: histogram(
    'Time from the capture of a frame to its hand-over to viewers.',
    'worker',
    'camera',
  ),
  analysis_cameras: gauge('Cameras that are analysed.', 'worker'),
  analysis_inferences_total: counter('Pictures a detector has looked at.', 'worker'),
  analysis_inference_failures_total: counter('Inferences that failed.', 'worker'),
  analysis_inference_seconds_total: counter('Time spent in detectors.', 'worker'),
  analysis_dropped_results_total: counter('Detections a slow gateway did not get.', 'worker'),
  analysis_resident_memory_bytes: gauge('Resident set size.', 'worker'),
  analysis_pictures_total: counter('Pictures looked at for motion.', 'worker', 'camera'),
  analysis_motion_milliseconds_total: counter('Time spent on motion detection.', 'worker', 'camera'),
} as const;

export type MetricName = keyof typeof METRICS;

interface Definition<Labels extends readonly string[]> {
  type: Metric['type'];
  help: string;
  labels: Labels;
}

/** `Record<never, string>` would accept any label. */
type Labelled<Label extends string> = [Label] extends [never] ? Record<string, never> : Record<Label, string>;

/** A value with the labels that the catalogue names. */
export interface Sample<Name extends MetricName> {
  labels: Labelled<(typeof METRICS)[Name]['labels'][number]>;
  value: number;
}

/** A metric of the catalogue with its samples. */
export function metric<Name extends MetricName>(name: Name, samples: Sample<Name>[]): Metric {
  const { type, help } = METRICS[name];
  return { name, type, help, samples };
}

/** A histogram of the catalogue, with the observations of each set of labels. */
export function histograms<Name extends MetricName>(
  name: Name,
  observed: { labels: Sample<Name>['labels']; histogram: Histogram }[],
): Metric {
  const { type, help } = METRICS[name];
  return {
    name,
    type,
    help,
    samples: observed.flatMap(({ labels, histogram }) => histogram.samples(labels)),
  };
}

/** A metric of the catalogue with one sample. */
export function single<Name extends MetricName>(
  name: Name,
  labels: Sample<Name>['labels'],
  value: number,
): Metric {
  return metric(name, [{ labels, value }]);
}

function gauge<const Labels extends readonly string[]>(help: string, ...labels: Labels): Definition<Labels> {
  return { type: 'gauge', help, labels };
}

function counter<const Labels extends readonly string[]>(
  help: string,
  ...labels: Labels
): Definition<Labels> {
  return { type: 'counter', help, labels };
}

function histogram<const Labels extends readonly string[]>(
  help: string,
  ...labels: Labels
): Definition<Labels> {
  return { type: 'histogram', help, labels };
}
