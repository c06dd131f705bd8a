/** A delivery: one camera stream or one event that the analysis backend is told of. */
import type { CameraEventPayload } from '#shared/camera-event.ts';
import type { CameraStreamPayload } from '#shared/camera-stream.ts';

/** Waits or is under way; arrived; given up until somebody asks for another try. */
export const DELIVERY_STATUSES = ['pending', 'delivered', 'parked'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/**
 * `next_attempt_at` of a delivery that waits for an earlier one of its camera. So a
 * search for due deliveries never wades through a queue behind one that fails.
 */
export const AFTER_EARLIER_ONE = Number.MAX_SAFE_INTEGER;

/** How ids of deliveries begin that tell what analysis observed. */
export const EVENT_DELIVERY_PREFIX = 'evt_';

/** A delivery that a sender has in hand until its lease runs out. */
export interface LeasedDelivery {
  /** The same over all attempts. */
  id: string;
  cameraId: string;
  /** Sealed request body. */
  payload: string;
  /** Attempts made before this one. */
  attempts: number;
}

/** What became of a leased delivery. */
export type Settlement = { id: string; cameraId: string } & Outcome;

/** What became of an attempt. */
export type Outcome =
  /** No attempt was made, or it was broken off from here: it does not count. */
  | { kind: 'released' }
  | ({ kind: 'delivered' } & AttemptRecord)
  | ({ kind: 'retry'; at: number } & AttemptRecord)
  | ({ kind: 'parked' } & AttemptRecord);

/** What is kept of an attempt; free of secrets. */
export interface AttemptRecord {
  /** Attempts made with this one. */
  attempts: number;
  /** Status of the answer; null when there was none. */
  status: number | null;
  /** Why it failed; null when it did not. */
  error: string | null;
  /** Beginning of the answer's body. */
  response: string | null;
}

/** What is told. */
export type DeliveryPayload = CameraStreamPayload | CameraEventPayload;

/** The request body; that of a stream in the contract's order of members and with nothing else (docs/contract.md, section 7). */
export function deliveryBody(payload: DeliveryPayload): string {
  if (isEvent(payload)) return JSON.stringify(payload);
  const { camera_id, camera_description, stream_type, rtsp_url, video_url } = payload;
  return JSON.stringify({ camera_id, camera_description, stream_type, rtsp_url, video_url });
}

/** Path of the backend that a payload goes to. */
export function deliveryPath(payload: DeliveryPayload): string {
  return isEvent(payload) ? '/api/camera-event' : '/api/camera-stream';
}

/** Whether a payload tells of an event. */
export function isEvent(payload: DeliveryPayload): payload is CameraEventPayload {
  return 'event_id' in payload;
}
