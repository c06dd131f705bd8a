/** The `events` and `event_snapshots` tables. */
import { type SelectQueryBuilder, sql, type Transaction } from 'kysely';
import { AppError } from '#shared/errors.ts';
import type { Database, EventRow } from '../store/database.ts';
import type { Store } from '../store/store.ts';
import { ChangeClock } from './change-clock.ts';
import type { EventPicture, EventState } from './event.ts';
import { type BeginListener, type LifecycleListener, phaseOf } from './event-listeners.ts';
import {
  type EventPictureName,
  picturesWith,
  readPicture,
  type StoredPictures,
  savePicture,
} from './event-picture-repository.ts';

/** Filter of the list, newest first. */
export interface EventFilter {
  cameraId?: string | undefined;
  /** Only of these cameras. */
  cameras?: ReadonlySet<string> | undefined;
  kind?: string | undefined;
  label?: string | undefined;
  /** Name of a zone, exactly. */
  zone?: string | undefined;
  /** Text in the label, the further facts or the names of zones, in any case. */
  search?: string | undefined;
  /** Started at or after this time, Unix milliseconds. */
  since?: number | undefined;
  /** Started before this time, Unix milliseconds. */
  until?: number | undefined;
  /** Only ongoing events, or only ended ones. */
  isOpen?: boolean | undefined;
  minScore?: number | undefined;
  limit: number;
  /** Only events older than this sequence number. */
  before?: number | undefined;
}

const PRUNE_BATCH = 500;

export interface EventRepositoryOptions {
  /** Unix milliseconds. */
  now?: () => number;
  /** Called for observed events only. */
  onLifecycle?: LifecycleListener | undefined;
  begins?: BeginListener | undefined;
  /** Refuses what was observed at a camera that has moved to another gateway. */
  expectOurs?: ((trx: Transaction<Database>, cameraId: string) => Promise<void>) | undefined;
}

/** Reads and writes events. Changes of one gateway are written in the order of their numbers. */
export class EventRepository {
  readonly #store: Store;
  readonly #clock: ChangeClock;
  readonly #onLifecycle: LifecycleListener | undefined;
  readonly #begins: BeginListener | undefined;
  readonly #expectOurs: EventRepositoryOptions['expectOurs'];
  #tail: Promise<unknown> = Promise.resolve();
  #isBegun = false;

  constructor(store: Store, { now, onLifecycle, begins, expectOurs }: EventRepositoryOptions = {}) {
    this.#store = store;
    this.#clock = new ChangeClock(now);
    this.#onLifecycle = onLifecycle;
    this.#begins = begins;
    this.#expectOurs = expectOurs;
  }

  /** Inserts or updates an event; a picture is its best, and its first if it is. @throws AppError `storage-*` */
  save(event: EventState, picture?: EventPicture): Promise<void> {
    return this.#save(event, picture);
  }

  /** Like `save` for an observed event: calls `onLifecycle` at its start and end. @throws AppError `storage-*` */
  observe(event: EventState, picture?: EventPicture): Promise<void> {
    return this.#save(event, picture, { onLifecycle: this.#onLifecycle, expectOurs: this.#expectOurs });
  }

  /** Newest first. */
  async list(filter: EventFilter): Promise<EventRow[]> {
    const query = this.#store.db.selectFrom('events').selectAll().orderBy('sequence', 'desc');
    return narrowed(query, filter).limit(filter.limit).execute();
  }

  /** Events changed after a change number, in order. */
  async changedAfter(change: number, limit: number): Promise<EventRow[]> {
    return this.#store.db
      .selectFrom('events')
      .selectAll()
      .where('change', '>', change)
      .orderBy('change')
      .limit(limit)
      .execute();
  }

  /** Number of the newest change; 0 without any. */
  async newestChange(): Promise<number> {
    const { db } = this.#store;
    const row = await db
      .selectFrom('events')
      .select('change')
      .orderBy('change', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row?.change ?? 0;
  }

  /** @param cameras only of these @throws AppError `event-not-found` */
  async get(id: string, cameras?: ReadonlySet<string>): Promise<EventRow> {
    const row = await this.#store.db.selectFrom('events').selectAll().where('id', '=', id).executeTakeFirst();
    if (row === undefined || cameras?.has(row.camera_id) === false)
      throw new AppError('event-not-found', 'There is no event with this id');
    return row;
  }

  /** A JPEG of an event. @param cameras only of these @throws AppError `event-not-found` if there is none */
  async snapshot(
    id: string,
    cameras?: ReadonlySet<string>,
    which: EventPictureName = 'best',
  ): Promise<Buffer> {
    if (cameras !== undefined) await this.get(id, cameras);
    const jpeg = await readPicture(this.#store.db, id, which);
    if (jpeg === undefined)
      throw new AppError('event-not-found', 'There is no picture of an event with this id');
    return jpeg;
  }

  /** Ends events without an update since a time: their observer is gone. Returns how many. */
  endUnseen(seenBefore: number): Promise<number> {
    return this.#inOrder((first) =>
      this.#store.transaction(async (trx) => {
        const unseen = await trx
          .selectFrom('events')
          .select('id')
          .where('ended_at', 'is', null)
          .where('updated_at', '<', seenBefore)
          .execute();
        let ended = 0;
        for (const { id } of unseen) {
          // A number of its own for each: readers go on after the last number that they saw.
          const change = ended === 0 ? first : this.#clock.next();
          const row = await trx
            .updateTable('events')
            .set(({ ref }) => ({ ended_at: ref('updated_at'), change }))
            .where('id', '=', id)
            .where('ended_at', 'is', null)
            .returningAll()
            .executeTakeFirst();
          if (row === undefined) continue;
          ended += 1;
          await this.#onLifecycle?.(trx, stateOf(row), 'end');
        }
        return ended;
      }),
    );
  }

  /** Deletes a batch of events started before a time. Returns how many; call again until it is 0. */
  async prune(startedBefore: number): Promise<number> {
    const { db } = this.#store;
    const old = db
      .selectFrom('events')
      .select('id')
      .where('started_at', '<', startedBefore)
      .where('ended_at', 'is not', null)
      .limit(PRUNE_BATCH);
    const { numDeletedRows } = await db.deleteFrom('events').where('id', 'in', old).executeTakeFirst();
    return Number(numDeletedRows);
  }

  #save(
    event: EventState,
    picture: EventPicture | undefined,
    { onLifecycle, expectOurs }: Pick<EventRepositoryOptions, 'onLifecycle' | 'expectOurs'> = {},
  ): Promise<void> {
    return this.#inOrder((change) =>
      this.#store.transaction(async (trx) => {
        await expectOurs?.(trx, event.cameraId);
        const begins = this.#begins?.isListening() === true ? this.#begins : undefined;
        const stored = (onLifecycle ?? begins) === undefined ? undefined : await endOf(trx, event.id);
        const phase = onLifecycle === undefined ? undefined : phaseOf(event, stored);
        const pictures = picture && (await picturesWith(trx, event.id, picture));
        await upsert(trx, event, change, pictures);
        if (picture !== undefined) await savePicture(trx, event.id, picture.jpeg);
        if (phase !== undefined) await onLifecycle?.(trx, event, phase);
        if (stored === undefined) await begins?.onBegin(trx, event);
      }),
    );
  }

  /** Serialises changes: a listener that saw a change must never see a lower one appear later. */
  #inOrder<T>(write: (change: number) => Promise<T>): Promise<T> {
    const written = this.#tail.then(async () => {
      // A clock that was set back must not hide changes from readers that saw later numbers.
      if (!this.#isBegun) this.#clock.follow(await this.newestChange());
      this.#isBegun = true;
      return write(this.#clock.next());
    });
    this.#tail = written.catch(() => {});
    return written;
  }
}

function narrowed(
  query: SelectQueryBuilder<Database, 'events', EventRow>,
  filter: EventFilter,
): SelectQueryBuilder<Database, 'events', EventRow> {
  const { cameraId, cameras, kind, label, zone, since, until, isOpen, minScore, before } = filter;
  const pattern = `%${(filter.search ?? '').toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
  return (
    query
      .$if(cameraId !== undefined, (q) => q.where('camera_id', '=', cameraId as string))
      .$if(cameras !== undefined, (q) => q.where('camera_id', 'in', [...(cameras ?? [])]))
      .$if(kind !== undefined, (q) => q.where('kind', '=', kind as string))
      .$if(filter.search !== undefined, (q) =>
        q.where(
          sql<boolean>`(lower(label) like ${pattern} escape '\\' or lower(data) like ${pattern} escape '\\' or lower(zones) like ${pattern} escape '\\')`,
        ),
      )
      .$if(label !== undefined, (q) => q.where('label', '=', label as string))
      // Alike on both engines, unlike the case of letters in `like`.
      .$if(zone !== undefined, (q) =>
        q.where(sql<boolean>`replace(zones, ${JSON.stringify(zone)}, '') <> zones`),
      )
      .$if(since !== undefined, (q) => q.where('started_at', '>=', since as number))
      .$if(until !== undefined, (q) => q.where('started_at', '<', until as number))
      .$if(isOpen === true, (q) => q.where('ended_at', 'is', null))
      .$if(isOpen === false, (q) => q.where('ended_at', 'is not', null))
      .$if(minScore !== undefined, (q) => q.where('score', '>=', minScore as number))
      .$if(before !== undefined, (q) => q.where('sequence', '<', before as number))
  );
}

/** When a stored event ended, null while it is ongoing; undefined if it is not stored. */
async function endOf(trx: Transaction<Database>, id: string): Promise<number | null | undefined> {
  const row = await trx.selectFrom('events').select('ended_at').where('id', '=', id).executeTakeFirst();
  return row?.ended_at;
}

function stateOf(row: EventRow): EventState {
  return {
    id: row.id,
    cameraId: row.camera_id,
    kind: row.kind,
    label: row.label,
    score: row.score,
    startedAt: row.started_at,
    updatedAt: row.updated_at,
    endedAt: row.ended_at,
    zones: JSON.parse(row.zones) as string[],
    data: JSON.parse(row.data) as Record<string, unknown>,
  };
}

async function upsert(
  trx: Transaction<Database>,
  event: EventState,
  change: number,
  pictures: StoredPictures | undefined,
): Promise<void> {
  const changes = {
    change,
    label: event.label,
    score: event.score,
    updated_at: event.updatedAt,
    ended_at: event.endedAt,
    data: JSON.stringify(event.data),
    zones: JSON.stringify(event.zones ?? []),
    ...(pictures === undefined ? {} : { has_snapshot: 1, pictures: JSON.stringify(pictures) }),
  };
  await trx
    .insertInto('events')
    .values({
      has_snapshot: 0,
      pictures: null,
      clip_from: null,
      clip_to: null,
      ...changes,
      id: event.id,
      sequence: change,
      camera_id: event.cameraId,
      kind: event.kind,
      started_at: event.startedAt,
    })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(changes))
    .execute();
}
