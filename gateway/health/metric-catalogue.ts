/** All metrics of gateway and workers; a test compares them with the exposed ones. */

/** A metric of `GET /metrics`. */
export interface CataloguedMetric {
  name: string;
  type: 'counter' | 'gauge';
  labels: readonly string[];
  help: string;
}

export const METRICS: readonly CataloguedMetric[] = [
  {
    name: 'gateway_resident_memory_bytes',
    type: 'gauge',
    labels: [],
    help: 'Resident set size of the gateway.',
  },
  { name: 'gateway_uptime_seconds', type: 'gauge', labels: [], help: 'Seconds since the gateway started.' },
  { name: 'gateway_cameras', type: 'gauge', labels: [], help: 'Cameras that are wanted.' },
  { name: 'gateway_client_sockets', type: 'gauge', labels: [], help: 'Open client WebSockets.' },
  {
    name: 'gateway_upstream_subscriptions',
    type: 'gauge',
    labels: [],
    help: 'Subscriptions carried by the links to workers.',
  },
  {
    name: 'gateway_dropped_frames_total',
    type: 'counter',
    labels: [],
    help: 'Frames that slow clients skipped.',
  },
  { name: 'worker_ready', type: 'gauge', labels: ['worker'], help: 'Whether the worker is ready.' },
  {
    name: 'worker_state',
    type: 'gauge',
    labels: ['worker', 'state'],
    help: 'State of the worker: 1 for the one it is in.',
  },
  {
    name: 'worker_restarts_total',
    type: 'counter',
    labels: ['worker'],
    help: 'Starts of the worker after the first.',
  },
  {
    name: 'gateway_mediamtx_sync_up',
    type: 'gauge',
    labels: [],
    help: 'Whether the last MediaMTX sync succeeded.',
  },
  {
    name: 'gateway_mediamtx_sync_age_seconds',
    type: 'gauge',
    labels: [],
    help: 'Seconds since the last good MediaMTX sync.',
  },
  {
    name: 'gateway_mediamtx_sync_successes_total',
    type: 'counter',
    labels: [],
    help: 'Times the MediaMTX sync succeeded.',
  },
  {
    name: 'gateway_mediamtx_sync_failures_total',
    type: 'counter',
    labels: [],
    help: 'Times the MediaMTX sync failed.',
  },
  { name: 'gateway_mediamtx_paths', type: 'gauge', labels: [], help: 'Paths that the last sync saw.' },
  {
    name: 'gateway_mediamtx_paths_skipped',
    type: 'gauge',
    labels: [],
    help: 'Paths that the last sync could not read.',
  },
  {
    name: 'gateway_mediamtx_manage_up',
    type: 'gauge',
    labels: [],
    help: 'Whether the last MediaMTX management succeeded.',
  },
  {
    name: 'gateway_mediamtx_manage_age_seconds',
    type: 'gauge',
    labels: [],
    help: 'Seconds since the last good MediaMTX management.',
  },
  {
    name: 'gateway_mediamtx_manage_successes_total',
    type: 'counter',
    labels: [],
    help: 'Times the MediaMTX management succeeded.',
  },
  {
    name: 'gateway_mediamtx_manage_failures_total',
    type: 'counter',
    labels: [],
    help: 'Times the MediaMTX management failed.',
  },
  {
    name: 'gateway_mediamtx_managed_paths',
    type: 'gauge',
    labels: [],
    help: 'Paths of ours that MediaMTX carries.',
  },
  {
    name: 'gateway_mediamtx_manage_problems',
    type: 'gauge',
    labels: [],
    help: 'Cameras that MediaMTX does not carry although it shall.',
  },
  {
    name: 'gateway_deliveries',
    type: 'gauge',
    labels: ['status'],
    help: 'Deliveries in the outbox by status.',
  },
  {
    name: 'gateway_deliveries_oldest_pending_seconds',
    type: 'gauge',
    labels: [],
    help: 'Age of the oldest that has not arrived.',
  },
  {
    name: 'gateway_deliveries_sent_total',
    type: 'counter',
    labels: [],
    help: 'Deliveries that arrived since the start.',
  },
  {
    name: 'gateway_delivery_failures_total',
    type: 'counter',
    labels: [],
    help: 'Attempts that failed since the start.',
  },
  {
    name: 'gateway_events_total',
    type: 'counter',
    labels: ['kind'],
    help: 'Events that began since the start, by kind.',
  },
  {
    name: 'worker_resident_memory_bytes',
    type: 'gauge',
    labels: ['worker'],
    help: 'Resident set size of the worker.',
  },
  {
    name: 'worker_uptime_seconds',
    type: 'gauge',
    labels: ['worker'],
    help: 'Seconds since the worker started.',
  },
  { name: 'worker_cameras', type: 'gauge', labels: ['worker'], help: 'Cameras this worker runs.' },
  {
    name: 'camera_state',
    type: 'gauge',
    labels: ['worker', 'camera', 'state'],
    help: 'State of the camera: 1 for the one it is in.',
  },
  {
    name: 'camera_packets_total',
    type: 'counter',
    labels: ['worker', 'camera'],
    help: 'Access units received.',
  },
  {
    name: 'camera_received_bytes_total',
    type: 'counter',
    labels: ['worker', 'camera'],
    help: 'Bytes of video received.',
  },
  {
    name: 'camera_frame_rate',
    type: 'gauge',
    labels: ['worker', 'camera'],
    help: 'Frames per second over the last seconds.',
  },
  {
    name: 'camera_decoded_frames_total',
    type: 'counter',
    labels: ['worker', 'camera'],
    help: 'Packets decoded.',
  },
  {
    name: 'camera_decode_errors_total',
    type: 'counter',
    labels: ['worker', 'camera'],
    help: 'Packets that could not be decoded.',
  },
  {
    name: 'camera_degraded_frames_total',
    type: 'counter',
    labels: ['worker', 'camera'],
    help: 'Packets decoded in lower quality, since the machine could not keep up.',
  },
  {
    name: 'camera_decoded_in_haste_total',
    type: 'counter',
    labels: ['worker', 'camera'],
    help: 'Deprecated: camera_degraded_frames_total under its former name.',
  },
  {
    name: 'camera_encoded_frames_total',
    type: 'counter',
    labels: ['worker', 'camera'],
    help: 'Pictures encoded.',
  },
  {
    name: 'camera_encode_seconds_total',
    type: 'counter',
    labels: ['worker', 'camera'],
    help: 'Time spent in encoding.',
  },
  { name: 'camera_viewers', type: 'gauge', labels: ['worker', 'camera'], help: 'Subscribers of the camera.' },
  {
    name: 'camera_drops_total',
    type: 'counter',
    labels: ['worker', 'camera'],
    help: 'Frames that slow viewers skipped.',
  },
  {
    name: 'camera_reconnects_total',
    type: 'counter',
    labels: ['worker', 'camera'],
    help: 'Attempts to connect after the first.',
  },
  { name: 'analysis_cameras', type: 'gauge', labels: ['worker'], help: 'Cameras that are analysed.' },
  {
    name: 'analysis_inferences_total',
    type: 'counter',
    labels: ['worker'],
    help: 'Pictures a detector has looked at.',
  },
  {
    name: 'analysis_inference_failures_total',
    type: 'counter',
    labels: ['worker'],
    help: 'Looks that failed.',
  },
  {
    name: 'analysis_inference_seconds_total',
    type: 'counter',
    labels: ['worker'],
    help: 'Time spent in detectors.',
  },
  {
    name: 'analysis_dropped_results_total',
    type: 'counter',
    labels: ['worker'],
    help: 'Detections a slow gateway did not get.',
  },
  { name: 'analysis_resident_memory_bytes', type: 'gauge', labels: ['worker'], help: 'Resident set size.' },
  {
    name: 'analysis_pictures_total',
    type: 'counter',
    labels: ['worker', 'camera'],
    help: 'Pictures looked at for motion.',
  },
  {
    name: 'analysis_motion_milliseconds_total',
    type: 'counter',
    labels: ['worker', 'camera'],
    help: 'Time it took.',
  },
];
