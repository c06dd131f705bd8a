/** Joins segments to spans, and says what is missing between them. */
import type { GapReason, Recording } from '#shared/contract/recording.ts';
import type { SegmentSpan } from './segment-repository.ts';

/** Segments that follow within this time are one span, milliseconds: capture times jitter. */
const JOIN_MS = 1500;

/** @param segments in order of time @param range nothing outside of it is told, Unix milliseconds */
export function toSpans(
  segments: readonly SegmentSpan[],
  range: { from: number; to: number },
): Pick<Recording, 'spans' | 'gaps'> {
  const spans: { from: number; to: number; bytes: number }[] = [];
  const gaps: Recording['gaps'] = [];
  for (const { begins, startedAt, endedAt, bytes } of segments) {
    const last = spans.at(-1);
    const isNext = begins === 'continues' || begins === 'format-changed';
    if (last !== undefined && isNext && Math.abs(startedAt - last.to) <= JOIN_MS) {
      last.to = Math.max(last.to, endedAt);
      last.bytes += bytes;
      continue;
    }
    // What continues a segment that is not there any more follows one that was removed.
    const reason: GapReason = isNext ? 'removed' : begins;
    if (last !== undefined && startedAt > last.to)
      gaps.push({ from: iso(last.to), to: iso(startedAt), reason });
    spans.push({ from: startedAt, to: endedAt, bytes });
  }
  const told = spans.map(({ from, to, bytes }) => ({
    from: iso(Math.max(from, range.from)),
    to: iso(Math.min(to, range.to)),
    bytes,
  }));
  return { spans: told, gaps };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
