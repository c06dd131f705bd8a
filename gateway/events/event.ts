/** An event: something that happened at a camera, from its start to its end (docs/contract.md, section 8). */

/** What saw it. */
export const EVENT_KINDS = ['motion', 'person', 'face', 'watch'] as const;

/** An event that goes on, or has ended; times are Unix milliseconds. */
export interface EventState {
  id: string;
  cameraId: string;
  kind: string;
  label: string;
  /** The best so far, 0 to 1; null where there is none. */
  score: number | null;
  startedAt: number;
  /** When it was last seen. */
  updatedAt: number;
  /** Null while it goes on. */
  endedAt: number | null;
  /** What else is known of it. */
  data: object;
}

/** An event that is over as soon as it happens. */
export interface MomentaryEvent {
  cameraId: string;
  kind: string;
  label: string;
  score: number | null;
  /** Unix milliseconds. */
  startedAt: number;
  data: object;
  /** JPEG. */
  picture?: Buffer;
}

/** Takes events that are over as soon as they happen, of whatever kind. */
export interface EventSink {
  /** Stores one. @returns its id @throws AppError `storage-*` */
  record(event: MomentaryEvent): Promise<string>;
}
