/** Tables of recordings, as typed rows. */
import type { Selectable } from 'kysely';

/** Files of recordings that are closed. */
export interface RecordingSegmentsTable {
  camera_id: string;
  /** Name of the file, which begins with its day. */
  file: string;
  /** How it follows the segment before: `continues`, or why there is a gap. */
  begins: string;
  codecs: string;
  started_at: number;
  ended_at: number;
  bytes: number;
  /** JSON of bytes and milliseconds of each group of pictures. */
  parts: string;
  /** Removed after this time, unless a clip of an event needs it. */
  keep_until: number;
}

export type SegmentRow = Selectable<RecordingSegmentsTable>;

/** Workers that keep recordings of a camera on a disk of their own: only they are asked for them. */
export interface RecordingPlacesTable {
  camera_id: string;
  worker: string;
  /** Nothing is left there after this time. */
  keep_until: number;
}
