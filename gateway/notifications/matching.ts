/** Decides whether a notification tells of a happening. */
import type { Happening, NotificationSettings } from './notification.ts';
import { isWithin } from './periods.ts';

/** Whether the filters of a notification let a happening through. */
export function tellsOf(settings: NotificationSettings, happening: Happening): boolean {
  const { kinds, labels, zones, times } = settings;
  if (kinds?.some((kind) => kind === happening.kind) === false || !concerns(settings, happening))
    return false;
  if (times !== null && !isWithin(times, new Date(happening.at))) return false;
  if (happening.eventId === null) return true;
  return isNamed(labels, [happening.label]) && isNamed(zones, happening.zones);
}

/** What concerns no camera passes a filter of cameras only where its kind is named. */
function concerns({ cameras, kinds }: NotificationSettings, { cameraId }: Happening): boolean {
  if (cameras === null) return true;
  return cameraId === null ? kinds !== null : cameras.includes(cameraId);
}

function isNamed(wanted: readonly string[] | null, names: readonly string[]): boolean {
  if (wanted === null) return true;
  const given = new Set(names.map((name) => name.toLowerCase()));
  return wanted.some((name) => given.has(name.toLowerCase()));
}
