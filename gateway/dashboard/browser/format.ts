/** Numbers and times in words. */

const KIB = 1024;
const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;

/** `12 s`, `3 min`, `2 h`, `5 d`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 2 * MINUTE_S) return `${whole} s`;
  if (whole < 2 * HOUR_S) return `${Math.round(whole / MINUTE_S)} min`;
  if (whole < 2 * DAY_S) return `${Math.round(whole / HOUR_S)} h`;
  return `${Math.round(whole / DAY_S)} d`;
}

/** `3 min ago`. @param now Unix milliseconds */
export function ago(time: string | number, now: number): string {
  const seconds = (now - new Date(time).getTime()) / 1000;
  return seconds < 2 ? 'just now' : `${duration(seconds)} ago`;
}

/** `640 KB`, `1.2 GB`. */
export function bytes(count: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let [value, unit] = [count, 0];
  while (value >= KIB && unit < units.length - 1) {
    value /= KIB;
    unit += 1;
  }
  return `${value < 10 && unit > 1 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** `7 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** `1 viewer`, `3 viewers`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** Date and time in the reader's locale: today without the date. */
export function clock(time: string | number, now: number): string {
  const date = new Date(time);
  const isToday = date.toDateString() === new Date(now).toDateString();
  const options: Intl.DateTimeFormatOptions = isToday
    ? { hour: '2-digit', minute: '2-digit', second: '2-digit' }
    : { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' };
  return new Intl.DateTimeFormat(undefined, options).format(date);
}

/** Codec names as usually written. */
export function codecName(codec: string | null | undefined): string {
  const names: Record<string, string> = { h264: 'H.264', h265: 'H.265', hevc: 'H.265', mjpeg: 'MJPEG' };
  return codec === null || codec === undefined ? '' : (names[codec.toLowerCase()] ?? codec);
}
