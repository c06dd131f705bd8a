/** A delivery: a camera stream, event or digest for the analysis backend, or a notice for a target of an operator. */
import type {
  CameraEventPayload,
  CameraStreamPayload,
  DELIVERY_STATUSES,
  DigestPayload,
} from '#shared/contract/delivery.ts';

export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/**
 * `next_attempt_at` of a delivery that waits for an earlier one of its camera, so that
 * a search for due deliveries never scans a queue behind a failing one.
 */
export const AFTER_EARLIER_ONE = Number.MAX_SAFE_INTEGER;

/** Id prefix of deliveries of observed events. */
export const EVENT_DELIVERY_PREFIX = 'evt_';
/** Id prefix of deliveries of notices. */
export const NOTICE_DELIVERY_PREFIX = 'ntc_';

/** Target of what the analysis backend gets; every other target is the id of a notification. */
export const BACKEND = '';

/** Name of the queue that keeps the deliveries of a camera to a target in order. */
export function queueOf(target: string, cameraId: string): string {
  return target === BACKEND ? cameraId : `${target}/${cameraId}`;
}

/** A delivery held by a sender until its lease expires. */
export interface LeasedDelivery {
  /** The same for all attempts. */
  id: string;
  cameraId: string;
  target: string;
  /** Name of its queue; see {@link queueOf}. */
  queue: string;
  /** Sealed request body. */
  payload: string;
  /** Attempts made before this one. */
  attempts: number;
}

/** Result for a leased delivery. */
export type Settlement = { id: string; cameraId: string; queue: string } & Outcome;

/** Outcome of an attempt. */
export type Outcome =
  /** No attempt was made, or the gateway aborted it: it does not count. */
  | { kind: 'released' }
  /** No attempt was made: the target takes nothing before this time, Unix milliseconds. It does not count. */
  | { kind: 'postponed'; at: number }
  | ({ kind: 'delivered' } & AttemptRecord)
  | ({ kind: 'retry'; at: number } & AttemptRecord)
  | ({ kind: 'parked' } & AttemptRecord);

/** The stored record of an attempt, free of secrets. */
export interface AttemptRecord {
  /** Attempts including this one. */
  attempts: number;
  /** Status of the response; null without one. */
  status: number | null;
  /** Reason of the failure; null on success. */
  error: string | null;
  /** Beginning of the response body. */
  response: string | null;
}

/** What a delivery is about. */
export type DeliveryPayload = CameraStreamPayload | CameraEventPayload | DigestPayload;

/** The request body. For a stream exactly the members of docs/contract.md, section 7, in that order. */
export function deliveryBody(payload: DeliveryPayload): string {
  if (!isStream(payload)) return JSON.stringify(payload);
  const { camera_id, camera_description, stream_type, rtsp_url, video_url } = payload;
  return JSON.stringify({ camera_id, camera_description, stream_type, rtsp_url, video_url });
}

/** Path at the backend. */
export function deliveryPath(payload: DeliveryPayload): string {
  if (isDigest(payload)) return '/api/camera-digest';
  return isEvent(payload) ? '/api/camera-event' : '/api/camera-stream';
}

/** Whether a payload is a camera stream, the only one with an address. */
export function isStream(payload: DeliveryPayload): payload is CameraStreamPayload {
  return 'stream_type' in payload;
}

/** Whether a payload is a digest. */
export function isDigest(payload: DeliveryPayload): payload is DigestPayload {
  return 'digest_id' in payload;
}

/** Whether a payload is an event. */
export function isEvent(payload: DeliveryPayload): payload is CameraEventPayload {
  return 'event_id' in payload;
}
