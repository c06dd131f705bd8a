/** Counts clients' questions per day in the database, for all gateways that share it. */
import type { Transaction } from 'kysely';
import { AppError } from '#shared/errors.ts';
import type { Database } from '../store/database.ts';
import type { Store } from '../store/store.ts';
import type { DailyLedger } from './daily-cap.ts';
import type { VendorCode } from './vendor.ts';

/** The rows of one kind of model server in the table `provider_days`. */
export class DailyRepository implements DailyLedger {
  readonly #store: Pick<Store, 'db' | 'isReady' | 'transaction'>;

  readonly #provider: VendorCode;

  constructor(store: Pick<Store, 'db' | 'isReady' | 'transaction'>, provider: VendorCode) {
    this.#store = store;
    this.#provider = provider;
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
      await beginDay(trx, this.#provider, day);
      const { numUpdatedRows } = await trx
        .updateTable('provider_days')
        .set((eb) => ({ asked: eb('asked', '+', count) }))
        .where('provider', '=', this.#provider)
        .where('day', '=', day)
        .where('asked', '<=', max - count)
        .executeTakeFirst();
      return numUpdatedRows > 0n ? askedOn(trx, this.#provider, day) : undefined;
    });
  }

  /** Questions of a day. @throws AppError `storage-unavailable` */
  async asked(day: number): Promise<number> {
    this.#expectTables();
    return askedOn(this.#store.db, this.#provider, day);
  }

  #expectTables(): void {
    if (!this.#store.isReady) throw new AppError('storage-unavailable', 'The database is not open yet');
  }
}

/** Inserts the row of a day; its first question deletes earlier days. */
async function beginDay(trx: Transaction<Database>, provider: VendorCode, day: number): Promise<void> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('provider_days')
    .values({ provider, day, asked: 0 })
    .onConflict((conflict) => conflict.columns(['provider', 'day']).doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows !== 1n) return;
  await trx.deleteFrom('provider_days').where('provider', '=', provider).where('day', '<', day).execute();
}

async function askedOn(
  db: Pick<Transaction<Database>, 'selectFrom'>,
  provider: VendorCode,
  day: number,
): Promise<number> {
  const row = await db
    .selectFrom('provider_days')
    .select('asked')
    .where('provider', '=', provider)
    .where('day', '=', day)
    .executeTakeFirst();
  return row?.asked ?? 0;
}
