/** An event at a camera, from its start to its end (docs/contract.md, section 8). */

/** Its source. */
export const EVENT_KINDS = ['motion', 'person', 'face', 'watch', 'tampering', 'crossing'] as const;

/** An object in a picture. */
export interface PicturedObject {
  label: string;
  /** Null where what found it gives none. */
  score: number | null;
  /** Left, top, width and height as shares of the picture. */
  box: [number, number, number, number];
}

/** What is known of a picture of an event. */
export interface PictureFacts {
  /** Unix milliseconds. */
  takenAt: number;
  /** What was found in it. */
  objects: readonly PicturedObject[];
}

/** A picture of an event. */
export interface EventPicture extends PictureFacts {
  jpeg: Buffer;
}

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
  /** Names of the zones in which it was seen; absent: none. */
  zones?: readonly string[] | undefined;
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
  /** As in {@link EventState}. */
  zones?: readonly string[] | undefined;
  data: Record<string, unknown>;
  picture?: EventPicture;
}

/** Accepts events without a duration, of any kind. */
export interface EventSink {
  /** Stores one and returns its id. @throws AppError `storage-*` */
  record(event: MomentaryEvent): Promise<string>;
}
