/** Pictures of events. */
import type { EventPicture, PicturedObject } from '../../gateway/events/event.ts';

/** A picture with what was found in it. */
export function eventPicture(
  jpeg: Buffer,
  objects: PicturedObject[] = [],
  takenAt = 1_700_000_000_000,
): EventPicture {
  return { jpeg, takenAt, objects };
}
