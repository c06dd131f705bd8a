/** The public view of an event. */
import type { CameraEvent } from '#shared/contract/event.ts';
import type { EventRow } from '../store/database.ts';
import type { PictureFacts } from './event.ts';
import { type EventPictureName, picturesOf } from './event-picture-repository.ts';

/** One element of `GET /api/events`, and the data of the messages at `GET /api/events/stream`. */
export function viewEvent(row: EventRow): CameraEvent {
  const id = encodeURIComponent(row.id);
  return {
    id: row.id,
    cameraId: row.camera_id,
    kind: row.kind,
    label: row.label,
    score: row.score,
    state: row.ended_at === null ? 'open' : 'ended',
    startedAt: isoTime(row.started_at),
    updatedAt: isoTime(row.updated_at),
    endedAt: row.ended_at === null ? null : isoTime(row.ended_at),
    durationMs: row.ended_at === null ? null : row.ended_at - row.started_at,
    zones: JSON.parse(row.zones) as string[],
    snapshotUrl: row.has_snapshot === 1 ? `/api/events/${id}/snapshot` : null,
    pictures: viewPictures(row),
    clipUrl: row.clip_to === null ? null : `/api/events/${id}/clip`,
    data: JSON.parse(row.data) as CameraEvent['data'],
  };
}

function viewPictures(row: EventRow): CameraEvent['pictures'] {
  const pictures = picturesOf(row);
  if (pictures === undefined) return null;
  const { first, best } = pictures;
  const view = (name: EventPictureName, { takenAt, objects }: PictureFacts) => ({
    url: `/api/events/${encodeURIComponent(row.id)}/snapshot?picture=${name}`,
    takenAt: isoTime(takenAt),
    objects: [...objects],
  });
  return { first: first && view('first', first), best: view('best', best) };
}

/** Kind of a change: start, update or end. */
export function changeOf(row: EventRow): 'start' | 'update' | 'end' {
  if (row.ended_at !== null) return 'end';
  return row.change === row.sequence ? 'start' : 'update';
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
