/** The table `recording_segments`, and which time of a recording belongs to events. */
import { type ExpressionBuilder, type Kysely, sql } from 'kysely';
import type { Begins } from '#shared/contract/recording.ts';
import { AppError } from '#shared/errors.ts';
import type { Segment } from '#shared/recording-link.ts';
import {
  LONGEST_CLIP_MS,
  type SegmentKey,
  type SegmentSpan,
  type SegmentStore,
  type SegmentTotals,
} from '#shared/recordings/segment-store.ts';
import type { Database } from '../store/database.ts';
import type { SegmentRow } from '../store/recording-tables.ts';
import type { Store } from '../store/store.ts';

/** Rows in one statement. */
const CHUNK = 500;

/** Of the newest segments before a time; those overlap only where a clock was set back. */
const NEWEST = 10;

/** Reads and writes closed segments. */
export class SegmentRepository implements SegmentStore {
  readonly #store: Pick<Store, 'db'>;

  constructor(store: Pick<Store, 'db'>) {
    this.#store = store;
  }

  /** Adds a segment; one that is there is replaced. @param keepUntil Unix milliseconds */
  async save(segment: Segment, keepUntil: number): Promise<void> {
    const row: SegmentRow = {
      ...{ camera_id: segment.cameraId, file: segment.file, begins: segment.begins, codecs: segment.codecs },
      ...{ started_at: segment.startedAt, ended_at: segment.endedAt, bytes: segment.bytes },
      ...{ parts: JSON.stringify(segment.parts), keep_until: keepUntil },
    };
    const { camera_id: _camera, file: _file, ...changes } = row;
    await this.#db
      .insertInto('recording_segments')
      .values(row)
      .onConflict((conflict) => conflict.columns(['camera_id', 'file']).doUpdateSet(changes))
      .execute();
  }

  /** What overlaps a time, in order, without what only players need. */
  async spans(cameraId: string, from: number, to: number): Promise<SegmentSpan[]> {
    const rows = await this.#overlapping(cameraId, from, to)
      .select(['started_at', 'ended_at', 'begins', 'bytes'])
      .execute();
    return rows.map((row) => ({
      ...{ begins: row.begins as Begins, startedAt: row.started_at, endedAt: row.ended_at, bytes: row.bytes },
    }));
  }

  /** Segments that overlap a time, in order. @param limit most of them */
  async list(cameraId: string, from: number, to: number, limit: number): Promise<Segment[]> {
    const rows = await this.#overlapping(cameraId, from, to).selectAll().limit(limit).execute();
    return rows.map(toSegment);
  }

  /** Whether there is a segment of a camera. */
  async has(cameraId: string): Promise<boolean> {
    const row = await this.#db
      .selectFrom('recording_segments')
      .select('file')
      .where('camera_id', '=', cameraId)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Names of all segments of a camera. */
  async names(cameraId: string): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('recording_segments')
      .select('file')
      .where('camera_id', '=', cameraId)
      .execute();
    return rows.map(({ file }) => file);
  }

  async remove(cameraId: string, files: readonly string[]): Promise<void> {
    for (let start = 0; start < files.length; start += CHUNK) {
      await this.#db
        .deleteFrom('recording_segments')
        .where('camera_id', '=', cameraId)
        .where('file', 'in', files.slice(start, start + CHUNK))
        .execute();
    }
  }

  /** Totals of every camera that has segments. */
  async totals(): Promise<SegmentTotals[]> {
    const rows = await this.#db
      .selectFrom('recording_segments')
      .select([
        'camera_id',
        ({ fn }) => fn.min('started_at').as('from_at'),
        ({ fn }) => fn.max('ended_at').as('to_at'),
      ])
      .select([({ fn }) => fn.sum('bytes').as('total'), ({ fn }) => fn.countAll().as('count')])
      .groupBy('camera_id')
      .orderBy('camera_id')
      .execute();
    return rows.map((row) => ({
      ...{ cameraId: row.camera_id, from: Number(row.from_at), to: Number(row.to_at) },
      ...{ bytes: Number(row.total), segments: Number(row.count) },
    }));
  }

  /** Segments whose time is over and that no clip of an event needs. */
  async expired(now: number, limit: number): Promise<SegmentKey[]> {
    const rows = await this.#db
      .selectFrom('recording_segments')
      .select(['camera_id', 'file', 'bytes'])
      .where('keep_until', '<', Math.floor(now))
      .where((eb) => eb.not(isInClip(eb)))
      .limit(limit)
      .execute();
    return rows.map(toKey);
  }

  /** The oldest segments, those that clips of events need after all others. */
  async oldest(limit: number): Promise<SegmentKey[]> {
    const keys = ['camera_id', 'file', 'bytes'] as const;
    const all = this.#db.selectFrom('recording_segments').select(keys).orderBy('started_at').limit(limit);
    const free = await all.where((eb) => eb.not(isInClip(eb))).execute();
    return (free.length > 0 ? free : await all.execute()).map(toKey);
  }

  /** A camera keeps its recording for another time from now on; clips without a recording are not concerned. */
  async keepFor(cameraId: string, ms: number): Promise<void> {
    await this.#db
      .updateTable('recording_segments')
      .set(({ eb }) => ({ keep_until: eb('ended_at', '+', ms) }))
      .where('camera_id', '=', cameraId)
      .whereRef('keep_until', '>', 'ended_at')
      .where('keep_until', '!=', ({ eb }) => eb('ended_at', '+', ms))
      .execute();
  }

  /** Gives an event the time of its clip. */
  async saveClip(eventId: string, { from, to }: { from: number; to: number }): Promise<void> {
    await this.#db
      .updateTable('events')
      .set({ clip_from: Math.floor(from), clip_to: Math.ceil(to) })
      .where('id', '=', eventId)
      .execute();
  }

  /**
   * The time of an event's clip.
   * @param cameras only of these @throws AppError `event-not-found`, `clip-not-found`
   */
  async clipOf(
    eventId: string,
    cameras?: ReadonlySet<string>,
  ): Promise<{ cameraId: string; from: number; to: number }> {
    const row = await this.#db
      .selectFrom('events')
      .select(['camera_id', 'clip_from', 'clip_to'])
      .where('id', '=', eventId)
      .executeTakeFirst();
    if (row === undefined || cameras?.has(row.camera_id) === false)
      throw new AppError('event-not-found', 'There is no event with this id');
    if (row.clip_from === null || row.clip_to === null)
      throw new AppError('clip-not-found', 'There is no clip of this event: nothing was kept of its camera');
    return { cameraId: row.camera_id, from: row.clip_from, to: row.clip_to };
  }

  /** Forgets clips of which nothing is left here, nor may be at a worker. @param before those that ended before this time, Unix milliseconds */
  async dropEmptyClips(before: number): Promise<void> {
    await this.#db
      .updateTable('events')
      .set({ clip_from: null, clip_to: null })
      .where('clip_to', '<', Math.floor(before))
      .where('camera_id', 'not in', (eb) => eb.selectFrom('recording_places').select('camera_id'))
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom(
                eb
                  .selectFrom('recording_segments as s')
                  .select('s.ended_at')
                  .whereRef('s.camera_id', '=', 'events.camera_id')
                  .whereRef('s.started_at', '<', 'events.clip_to')
                  .orderBy('s.started_at', 'desc')
                  .limit(NEWEST)
                  .as('newest'),
              )
              .select(sql`1`.as('one'))
              .whereRef('newest.ended_at', '>', 'events.clip_from'),
          ),
        ),
      )
      .execute();
  }

  get #db(): Kysely<Database> {
    return this.#store.db;
  }

  #overlapping(cameraId: string, from: number, to: number) {
    return this.#db
      .selectFrom('recording_segments')
      .where('camera_id', '=', cameraId)
      .where('started_at', '<', Math.ceil(to))
      .where('ended_at', '>', Math.floor(from))
      .orderBy('started_at');
  }
}

/** Whether the clip of an event needs a segment. */
function isInClip(eb: ExpressionBuilder<Database, 'recording_segments'>) {
  return eb.exists(
    eb
      .selectFrom('events')
      .select(sql`1`.as('one'))
      .whereRef('events.camera_id', '=', 'recording_segments.camera_id')
      .whereRef('events.clip_to', '>', 'recording_segments.started_at')
      .where('events.clip_to', '<', ({ eb, ref }) =>
        eb(ref('recording_segments.ended_at'), '+', LONGEST_CLIP_MS),
      )
      .whereRef('events.clip_from', '<', 'recording_segments.ended_at'),
  );
}

function toKey(row: Pick<SegmentRow, 'camera_id' | 'file' | 'bytes'>): SegmentKey {
  return { cameraId: row.camera_id, file: row.file, bytes: row.bytes };
}

function toSegment(row: SegmentRow): Segment {
  return {
    ...{ cameraId: row.camera_id, file: row.file, begins: row.begins as Begins, codecs: row.codecs },
    ...{ startedAt: row.started_at, endedAt: row.ended_at, bytes: row.bytes },
    parts: JSON.parse(row.parts) as Segment['parts'],
  };
}
