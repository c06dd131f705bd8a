/** Event payload for the analysis backend. */

/** The exact body of `POST {APP_PY_URL}/api/camera-event`. */
export interface CameraEventPayload {
  event_id: string;
  camera_id: string;
  /** `watch`, `motion` and others. */
  kind: string;
  label: string;
  /** 0 to 1; null if unknown. */
  score: number | null;
  /** Unix seconds. */
  started_at: number;
  /** Start or end; absent for an event without a duration, such as a watch that fires. */
  change?: 'start' | 'end';
  /** Unix seconds; null while ongoing. Only with `change`. */
  ended_at?: number | null;
  /** Facts that depend on the kind. */
  data: object;
}
