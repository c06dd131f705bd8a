/** The `deliveries` table: insert, list, retry by hand, delete. */
import type { Transaction } from 'kysely';
import { AppError } from '#shared/errors.ts';
import type { Database, DeliveryRow } from '../store/database.ts';
import type { Store } from '../store/store.ts';
import {
  AFTER_EARLIER_ONE,
  BACKEND,
  type DeliveryStatus,
  EVENT_DELIVERY_PREFIX,
  NOTICE_DELIVERY_PREFIX,
  queueOf,
} from './delivery.ts';

/** A delivery to store. */
export interface NewDelivery {
  id: string;
  cameraId: string;
  /** Default: the analysis backend. */
  target?: string;
  /** Default: that of the target and the camera. */
  queue?: string;
  /** Sealed request body. */
  payload: string;
  /** Not before this time, Unix milliseconds. */
  notBefore?: number;
}

/** Filter of the list, newest first. */
export interface DeliveryFilter {
  status?: DeliveryStatus | undefined;
  cameraId?: string | undefined;
  /** Default: the analysis backend. */
  target?: string | undefined;
  limit: number;
  /** Only deliveries older than this sequence number. */
  before?: number | undefined;
}

/** Counts of deliveries. */
export interface DeliveryCounts extends Record<DeliveryStatus, number> {
  /** Creation time of the oldest undelivered delivery, Unix milliseconds. */
  oldestPendingAt: number | undefined;
}

const PRUNE_BATCH = 1000;

/** The table `deliveries`; leases are in {@link LeaseRepository}. */
export class DeliveryRepository {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Whether a delivery is stored. */
  async has(trx: Transaction<Database>, id: string): Promise<boolean> {
    const row = await trx.selectFrom('deliveries').select('id').where('id', '=', id).executeTakeFirst();
    return row !== undefined;
  }

  /** Appends a delivery to its queue unless its id exists. @param now Unix milliseconds */
  async insert(trx: Transaction<Database>, delivery: NewDelivery, now: number): Promise<void> {
    const { target = BACKEND, cameraId, queue = queueOf(target, cameraId), notBefore = now } = delivery;
    const hasEarlier = await this.#lockFirstPending(trx, queue);
    await trx
      .insertInto('deliveries')
      .values({
        id: delivery.id,
        camera_id: cameraId,
        target,
        queue,
        payload: delivery.payload,
        status: 'pending',
        attempts: 0,
        next_attempt_at: hasEarlier ? AFTER_EARLIER_ONE : notBefore,
        leased_until: 0,
        lease_owner: null,
        created_at: now,
        updated_at: now,
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  }

  /** Deliveries, newest first. */
  list({ status, cameraId, target = BACKEND, limit, before }: DeliveryFilter): Promise<DeliveryRow[]> {
    return this.#store.db
      .selectFrom('deliveries')
      .selectAll()
      .where('target', '=', target)
      .$if(status !== undefined, (query) => query.where('status', '=', status as string))
      .$if(cameraId !== undefined, (query) => query.where('camera_id', '=', cameraId as string))
      .$if(before !== undefined, (query) => query.where('sequence', '<', before as number))
      .orderBy('sequence', 'desc')
      .limit(limit)
      .execute();
  }

  /**
   * Makes a parked delivery pending again, with a full set of attempts, or a waiting one
   * due immediately. Leaves one that is being sent alone.
   * @throws AppError `delivery-not-found` or `delivery-delivered`
   */
  retry(id: string, now: number): Promise<DeliveryRow> {
    return this.#store.transaction(async (trx) => {
      const row = await find(trx, id);
      if (row.status === 'delivered') {
        throw new AppError(
          'delivery-delivered',
          'This delivery has arrived already; there is nothing to retry',
        );
      }
      const hasEarlier = await this.#lockFirstPending(trx, row.queue, row.sequence);
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

  /** Counts the deliveries to the analysis backend. */
  async count(): Promise<DeliveryCounts> {
    const { db } = this.#store;
    const groups = await db
      .selectFrom('deliveries')
      .select(({ fn }) => ['status', fn.countAll<number>().as('rows')])
      .where('target', '=', BACKEND)
      .groupBy('status')
      .execute();
    const oldest = await db
      .selectFrom('deliveries')
      .select('created_at')
      .where('status', '=', 'pending')
      .where('target', '=', BACKEND)
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

  /** Pending deliveries of a queue, counted up to `limit`. */
  async countPending(trx: Transaction<Database>, queue: string, limit: number): Promise<number> {
    const rows = await trx
      .selectFrom('deliveries')
      .select('sequence')
      .where('status', '=', 'pending')
      .where('queue', '=', queue)
      .limit(limit)
      .execute();
    return rows.length;
  }

  /**
   * Deletes a batch of deliveries that were delivered before a time, and of deliveries of events and notices
   * parked before it. Returns how many; call again until it is 0.
   */
  async prune(before: number): Promise<number> {
    const { db } = this.#store;
    const old = db.selectFrom('deliveries').select('sequence').limit(PRUNE_BATCH);
    const arrived = old.where('delivered_at', '<', before);
    const givenUp = old
      .where('status', '=', 'parked')
      .where('updated_at', '<', before)
      .where((eb) =>
        eb.or([
          eb('id', 'like', `${EVENT_DELIVERY_PREFIX}%`),
          eb('id', 'like', `${NOTICE_DELIVERY_PREFIX}%`),
        ]),
      );
    let deleted = 0;
    for (const rows of [arrived, givenUp]) {
      const remove = db.deleteFrom('deliveries').where('sequence', 'in', rows);
      deleted += Number((await remove.executeTakeFirst()).numDeletedRows);
    }
    return deleted;
  }

  /**
   * Whether a queue has a pending delivery (before `sequence`). Locks that row until the
   * transaction ends, so that the sender that settles it sees this delivery and makes it due.
   */
  async #lockFirstPending(trx: Transaction<Database>, queue: string, sequence?: number): Promise<boolean> {
    const row = await trx
      .selectFrom('deliveries')
      .select('sequence')
      .where('status', '=', 'pending')
      .where('queue', '=', queue)
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
