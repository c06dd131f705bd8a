/** Leases of due watches: a runner takes them and stores the outcome. */
import { randomUUID } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { AppError } from '#shared/errors.ts';
import type { Database, WatchRow, WatchRowChanges } from '../store/database.ts';
import type { Store } from '../store/store.ts';
import { type BudgetRepository, HOUR_MS } from './budget-repository.ts';
import { UPON_MOTION } from './watch.ts';
import { whenAsked } from './watch-progress.ts';

/** When a watch's next question was decided. */
const LAST_SET = sql<number>`coalesce(last_asked_at, created_at)`;

export interface WatchLeaseOptions {
  store: Store;
  budget: BudgetRepository;
  /** Milliseconds until the leases of a killed runner expire. */
  leaseMs: number;
}

/** Watches that a runner has leased. */
export interface TakenWatches {
  /** As stored after the lease. */
  watches: WatchRow[];
  /** When the next becomes due, Unix milliseconds; undefined when no watch has a set time. */
  nextDueAt: number | undefined;
  /** How many watches, of all cameras, could not be asked or act last. */
  failing: number;
}

/** The leases of one runner. */
export class WatchLeaseRepository {
  readonly #options: WatchLeaseOptions;
  #lastNow: number | undefined;

  constructor(options: WatchLeaseOptions) {
    this.#options = options;
  }

  /** Leases due watches within the budget. @param now Unix milliseconds */
  take(limit: number, now: number): Promise<TakenWatches> {
    return this.#options.store.transaction(async (trx) => {
      await this.#followClock(trx, now);
      const due = limit > 0 ? await this.#due(trx, limit, now) : [];
      const watches: WatchRow[] = [];
      for (const row of due) {
        const taken = await this.#takeOne(trx, row, now);
        if (taken !== undefined) watches.push(taken);
      }
      if (due.length > 0) await this.#options.budget.prune(trx, now);
      return { watches, nextDueAt: await nextDueAt(trx, now), failing: await countFailing(trx) };
    });
  }

  /**
   * Restarts the waits of watches after the clock was set back, which leaves stored times too far ahead.
   * Checks at the start, and when the clock is behind the last call.
   */
  async #followClock(trx: Transaction<Database>, now: number): Promise<void> {
    const last = this.#lastNow;
    this.#lastNow = now;
    if (last !== undefined && now >= last) return;
    const { leaseMs } = this.#options;
    await trx
      .updateTable('watches')
      .set({
        next_ask_at: sql`${now} + case when next_ask_at > ${LAST_SET} then next_ask_at - ${LAST_SET} else 0 end`,
      })
      .where('next_ask_at', '>', now)
      .where('next_ask_at', '<', UPON_MOTION)
      .where(LAST_SET, '>', now)
      .execute();
    await trx
      .updateTable('watches')
      .set({ leased_until: now + leaseMs })
      .where('leased_until', '>', now + leaseMs)
      .execute();
  }

  /**
   * Releases a watch. Leaves one alone that was changed, removed or leased by another meanwhile.
   * @param isUnspent returns its question to the budget
   */
  async settle(row: WatchRow, changes: WatchRowChanges, isUnspent: boolean): Promise<void> {
    const { store, budget } = this.#options;
    await store.transaction(async (trx) => {
      // The budget first, as when leasing: the same order of locks prevents deadlocks.
      if (isUnspent) await budget.giveBack(trx, row.camera_id, row.last_asked_at as number);
      await trx
        .updateTable('watches')
        .set({ ...changes, leased_until: 0, lease_owner: null })
        .where('id', '=', row.id)
        .where('lease_owner', '=', row.lease_owner)
        .execute();
    });
  }

  #due(trx: Transaction<Database>, limit: number, now: number): Promise<WatchRow[]> {
    return trx
      .selectFrom('watches')
      .selectAll()
      .where('enabled', '=', 1)
      .where('next_ask_at', '<=', now)
      .where('leased_until', '<=', now)
      .orderBy('next_ask_at')
      .limit(limit)
      .$if(this.#options.store.engine === 'postgres', (query) => query.forUpdate().skipLocked())
      .execute();
  }

  async #takeOne(trx: Transaction<Database>, row: WatchRow, now: number): Promise<WatchRow | undefined> {
    const { budget, leaseMs } = this.#options;
    const isAllowed = await budget.take(trx, row.camera_id, now);
    const changes = isAllowed
      ? { ...whenAsked(row, now), leased_until: now + leaseMs, lease_owner: randomUUID() }
      : untilNextHour(row, now);
    await trx.updateTable('watches').set(changes).where('id', '=', row.id).execute();
    return isAllowed ? { ...row, ...changes } : undefined;
  }
}

function untilNextHour(row: WatchRow, now: number) {
  const { code, message, hint } = new AppError(
    'moondream-budget-spent',
    'The questions of this hour have been asked',
  );
  const isOver = row.on_motion === 1;
  return {
    next_ask_at: isOver ? UPON_MOTION : (Math.floor(now / HOUR_MS) + 1) * HOUR_MS,
    burst_left: 0,
    last_error: JSON.stringify({ code, message, hint, at: now }),
  };
}

async function countFailing(trx: Transaction<Database>): Promise<number> {
  const { rows } = await trx
    .selectFrom('watches')
    .select(({ fn }) => fn.countAll<number>().as('rows'))
    .where('enabled', '=', 1)
    .where('last_error', 'is not', null)
    .executeTakeFirstOrThrow();
  return Number(rows);
}

async function nextDueAt(trx: Transaction<Database>, now: number): Promise<number | undefined> {
  const row = await trx
    .selectFrom('watches')
    .select('next_ask_at')
    .where('enabled', '=', 1)
    .where('leased_until', '<=', now)
    .where('next_ask_at', '>', now)
    .where('next_ask_at', '<', UPON_MOTION)
    .orderBy('next_ask_at')
    .limit(1)
    .executeTakeFirst();
  return row?.next_ask_at;
}
