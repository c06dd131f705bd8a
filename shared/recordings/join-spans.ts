/** Joins segments that follow one another. */
import type { Begins } from '../contract/recording.ts';
import type { SegmentSpan } from './segment-store.ts';

/** Segments that follow within this time are one span, milliseconds: capture times jitter. */
const JOIN_MS = 1500;

/** @param segments in order of time @returns the spans, each as it begins */
export function joinSpans(segments: readonly SegmentSpan[]): SegmentSpan[] {
  const spans: SegmentSpan[] = [];
  for (const { begins, startedAt, endedAt, bytes } of segments) {
    const last = spans.at(-1);
    if (last !== undefined && isNext(begins) && Math.abs(startedAt - last.endedAt) <= JOIN_MS) {
      last.endedAt = Math.max(last.endedAt, endedAt);
      last.bytes += bytes;
    } else spans.push({ begins, startedAt, endedAt, bytes });
  }
  return spans;
}

/** Whether a segment continues the one before it. */
export function isNext(begins: Begins): begins is 'continues' | 'format-changed' {
  return begins === 'continues' || begins === 'format-changed';
}
