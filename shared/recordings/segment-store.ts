/** What an index of segments does, whichever database is behind it. Times are Unix milliseconds. */
import type { Segment } from '../recording-link.ts';

/**
 * No clip of an event is longer: settings allow 120 s before and 120 s after it. Bounds with how many clips a segment
 * is compared.
 */
export const LONGEST_CLIP_MS = 5 * 60_000;

/** What a timeline needs of a segment. */
export type SegmentSpan = Pick<Segment, 'begins' | 'startedAt' | 'endedAt' | 'bytes'>;

/** A segment by its camera and name. */
export interface SegmentKey {
  cameraId: string;
  file: string;
  bytes: number;
}

/** All that is stored of one camera. */
export interface SegmentTotals {
  cameraId: string;
  from: number;
  to: number;
  bytes: number;
  segments: number;
}

/** Closed segments. */
export interface SegmentStore {
  /** Adds a segment; one that is there is replaced. */
  save(segment: Segment, keepUntil: number): Promise<void>;
  /** What overlaps a time, in order, without what only players need. */
  spans(cameraId: string, from: number, to: number): Promise<SegmentSpan[]>;
  /** Segments that overlap a time, in order. @param limit most of them */
  list(cameraId: string, from: number, to: number, limit: number): Promise<Segment[]>;
  /** Names of all segments of a camera. */
  names(cameraId: string): Promise<string[]>;
  remove(cameraId: string, files: readonly string[]): Promise<void>;
  /** Totals of every camera that has segments. */
  totals(): Promise<SegmentTotals[]>;
  /** Segments whose time is over and that no clip of an event needs. */
  expired(now: number, limit: number): Promise<SegmentKey[]>;
  /** The oldest segments, those that clips of events need after all others. */
  oldest(limit: number): Promise<SegmentKey[]>;
  /** A camera keeps its recording for another time from now on; clips without a recording are not concerned. */
  keepFor(cameraId: string, ms: number): Promise<void>;
}
