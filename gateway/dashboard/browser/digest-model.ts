/** Times and bars of a digest. */
import type { Digest } from '#shared/client/reason.ts';
import { dayOf, dayRange } from './day.ts';

/** The last hour, this day until now, or a day such as `2026-11-30`. */
export type DigestPeriod = 'hour' | 'today' | (string & {});

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Up to here the gateway counts by five minutes, beyond by the hour. */
const SHORT_MS = 2 * HOUR_MS;

/** Begin and end of a period, Unix milliseconds. @param now Unix milliseconds */
export function digestRange(period: DigestPeriod, now: number): { from: number; to: number } {
  if (period === 'hour') return { from: now - HOUR_MS, to: now };
  if (period === 'today') return { from: dayRange(dayOf(now)).from, to: now };
  const { from, to } = dayRange(period);
  return { from, to: Math.min(to, now) };
}

/** Equal parts of the time from begin to end, with the number of events in each. */
export function digestBars({
  from,
  to,
  timeline,
}: Pick<Digest, 'from' | 'to' | 'timeline'>): { at: number; events: number }[] {
  const [begin, end] = [Date.parse(from), Date.parse(to)];
  const step = end - begin <= SHORT_MS ? 5 * MINUTE_MS : HOUR_MS;
  const events = new Map(timeline.map((part) => [Date.parse(part.at), part.events]));
  const first = Math.floor(begin / step) * step;
  const length = Math.ceil((end - first) / step);
  return Array.from({ length }, (_, index) => first + index * step).map((at) => ({
    at,
    events: events.get(at) ?? 0,
  }));
}

/** The id of the event that a picture of a digest shows. */
export function eventOfPicture(url: string): string {
  return decodeURIComponent(/\/api\/events\/([^/]+)\//.exec(url)?.[1] ?? '');
}
