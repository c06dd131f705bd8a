/** Joins segments to spans, and says what is missing between them. */
import type { GapReason, Recording } from '#shared/contract/recording.ts';
import { isNext, joinSpans } from '#shared/recordings/join-spans.ts';
import type { SegmentSpan } from '#shared/recordings/segment-store.ts';

/** @param segments in order of time @param range nothing outside of it is told, Unix milliseconds */
export function toSpans(
  segments: readonly SegmentSpan[],
  range: { from: number; to: number },
): Pick<Recording, 'spans' | 'gaps'> {
  const spans: Recording['spans'] = [];
  const gaps: Recording['gaps'] = [];
  let end: number | undefined;
  for (const { begins, startedAt, endedAt, bytes } of joinSpans(segments)) {
    // What continues a segment that is not there any more follows one that was removed.
    const reason: GapReason = isNext(begins) ? 'removed' : begins;
    if (end !== undefined && startedAt > end) gaps.push({ from: iso(end), to: iso(startedAt), reason });
    const [last, to] = [spans.at(-1), iso(Math.min(Math.max(end ?? endedAt, endedAt), range.to))];
    // What arrived late was dated late: without a gap the next is a part of the same time.
    if (last !== undefined && end !== undefined && startedAt <= end) {
      last.to = to;
      last.bytes += bytes;
    } else spans.push({ from: iso(Math.max(startedAt, range.from)), to, bytes });
    end = Math.max(end ?? endedAt, endedAt);
  }
  return { spans, gaps };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
