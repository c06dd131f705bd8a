/** Finds times of which there is a recording. All times are Unix milliseconds. */

export interface Span {
  from: number;
  to: number;
}

/** A jump back over a gap lands this long before its begin, so that there is something to see. */
const LEAD_MS = 2000;
/** The last picture of a span is a little before its end. */
const PICTURE_MS = 500;

/** The time itself where it is recorded, else the nearest that is; undefined without a recording. */
export function nearestRecorded(spans: readonly Span[], at: number): number | undefined {
  const times = spans.map(({ from, to }) => Math.max(from, Math.min(at, to - PICTURE_MS)));
  const distance = (time: number): number => Math.abs(time - at);
  return times.reduce<number | undefined>(
    (best, time) => (best === undefined || distance(time) < distance(best) ? time : best),
    undefined,
  );
}

/** Where a step back from a recorded time leads: over a gap to the end of what was recorded before it. */
export function stepBack(spans: readonly Span[], at: number, ms: number): number {
  const before = spans.findLast(({ from }) => from <= at - ms) ?? spans[0];
  return before === undefined ? at - ms : Math.max(before.from, Math.min(at - ms, before.to - LEAD_MS));
}

/** Begin of the first picture of a movie, which is a keyframe before what was asked for. @returns undefined where that is not told */
export async function startOfMovie(url: string): Promise<number | undefined> {
  try {
    const start = (await fetch(url, { method: 'HEAD' })).headers.get('x-recording-start');
    return start === null ? undefined : Date.parse(start);
  } catch {
    return undefined;
  }
}
