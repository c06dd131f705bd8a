/** The first and the best picture of an event. */
import type { Kysely, Transaction } from 'kysely';
import type { EVENT_PICTURES } from '#shared/contract/event.ts';
import type { Database, EventRow } from '../store/database.ts';
import type { EventPicture, PictureFacts } from './event.ts';

export type EventPictureName = (typeof EVENT_PICTURES)[number];

/** What is known of both pictures of an event. */
export interface StoredPictures {
  first: PictureFacts | null;
  best: PictureFacts;
}

/** Of the pictures of a row; undefined where there is none, or nothing is known of it. */
export function picturesOf({ pictures }: Pick<EventRow, 'pictures'>): StoredPictures | undefined {
  return pictures === null ? undefined : (JSON.parse(pictures) as StoredPictures);
}

/** A JPEG of an event; undefined where there is none. */
export async function readPicture(
  db: Kysely<Database>,
  id: string,
  which: EventPictureName,
): Promise<Buffer | undefined> {
  const row = await db
    .selectFrom('event_snapshots')
    .select(({ fn, ref }) => (which === 'best' ? ref('jpeg') : fn.coalesce('first_jpeg', 'jpeg')).as('jpeg'))
    .where('event_id', '=', id)
    .executeTakeFirst();
  return row === undefined ? undefined : Buffer.from(row.jpeg);
}

/** What is stored of the pictures of an event, with one more: the best, and the first if there was none. */
export async function picturesWith(
  trx: Transaction<Database>,
  id: string,
  { takenAt, objects }: EventPicture,
): Promise<StoredPictures> {
  const best = { takenAt, objects: objects.map(({ label, score, box }) => ({ label, score, box })) };
  const stored = await trx
    .selectFrom('events')
    .select(['has_snapshot', 'pictures'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (stored === undefined || stored.has_snapshot === 0) return { first: best, best };
  // Of a first picture that an earlier version stored nothing is known.
  return { first: picturesOf(stored)?.first ?? null, best };
}

/** Stores the JPEG of the best picture; the one before stays if it is the first. */
export async function savePicture(trx: Transaction<Database>, id: string, jpeg: Buffer): Promise<void> {
  await trx
    .insertInto('event_snapshots')
    .values({ event_id: id, jpeg, first_jpeg: null })
    .onConflict((conflict) =>
      conflict.column('event_id').doUpdateSet(({ fn }) => ({
        jpeg,
        // The picture of before is the first where there is no other.
        first_jpeg: fn.coalesce('event_snapshots.first_jpeg', 'event_snapshots.jpeg'),
      })),
    )
    .execute();
}
