/** Where segments are: in the folder of this gateway, or on the disk of a worker. */
import type { Request, Response } from 'express';
import type { Segment } from '#shared/recording-link.ts';
import type { CameraRange } from '#shared/recordings/remove-range.ts';
import type { SegmentSpan } from '#shared/recordings/segment-store.ts';
import type { StoredFragment } from '#shared/recordings/stored-segment.ts';

/** A file of a recording by its camera and name. */
export type SegmentName = Pick<Segment, 'cameraId' | 'file'>;

/** Where the samples of a time are in a file. */
export interface FoundFragments {
  init: Buffer;
  fragments: StoredFragment[];
}

/** One place with segments. Each call may throw the AppErrors of a worker that is not reached. */
export interface Archive {
  /** Segments that overlap a time, in order; those that follow one another may be one. */
  spans(range: CameraRange): Promise<SegmentSpan[]>;
  /** Segments with all that players need. @param limit most of them */
  list(range: CameraRange, limit: number): Promise<Segment[]>;
  /** From the keyframe at or before the begin of a time. @returns undefined where the file is gone */
  fragments(file: SegmentName, range: CameraRange): Promise<FoundFragments | undefined>;
  /** Bytes of a file while they are wanted. @param end exclusive */
  read(file: SegmentName, start: number, end: number): AsyncIterable<Buffer>;
  /** Answers with a file or the range of it that is asked for. @throws AppError `recording-not-found`, `range-not-satisfiable` */
  send(file: SegmentName, req: Request, res: Response): Promise<void>;
  /** Removes every file that overlaps a time. */
  remove(range: CameraRange): Promise<{ segments: number; bytes: number }>;
}
