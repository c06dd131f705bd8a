/** Which gateway publishes, and how far its events have been acknowledged: the table `mqtt_publisher`. */
import { type RawBuilder, sql } from 'kysely';
import { DATABASE_NOW } from '../store/database-clock.ts';
import type { Store } from '../store/store.ts';

export interface PublisherRepositoryOptions {
  store: Store;
  /** The prefix of the topics: gateways with the same one take turns, at any address of the broker. */
  name: string;
  /** Unique name of this gateway. */
  owner: string;
  /** Milliseconds until the turn of a lost gateway is over. */
  leaseMs: number;
  /** Unix milliseconds; by default of the database, which gateways share, on SQLite of this machine. */
  now?: () => number;
}

/** The turn of one gateway. */
export class PublisherRepository {
  readonly #options: PublisherRepositoryOptions;

  constructor(options: PublisherRepositoryOptions) {
    this.#options = options;
  }

  /** Takes or keeps the turn. @returns false while another gateway has it */
  take(): Promise<boolean> {
    const { store, name, owner, leaseMs } = this.#options;
    const now = this.#now();
    const end = sql<number>`${now} + cast(${leaseMs} as bigint)`;
    return store.transaction(async (trx) => {
      const newest = await trx
        .selectFrom('events')
        .select('change')
        .orderBy('change', 'desc')
        .limit(1)
        .executeTakeFirst();
      // Events of before the first start are not news.
      await trx
        .insertInto('mqtt_publisher')
        .values({ name, position: newest?.change ?? 0, lease_owner: owner, leased_until: 0 })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute();
      const { numUpdatedRows } = await trx
        .updateTable('mqtt_publisher')
        .set({ lease_owner: owner, leased_until: end })
        .where('name', '=', name)
        .where((eb) =>
          eb.or([
            eb('lease_owner', '=', owner),
            eb('leased_until', '<=', now),
            // The clock was set back since.
            eb('leased_until', '>', end),
          ]),
        )
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    });
  }

  /** Number of the newest change that the broker has acknowledged. */
  async position(): Promise<number> {
    const { store, name } = this.#options;
    const row = await store.db
      .selectFrom('mqtt_publisher')
      .select('position')
      .where('name', '=', name)
      .executeTakeFirstOrThrow();
    return row.position;
  }

  /** Notes how far events were acknowledged; a gateway that lost its turn notes nothing. */
  async advance(position: number): Promise<void> {
    const { store, name, owner } = this.#options;
    await store.db
      .updateTable('mqtt_publisher')
      .set({ position })
      .where('name', '=', name)
      .where('lease_owner', '=', owner)
      .execute();
  }

  /** Lets another gateway publish. */
  async release(): Promise<void> {
    const { store, name, owner } = this.#options;
    await store.db
      .updateTable('mqtt_publisher')
      .set({ leased_until: 0 })
      .where('name', '=', name)
      .where('lease_owner', '=', owner)
      .execute();
  }

  #now(): RawBuilder<number> {
    const { store, now } = this.#options;
    if (now === undefined && store.engine === 'postgres') return DATABASE_NOW;
    return sql<number>`cast(${(now ?? Date.now)()} as bigint)`;
  }
}
