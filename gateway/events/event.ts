/** An event at a camera, from its start to its end (docs/contract.md, section 8). */

/** Its source. */
export const EVENT_KINDS = ['motion', 'person', 'face', 'watch', 'tampering', 'crossing'] as const;

/** An ongoing or ended event; times are Unix milliseconds. */
export interface EventState {
  id: string;
  cameraId: string;
  kind: string;
  label: string;
  /** Best score so far, 0 to 1; null without one. */
  score: number | null;
  startedAt: number;
  /** Last observation. */
  updatedAt: number;
  /** Null while it is ongoing. */
  endedAt: number | null;
  /** Further facts. */
  data: Record<string, unknown>;
}

/** An event without a duration. */
export interface MomentaryEvent {
  cameraId: string;
  kind: string;
  label: string;
  score: number | null;
  /** Unix milliseconds. */
  startedAt: number;
  data: Record<string, unknown>;
  /** JPEG. */
  picture?: Buffer;
}

/** Accepts events without a duration, of any kind. */
export interface EventSink {
  /** Stores one and returns its id. @throws AppError `storage-*` */
  record(event: MomentaryEvent): Promise<string>;
}
