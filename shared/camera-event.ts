/** What the analysis backend is told of an event. */

/** The exact body of `POST {APP_PY_URL}/api/camera-event`. */
export interface CameraEventPayload {
  event_id: string;
  camera_id: string;
  /** `watch`, `motion` and the like. */
  kind: string;
  label: string;
  /** 0 to 1; null where nothing is known of it. */
  score: number | null;
  /** Unix seconds. */
  started_at: number;
  /** Whether it began or is over; absent for what takes no time, such as a watch that fires. */
  change?: 'start' | 'end';
  /** Unix seconds; null while it goes on. Comes with `change`. */
  ended_at?: number | null;
  /** What belongs to its kind. */
  data: object;
}
