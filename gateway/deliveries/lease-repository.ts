/** Leases of deliveries: taken for a limited time, then settled. */
import { type ExpressionBuilder, sql, type Transaction } from 'kysely';
import type { Database, DeliveryRow } from '../store/database.ts';
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
  /** Whose deliveries it takes: those to the analysis backend (default), or notices. */
  lane?: Lane;
}

/** The analysis backend and the targets of notices have senders of their own: neither delays the other. */
export type Lane = 'backend' | 'notices';

/** Spelt as in the partial indexes, so that they are used. */
const IN_LANE = { backend: sql<boolean>`target = ''`, notices: sql<boolean>`target <> ''` };
/** Deliveries to one target of notices that are under way simultaneously: one that hangs leaves room for others. */
const MOST_OF_TARGET = 4;

/** Due deliveries per query; more than are taken, since some may have to wait for another. */
const MIN_PAGE = 64;

/** The leases of one sender. */
export class LeaseRepository {
  readonly #options: LeaseOptions;
  readonly #lane: Lane;
  #lastNow: number | undefined;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#lane = options.lane ?? 'backend';
  }

  /**
   * Settles finished deliveries and takes due ones, in one transaction: of each queue the
   * oldest undelivered one, and only while no other of that queue is being sent.
   */
  exchange({ settlements, limit, inHand, now }: Exchange): Promise<Exchanged> {
    return this.#options.store.transaction(async (trx) => {
      await this.#followClock(trx, now);
      for (const settlement of settlements) await this.#settle(trx, settlement, now);
      const leased = limit > 0 ? await this.#lease(trx, { limit, inHand, now }) : [];
      return { leased, nextDueAt: await nextDueAt(trx, now, this.#lane) };
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
    if (numUpdatedRows > 0n) await freeNext(trx, settlement.queue, now);
  }

  /** Pages through due deliveries until some may be taken. */
  async #lease(
    trx: Transaction<Database>,
    { limit, inHand, now }: Omit<Exchange, 'settlements'>,
  ): Promise<LeasedDelivery[]> {
    const underWay = await rowsUnderWay(trx, now, this.#lane);
    const pageSize = Math.max(MIN_PAGE, limit * 4);
    for (let offset = 0; ; offset += pageSize) {
      const page = await duePage(trx, { now, limit: pageSize, offset, lane: this.#lane });
      const rested = page.filter(({ id }) => !inHand.includes(id));
      const free = this.#lane === 'notices' ? fairly(rested, underWay) : notBusy(rested, underWay);
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
      .select(['d.id', 'd.camera_id', 'd.target', 'd.queue', 'd.payload', 'd.attempts'])
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

type Place = Pick<DeliveryRow, 'queue' | 'target'>;

/** Those whose queue has none under way. */
function notBusy<T extends Place>(rows: readonly T[], underWay: readonly Place[]): T[] {
  const busy = new Set(underWay.map(({ queue }) => queue));
  return rows.filter(({ queue }) => !busy.has(queue));
}

/** Those of them whose target has not too many under way, one of each queue. */
function fairly<T extends Place>(rows: readonly T[], underWay: readonly Place[]): T[] {
  const taken = [...underWay];
  return rows.filter((row) => {
    const isFree = notBusy([row], taken).length > 0;
    const ofTarget = taken.filter(({ target }) => target === row.target).length;
    if (!isFree || ofTarget >= MOST_OF_TARGET) return false;
    taken.push(row);
    return true;
  });
}

/** Deliveries being sent: perhaps a newer one of a queue than one that was retried by hand. */
async function rowsUnderWay(trx: Transaction<Database>, now: number, lane: Lane): Promise<Place[]> {
  return (
    trx
      .selectFrom('deliveries')
      .select(['queue', 'target'])
      .where(IN_LANE[lane])
      // Spelt as in the partial index over leased rows, so that the index is used.
      .where(sql<boolean>`leased_until > 0`)
      .where('leased_until', '>', now)
      .execute()
  );
}

function duePage(
  trx: Transaction<Database>,
  { now, limit, offset, lane }: { now: number; limit: number; offset: number; lane: Lane },
) {
  return trx
    .selectFrom('deliveries')
    .select(['id', 'sequence', 'queue', 'target'])
    .where(IN_LANE[lane])
    .where('status', '=', 'pending')
    .where('next_attempt_at', '<=', now)
    .where('leased_until', '<=', now)
    .orderBy('next_attempt_at')
    .limit(limit)
    .offset(offset)
    .execute();
}

type CandidateBuilder = ExpressionBuilder<Database & { d: Database['deliveries'] }, 'd'>;

/** The oldest pending delivery of a candidate's queue. */
function firstPending(eb: CandidateBuilder) {
  return eb
    .selectFrom('deliveries as older')
    .select('older.sequence')
    .where('older.status', '=', 'pending')
    .whereRef('older.queue', '=', 'd.queue')
    .orderBy('older.sequence')
    .limit(1);
}

/** Makes the next delivery of a queue due if it waited for the previous one. */
async function freeNext(trx: Transaction<Database>, queue: string, now: number): Promise<void> {
  await trx
    .updateTable('deliveries')
    .set({ next_attempt_at: now })
    .where('sequence', '=', (eb) =>
      eb
        .selectFrom('deliveries as next')
        .select('next.sequence')
        .where('next.status', '=', 'pending')
        .where('next.queue', '=', queue)
        .orderBy('next.sequence')
        .limit(1),
    )
    .where('next_attempt_at', '=', AFTER_EARLIER_ONE)
    .execute();
}

async function nextDueAt(trx: Transaction<Database>, now: number, lane: Lane): Promise<number | undefined> {
  const row = await trx
    .selectFrom('deliveries')
    .select('next_attempt_at')
    .where(IN_LANE[lane])
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
    case 'postponed':
      return { next_attempt_at: settlement.at };
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
