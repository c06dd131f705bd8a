/** Events as rows. */
import type { SelectQueryBuilder, Transaction } from 'kysely';
import { AppError } from '#shared/errors.ts';
import type { Database, EventRow } from '../store/database.ts';
import type { Store } from '../store/store.ts';
import { ChangeClock } from './change-clock.ts';
import type { EventState } from './event.ts';

/** Which events to list, newest first. */
export interface EventFilter {
  cameraId?: string | undefined;
  kind?: string | undefined;
  label?: string | undefined;
  /** Started at this time or later, Unix milliseconds. */
  since?: number | undefined;
  /** Started before this time, Unix milliseconds. */
  until?: number | undefined;
  /** Only those that go on, or only those that are over. */
  isOpen?: boolean | undefined;
  minScore?: number | undefined;
  limit: number;
  /** Only those made before the one with this sequence. */
  before?: number | undefined;
}

/** What an event that is observed live does at its two ends. */
export type EventTurn = 'start' | 'end';

/** Passes on that an event began or ended, within the transaction that stores it. */
export type TellTurn = (trx: Transaction<Database>, event: EventState, turn: EventTurn) => Promise<void>;

const PRUNE_BATCH = 500;

/** The tables `events` and `event_snapshots`. Changes of one gateway are written in the order of their numbers. */
export class EventRepository {
  readonly #store: Store;
  readonly #clock: ChangeClock;
  readonly #tell: TellTurn | undefined;
  #tail: Promise<unknown> = Promise.resolve();

  /** @param options `now`: Unix milliseconds; `tell`: who is told what becomes of observed events */
  constructor(store: Store, { now, tell }: { now?: () => number; tell?: TellTurn | undefined } = {}) {
    this.#store = store;
    this.#clock = new ChangeClock(now);
    this.#tell = tell;
  }

  /** Adds an event or brings it up to date; a picture replaces the one before. @throws AppError `storage-*` */
  save(event: EventState, picture?: Buffer): Promise<void> {
    return this.#save(event, picture);
  }

  /** The same for an event that is observed live: whoever wants to know is told of its start and end. @throws AppError `storage-*` */
  observe(event: EventState, picture?: Buffer): Promise<void> {
    return this.#save(event, picture, this.#tell);
  }

  /** Newest first. */
  async list(filter: EventFilter): Promise<EventRow[]> {
    const query = this.#store.db.selectFrom('events').selectAll().orderBy('sequence', 'desc');
    return narrowed(query, filter).limit(filter.limit).execute();
  }

  /** What changed after a change, in that order. */
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

  /** @throws AppError `event-not-found` */
  async get(id: string): Promise<EventRow> {
    const row = await this.#store.db.selectFrom('events').selectAll().where('id', '=', id).executeTakeFirst();
    if (row === undefined) throw new AppError('event-not-found', 'There is no event with this id');
    return row;
  }

  /** The JPEG of an event. @throws AppError `event-not-found`, also where it has none */
  async snapshot(id: string): Promise<Buffer> {
    const row = await this.#store.db
      .selectFrom('event_snapshots')
      .select('jpeg')
      .where('event_id', '=', id)
      .executeTakeFirst();
    if (row === undefined)
      throw new AppError('event-not-found', 'There is no picture of an event with this id');
    return Buffer.from(row.jpeg);
  }

  /** Ends events that nobody has seen go on since a time: whoever watched them is gone. @returns how many */
  endUnseen(seenBefore: number): Promise<number> {
    return this.#inOrder((change) =>
      this.#store.transaction(async (trx) => {
        const ended = await trx
          .updateTable('events')
          .set(({ ref }) => ({ ended_at: ref('updated_at'), change }))
          .where('ended_at', 'is', null)
          .where('updated_at', '<', seenBefore)
          .returningAll()
          .execute();
        for (const row of ended) await this.#tell?.(trx, stateOf(row), 'end');
        return ended.length;
      }),
    );
  }

  /** Deletes some of those that started before a time. @returns how many; there may be more while it is not 0 */
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

  #save(event: EventState, picture: Buffer | undefined, tell?: TellTurn): Promise<void> {
    return this.#inOrder((change) =>
      this.#store.transaction(async (trx) => {
        const turn = tell === undefined ? undefined : await turnOf(trx, event);
        await upsert(trx, event, change, picture !== undefined);
        if (picture !== undefined) await savePicture(trx, event.id, picture);
        if (turn !== undefined) await tell?.(trx, event, turn);
      }),
    );
  }

  /** A listener that has seen a change must never find a lower one appear after it. */
  #inOrder<T>(write: (change: number) => Promise<T>): Promise<T> {
    const written = this.#tail.then(() => write(this.#clock.next()));
    this.#tail = written.catch(() => {});
    return written;
  }
}

function narrowed(
  query: SelectQueryBuilder<Database, 'events', EventRow>,
  filter: EventFilter,
): SelectQueryBuilder<Database, 'events', EventRow> {
  const { cameraId, kind, label, since, until, isOpen, minScore, before } = filter;
  return query
    .$if(cameraId !== undefined, (q) => q.where('camera_id', '=', cameraId as string))
    .$if(kind !== undefined, (q) => q.where('kind', '=', kind as string))
    .$if(label !== undefined, (q) => q.where('label', '=', label as string))
    .$if(since !== undefined, (q) => q.where('started_at', '>=', since as number))
    .$if(until !== undefined, (q) => q.where('started_at', '<', until as number))
    .$if(isOpen === true, (q) => q.where('ended_at', 'is', null))
    .$if(isOpen === false, (q) => q.where('ended_at', 'is not', null))
    .$if(minScore !== undefined, (q) => q.where('score', '>=', minScore as number))
    .$if(before !== undefined, (q) => q.where('sequence', '<', before as number));
}

/** What a state is beside the one that is stored, if it is news at all. */
async function turnOf(
  trx: Transaction<Database>,
  { id, endedAt }: EventState,
): Promise<EventTurn | undefined> {
  const stored = await trx.selectFrom('events').select('ended_at').where('id', '=', id).executeTakeFirst();
  if (endedAt === null) return stored === undefined ? 'start' : undefined;
  return (stored?.ended_at ?? null) === null ? 'end' : undefined;
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
    data: JSON.parse(row.data) as object,
  };
}

async function upsert(
  trx: Transaction<Database>,
  event: EventState,
  change: number,
  hasSnapshot: boolean,
): Promise<void> {
  const changes = {
    change,
    label: event.label,
    score: event.score,
    updated_at: event.updatedAt,
    ended_at: event.endedAt,
    data: JSON.stringify(event.data),
    ...(hasSnapshot ? { has_snapshot: 1 } : {}),
  };
  await trx
    .insertInto('events')
    .values({
      has_snapshot: 0,
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

async function savePicture(trx: Transaction<Database>, id: string, jpeg: Buffer): Promise<void> {
  await trx
    .insertInto('event_snapshots')
    .values({ event_id: id, jpeg })
    .onConflict((conflict) => conflict.column('event_id').doUpdateSet({ jpeg }))
    .execute();
}
