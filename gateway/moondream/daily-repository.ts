/** Counts clients' questions per day in the database, for all gateways that share it. */
import type { Transaction } from 'kysely';
import { AppError } from '#shared/errors.ts';
import type { Database } from '../store/database.ts';
import type { Store } from '../store/store.ts';
import type { DailyLedger } from './daily-cap.ts';

/** The table `daily_questions`. */
export class DailyRepository implements DailyLedger {
  readonly #store: Pick<Store, 'db' | 'isReady' | 'transaction'>;

  constructor(store: Pick<Store, 'db' | 'isReady' | 'transaction'>) {
    this.#store = store;
  }

  /**
   * Counts questions of a day, unless they would be more than `max`.
   * @param day days since 1970, UTC
   * @returns questions of the day with these; undefined when they were not counted
   * @throws AppError `storage-unavailable`, `storage-full`
   */
  async add(day: number, count: number, max: number): Promise<number | undefined> {
    this.#expectTables();
    return this.#store.transaction(async (trx) => {
      await beginDay(trx, day);
      const { numUpdatedRows } = await trx
        .updateTable('daily_questions')
        .set((eb) => ({ asked: eb('asked', '+', count) }))
        .where('day', '=', day)
        .where('asked', '<=', max - count)
        .executeTakeFirst();
      return numUpdatedRows > 0n ? askedOn(trx, day) : undefined;
    });
  }

  /** Questions of a day. @throws AppError `storage-unavailable` */
  async asked(day: number): Promise<number> {
    this.#expectTables();
    return askedOn(this.#store.db, day);
  }

  #expectTables(): void {
    if (!this.#store.isReady) throw new AppError('storage-unavailable', 'The database is not open yet');
  }
}

/** Inserts the row of a day; its first question deletes earlier days. */
async function beginDay(trx: Transaction<Database>, day: number): Promise<void> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('daily_questions')
    .values({ day, asked: 0 })
    .onConflict((conflict) => conflict.column('day').doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows === 1n)
    await trx.deleteFrom('daily_questions').where('day', '<', day).execute();
}

async function askedOn(db: Pick<Transaction<Database>, 'selectFrom'>, day: number): Promise<number> {
  const row = await db
    .selectFrom('daily_questions')
    .select('asked')
    .where('day', '=', day)
    .executeTakeFirst();
  return row?.asked ?? 0;
}
