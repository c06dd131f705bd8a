/** What senders do with deliveries: take them for a while, and tell what became of them. */
import { type ExpressionBuilder, sql, type Transaction } from 'kysely';
import type { Database } from '../store/database.ts';
import type { Store } from '../store/store.ts';
import { AFTER_EARLIER_ONE, type AttemptRecord, type LeasedDelivery, type Settlement } from './delivery.ts';

/** One exchange between a sender and the store. */
export interface Exchange {
  settlements: readonly Settlement[];
  /** How many deliveries to take. */
  limit: number;
  /** Ids that this sender still has in hand, whatever the clock says about their leases. */
  inHand: readonly string[];
  /** Unix milliseconds. */
  now: number;
}

/** What an exchange gave. */
export interface Exchanged {
  leased: LeasedDelivery[];
  /** When the next delivery becomes due, Unix milliseconds; undefined when none waits for a time. */
  nextDueAt: number | undefined;
}

/** How a sender takes deliveries. */
export interface LeaseOptions {
  store: Store;
  /** Name of the sender, different for each. */
  owner: string;
  /** Milliseconds until what a killed sender had in hand is free again. */
  leaseMs: number;
}

/** The leases of one sender. */
export class LeaseRepository {
  readonly #options: LeaseOptions;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /**
   * Settles what is done and takes what is due, in one transaction: of each camera the oldest
   * delivery that has not arrived, and only while no other of that camera is under way.
   */
  exchange({ settlements, limit, inHand, now }: Exchange): Promise<Exchanged> {
    return this.#options.store.transaction(async (trx) => {
      for (const settlement of settlements) await this.#settle(trx, settlement, now);
      const leased = limit > 0 ? await this.#lease(trx, { limit, inHand, now }) : [];
      return { leased, nextDueAt: await nextDueAt(trx, now) };
    });
  }

  /** A delivery whose lease went to another sender meanwhile is that one's to settle. */
  async #settle(trx: Transaction<Database>, settlement: Settlement, now: number): Promise<void> {
    const { numUpdatedRows } = await trx
      .updateTable('deliveries')
      .set({ ...changes(settlement, now), leased_until: 0, lease_owner: null, updated_at: now })
      .where('id', '=', settlement.id)
      .where('status', '=', 'pending')
      .where('lease_owner', '=', this.#options.owner)
      .executeTakeFirst();
    if (numUpdatedRows > 0n) await freeNext(trx, settlement.cameraId, now);
  }

  async #lease(
    trx: Transaction<Database>,
    { limit, inHand, now }: Omit<Exchange, 'settlements'>,
  ): Promise<LeasedDelivery[]> {
    const { store, owner, leaseMs } = this.#options;
    const rows = await trx
      .selectFrom('deliveries as d')
      .select(['d.id', 'd.camera_id', 'd.payload', 'd.attempts'])
      .where('d.status', '=', 'pending')
      .where('d.next_attempt_at', '<=', now)
      .where('d.leased_until', '<=', now)
      .$if(inHand.length > 0, (query) => query.where('d.id', 'not in', inHand))
      .where((eb) => eb('d.sequence', '=', firstPending(eb)))
      .where((eb) => eb(underWay(eb, now), '=', 0))
      .orderBy('d.next_attempt_at')
      .limit(limit)
      .$if(store.engine === 'postgres', (query) => query.forUpdate('d').skipLocked())
      .execute();
    if (rows.length > 0) {
      await trx
        .updateTable('deliveries')
        .set({ leased_until: now + leaseMs, lease_owner: owner })
        .where(
          'id',
          'in',
          rows.map(({ id }) => id),
        )
        .execute();
    }
    return rows.map(({ id, camera_id, payload, attempts }) => ({
      id,
      cameraId: camera_id,
      payload,
      attempts,
    }));
  }
}

type CandidateBuilder = ExpressionBuilder<Database & { d: Database['deliveries'] }, 'd'>;

/** The oldest pending delivery of a candidate's camera. A single value, so that no planner turns it into a join over all rows. */
function firstPending(eb: CandidateBuilder) {
  return eb
    .selectFrom('deliveries as older')
    .select('older.sequence')
    .where('older.status', '=', 'pending')
    .whereRef('older.camera_id', '=', 'd.camera_id')
    .orderBy('older.sequence')
    .limit(1);
}

/** How many deliveries of a candidate's camera are under way: one that is newer, after an older one was retried by hand. */
function underWay(eb: CandidateBuilder, now: number) {
  return (
    eb
      .selectFrom('deliveries as other')
      .select(({ fn }) => fn.countAll<number>().as('rows'))
      .whereRef('other.camera_id', '=', 'd.camera_id')
      // Spelt out as in the index over the few rows that are leased, which is used for it then.
      .where(sql<boolean>`other.leased_until > 0`)
      .where('other.leased_until', '>', now)
      .where('other.status', '=', 'pending')
  );
}

/** Makes the next delivery of a camera due, if it waited for the one before it. */
async function freeNext(trx: Transaction<Database>, cameraId: string, now: number): Promise<void> {
  await trx
    .updateTable('deliveries')
    .set({ next_attempt_at: now })
    .where('sequence', '=', (eb) =>
      eb
        .selectFrom('deliveries as next')
        .select('next.sequence')
        .where('next.status', '=', 'pending')
        .where('next.camera_id', '=', cameraId)
        .orderBy('next.sequence')
        .limit(1),
    )
    .where('next_attempt_at', '=', AFTER_EARLIER_ONE)
    .execute();
}

async function nextDueAt(trx: Transaction<Database>, now: number): Promise<number | undefined> {
  const row = await trx
    .selectFrom('deliveries')
    .select('next_attempt_at')
    .where('status', '=', 'pending')
    .where('next_attempt_at', '>', now)
    .where('next_attempt_at', '<', AFTER_EARLIER_ONE)
    .orderBy('next_attempt_at')
    .limit(1)
    .executeTakeFirst();
  return row?.next_attempt_at;
}

function changes(settlement: Settlement, now: number) {
  switch (settlement.kind) {
    case 'released':
      return {};
    case 'delivered':
      return { ...record(settlement), status: 'delivered', delivered_at: now };
    case 'retry':
      return { ...record(settlement), next_attempt_at: settlement.at };
    case 'parked':
      return { ...record(settlement), status: 'parked' };
  }
}

function record({ attempts, status, error, response }: AttemptRecord) {
  return { attempts, last_status: status, last_error: error, last_response: response };
}
