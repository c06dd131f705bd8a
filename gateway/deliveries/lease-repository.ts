/** Leases of deliveries: taken for a limited time, then settled. */
import { type ExpressionBuilder, sql, type Transaction } from 'kysely';
import type { Database } from '../store/database.ts';
import type { Store } from '../store/store.ts';
import { AFTER_EARLIER_ONE, type AttemptRecord, type LeasedDelivery, type Settlement } from './delivery.ts';

/** One exchange between a sender and the store. */
export interface Exchange {
  settlements: readonly Settlement[];
  /** How many deliveries to take. */
  limit: number;
  /** Ids that this sender still holds, even if the clock says their leases expired. */
  inHand: readonly string[];
  /** Unix milliseconds. */
  now: number;
}

/** Result of an exchange. */
export interface Exchanged {
  leased: LeasedDelivery[];
  /** When the next delivery is due, Unix milliseconds; undefined without one. */
  nextDueAt: number | undefined;
}

export interface LeaseOptions {
  store: Store;
  /** Unique name of the sender. */
  owner: string;
  /** Milliseconds until deliveries of a killed sender are free again. */
  leaseMs: number;
}

/** Due deliveries per query; more than are taken, since some may have to wait for another. */
const MIN_PAGE = 64;

/** The leases of one sender. */
export class LeaseRepository {
  readonly #options: LeaseOptions;
  #lastNow: number | undefined;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /**
   * Settles finished deliveries and takes due ones, in one transaction: of each camera the
   * oldest undelivered one, and only while no other of that camera is being sent.
   */
  exchange({ settlements, limit, inHand, now }: Exchange): Promise<Exchanged> {
    return this.#options.store.transaction(async (trx) => {
      await this.#followClock(trx, now);
      for (const settlement of settlements) await this.#settle(trx, settlement, now);
      const leased = limit > 0 ? await this.#lease(trx, { limit, inHand, now }) : [];
      return { leased, nextDueAt: await nextDueAt(trx, now) };
    });
  }

  /**
   * After the clock was set back, stored times lie ahead for as long as it was: the waits that they stood
   * for begin anew. Looked for at the start and whenever the clock is behind the last exchange.
   */
  async #followClock(trx: Transaction<Database>, now: number): Promise<void> {
    const last = this.#lastNow;
    this.#lastNow = now;
    if (last !== undefined && now >= last) return;
    const { leaseMs } = this.#options;
    await trx
      .updateTable('deliveries')
      .set({
        next_attempt_at: sql`${now} + case when next_attempt_at > updated_at
          then next_attempt_at - updated_at else 0 end`,
        updated_at: now,
      })
      .where('status', '=', 'pending')
      .where('next_attempt_at', '>', now)
      .where('next_attempt_at', '<', AFTER_EARLIER_ONE)
      .where('updated_at', '>', now)
      .execute();
    await trx
      .updateTable('deliveries')
      .set({ leased_until: now + leaseMs })
      .where('leased_until', '>', now + leaseMs)
      .execute();
  }

  /** If the lease went to another sender meanwhile, that sender settles it. */
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

  /** Pages through due deliveries until some may be taken. */
  async #lease(
    trx: Transaction<Database>,
    { limit, inHand, now }: Omit<Exchange, 'settlements'>,
  ): Promise<LeasedDelivery[]> {
    const busy = new Set(await camerasUnderWay(trx, now));
    const pageSize = Math.max(MIN_PAGE, limit * 4);
    for (let offset = 0; ; offset += pageSize) {
      const page = await duePage(trx, { now, limit: pageSize, offset });
      const free = page.filter(({ id, camera_id }) => !busy.has(camera_id) && !inHand.includes(id));
      const sequences = free.map(({ sequence }) => sequence);
      const leased = sequences.length === 0 ? [] : await this.#take(trx, { sequences, limit, now });
      if (leased.length > 0 || page.length < pageSize) return leased;
    }
  }

  /** Takes those that are the oldest of their camera and not locked by another gateway. */
  async #take(
    trx: Transaction<Database>,
    { sequences, limit, now }: { sequences: number[]; limit: number; now: number },
  ): Promise<LeasedDelivery[]> {
    const { store, owner, leaseMs } = this.#options;
    const rows = await trx
      .selectFrom('deliveries as d')
      .select(['d.id', 'd.camera_id', 'd.payload', 'd.attempts'])
      .where('d.sequence', 'in', sequences)
      // Expressions, so that no index but the primary key serves: planners without statistics pick worse ones.
      .where(sql<boolean>`d.status || '' = 'pending'`)
      .where(sql<boolean>`d.next_attempt_at + 0 <= ${now}`)
      .where(sql<boolean>`d.leased_until + 0 <= ${now}`)
      .where((eb) => eb('d.sequence', '=', firstPending(eb)))
      .orderBy(sql`d.next_attempt_at + 0`)
      .limit(limit)
      .$if(store.engine === 'postgres', (query) => query.forUpdate('d').skipLocked())
      .execute();
    const ids = rows.map(({ id }) => id);
    if (ids.length > 0) {
      const lease = { leased_until: now + leaseMs, lease_owner: owner };
      await trx.updateTable('deliveries').set(lease).where('id', 'in', ids).execute();
    }
    return rows.map(({ camera_id, ...row }) => ({ ...row, cameraId: camera_id }));
  }
}

/** Cameras with a delivery being sent: perhaps a newer one than one that was retried by hand. */
async function camerasUnderWay(trx: Transaction<Database>, now: number): Promise<string[]> {
  const rows = await trx
    .selectFrom('deliveries')
    .select('camera_id')
    // Spelt as in the partial index over leased rows, so that the index is used.
    .where(sql<boolean>`leased_until > 0`)
    .where('leased_until', '>', now)
    .execute();
  return rows.map(({ camera_id }) => camera_id);
}

function duePage(
  trx: Transaction<Database>,
  { now, limit, offset }: { now: number; limit: number; offset: number },
) {
  return trx
    .selectFrom('deliveries')
    .select(['id', 'sequence', 'camera_id'])
    .where('status', '=', 'pending')
    .where('next_attempt_at', '<=', now)
    .where('leased_until', '<=', now)
    .orderBy('next_attempt_at')
    .limit(limit)
    .offset(offset)
    .execute();
}

type CandidateBuilder = ExpressionBuilder<Database & { d: Database['deliveries'] }, 'd'>;

/** The oldest pending delivery of a candidate's camera. */
function firstPending(eb: CandidateBuilder) {
  return eb
    .selectFrom('deliveries as older')
    .select('older.sequence')
    .where('older.status', '=', 'pending')
    .whereRef('older.camera_id', '=', 'd.camera_id')
    .orderBy('older.sequence')
    .limit(1);
}

/** Makes the next delivery of a camera due if it waited for the previous one. */
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
