/** Deliveries as rows: made, looked at, tried again by hand, cleared away. */
import type { Transaction } from 'kysely';
import { AppError } from '#shared/errors.ts';
import type { Database, DeliveryRow } from '../store/database.ts';
import type { Store } from '../store/store.ts';
import { AFTER_EARLIER_ONE, type DeliveryStatus, EVENT_DELIVERY_PREFIX } from './delivery.ts';

/** A delivery to be stored. */
export interface NewDelivery {
  id: string;
  cameraId: string;
  /** Sealed request body. */
  payload: string;
}

/** Which deliveries to list, newest first. */
export interface DeliveryFilter {
  status?: DeliveryStatus | undefined;
  cameraId?: string | undefined;
  limit: number;
  /** Only those made before the one with this sequence. */
  before?: number | undefined;
}

/** How many deliveries there are. */
export interface DeliveryCounts extends Record<DeliveryStatus, number> {
  /** When the oldest that has not arrived was made, Unix milliseconds. */
  oldestPendingAt: number | undefined;
}

const PRUNE_BATCH = 1000;

/** The table `deliveries`, but for what a sender does with it. */
export class DeliveryRepository {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Adds a delivery behind those of its camera that have not arrived yet, unless its id is known. @param now Unix milliseconds */
  async insert(trx: Transaction<Database>, delivery: NewDelivery, now: number): Promise<void> {
    const hasEarlier = await this.#lockFirstPending(trx, delivery.cameraId);
    await trx
      .insertInto('deliveries')
      .values({
        id: delivery.id,
        camera_id: delivery.cameraId,
        payload: delivery.payload,
        status: 'pending',
        attempts: 0,
        next_attempt_at: hasEarlier ? AFTER_EARLIER_ONE : now,
        leased_until: 0,
        lease_owner: null,
        created_at: now,
        updated_at: now,
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  }

  /** Deliveries, newest first. */
  list({ status, cameraId, limit, before }: DeliveryFilter): Promise<DeliveryRow[]> {
    return this.#store.db
      .selectFrom('deliveries')
      .selectAll()
      .$if(status !== undefined, (query) => query.where('status', '=', status as string))
      .$if(cameraId !== undefined, (query) => query.where('camera_id', '=', cameraId as string))
      .$if(before !== undefined, (query) => query.where('sequence', '<', before as number))
      .orderBy('sequence', 'desc')
      .limit(limit)
      .execute();
  }

  /**
   * Makes a parked delivery pending again, with all its attempts before it, or one that
   * waits for its next attempt due now. One that is under way is left alone.
   * @throws AppError `delivery-not-found` or `delivery-delivered`
   */
  retry(id: string, now: number): Promise<DeliveryRow> {
    return this.#store.transaction(async (trx) => {
      const row = await find(trx, id);
      if (row.status === 'delivered') {
        throw new AppError('delivery-delivered', 'This delivery has arrived; there is nothing to try again');
      }
      const hasEarlier = await this.#lockFirstPending(trx, row.camera_id, row.sequence);
      await trx
        .updateTable('deliveries')
        .set({
          status: 'pending',
          attempts: row.status === 'parked' ? 0 : row.attempts,
          next_attempt_at: hasEarlier ? AFTER_EARLIER_ONE : now,
          leased_until: 0,
          lease_owner: null,
          updated_at: now,
        })
        .where('id', '=', id)
        .where('status', '=', row.status)
        .where('leased_until', '<=', now)
        .execute();
      return find(trx, id);
    });
  }

  /** Counts over all deliveries. */
  async count(): Promise<DeliveryCounts> {
    const { db } = this.#store;
    const groups = await db
      .selectFrom('deliveries')
      .select(({ fn }) => ['status', fn.countAll<number>().as('rows')])
      .groupBy('status')
      .execute();
    const oldest = await db
      .selectFrom('deliveries')
      .select('created_at')
      .where('status', '=', 'pending')
      .orderBy('sequence')
      .limit(1)
      .executeTakeFirst();
    const rows = (status: DeliveryStatus): number =>
      Number(groups.find((group) => group.status === status)?.rows ?? 0);
    return {
      pending: rows('pending'),
      delivered: rows('delivered'),
      parked: rows('parked'),
      oldestPendingAt: oldest?.created_at,
    };
  }

  /** How many of a camera are pending, at most `limit`: a long queue is not counted to its end. */
  async countPending(trx: Transaction<Database>, cameraId: string, limit: number): Promise<number> {
    const rows = await trx
      .selectFrom('deliveries')
      .select('sequence')
      .where('status', '=', 'pending')
      .where('camera_id', '=', cameraId)
      .limit(limit)
      .execute();
    return rows.length;
  }

  /**
   * Deletes some of those that arrived before a time, and of events that were given up before it: there are
   * many, and nobody tries one again that old. @returns how many; there may be more while it is not 0
   */
  async prune(before: number): Promise<number> {
    const { db } = this.#store;
    const old = db.selectFrom('deliveries').select('sequence').limit(PRUNE_BATCH);
    const arrived = old.where('delivered_at', '<', before);
    const givenUp = old
      .where('status', '=', 'parked')
      .where('updated_at', '<', before)
      .where('id', 'like', `${EVENT_DELIVERY_PREFIX}%`);
    let deleted = 0;
    for (const rows of [arrived, givenUp]) {
      const remove = db.deleteFrom('deliveries').where('sequence', 'in', rows);
      deleted += Number((await remove.executeTakeFirst()).numDeletedRows);
    }
    return deleted;
  }

  /**
   * Whether a camera has a delivery (before `sequence`) that is pending. That row stays locked until the
   * transaction ends, so that whoever settles it sees what is being written here and makes it due.
   */
  async #lockFirstPending(trx: Transaction<Database>, cameraId: string, sequence?: number): Promise<boolean> {
    const row = await trx
      .selectFrom('deliveries')
      .select('sequence')
      .where('status', '=', 'pending')
      .where('camera_id', '=', cameraId)
      .$if(sequence !== undefined, (query) => query.where('sequence', '<', sequence as number))
      .orderBy('sequence')
      .limit(1)
      .$if(this.#store.engine === 'postgres', (query) => query.forUpdate())
      .executeTakeFirst();
    return row !== undefined;
  }
}

async function find(trx: Transaction<Database>, id: string): Promise<DeliveryRow> {
  const row = await trx.selectFrom('deliveries').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw new AppError('delivery-not-found', 'There is no delivery with this id');
  return row;
}
