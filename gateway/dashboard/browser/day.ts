/** Days in the reader's time zone, as `2026-11-30`. */

/** The day of a time. @param ms Unix milliseconds */
export function dayOf(ms: number): string {
  const date = new Date(ms);
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Begin and end of a day, Unix milliseconds; 23 or 25 hours where clocks are changed. */
export function dayRange(day: string): { from: number; to: number } {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return {
    from: new Date(year, month - 1, date).getTime(),
    to: new Date(year, month - 1, date + 1).getTime(),
  };
}

/** A day some days later or earlier. */
export function dayAfter(day: string, days: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return dayOf(new Date(year, month - 1, date + days).getTime());
}

/** `Today`, `Yesterday`, `Monday, 30 November`. @param now Unix milliseconds */
export function dayTitle(day: string, now: number): string {
  if (day === dayOf(now)) return 'Today';
  if (day === dayAfter(dayOf(now), -1)) return 'Yesterday';
  const options = { weekday: 'long', day: 'numeric', month: 'long' } as const;
  return new Intl.DateTimeFormat(undefined, options).format(dayRange(day).from);
}
