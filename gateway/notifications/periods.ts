/** Times of the day and week, in the time zone of the gateway. */
import { DAYS, type NotificationPeriod } from '#shared/contract/notification.ts';

/** Periods that follow each other without a gap are left after at most so many steps. */
const MOST_STEPS = 50;
const HOUR_MS = 3_600_000;

/** Whether a time is within one of the periods. */
export function isWithin(periods: readonly NotificationPeriod[], at: Date): boolean {
  return periods.some((period) => endOf(period, at) !== undefined);
}

/** When the periods that a time is within are over; the time itself outside of them. */
export function endOfAll(periods: readonly NotificationPeriod[], at: Date): Date {
  let time = at;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const ends = periods.flatMap((period) => endOf(period, time) ?? []);
    if (ends.length === 0) break;
    time = new Date(Math.max(...ends.map((end) => end.getTime())));
  }
  return time;
}

/** The end of a period that a time is within. */
function endOf({ days = [...DAYS], from, to }: NotificationPeriod, at: Date): Date | undefined {
  const now = at.getHours() * 60 + at.getMinutes();
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  const begins = (daysAgo: number): boolean =>
    days.some((day) => DAYS.indexOf(day) === (at.getDay() + 7 - daysAgo) % 7);
  if (begin < end) return begins(0) && begin <= now && now < end ? atMinutes(at, end) : undefined;
  if (begins(0) && now >= begin) return atMinutes(at, end, 1);
  return begins(1) && now < end ? atMinutes(at, end) : undefined;
}

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return hours * 60 + minutes;
}

/** A later time of that day. `setHours` follows changes of daylight saving time, and takes the first of two equal hours. */
function atMinutes(day: Date, minutes: number, daysLater = 0): Date {
  const time = new Date(day);
  time.setDate(day.getDate() + daysLater);
  time.setHours(Math.floor(minutes / 60), minutes % 60, 0, 0);
  return time > day ? time : new Date(time.getTime() + HOUR_MS);
}
