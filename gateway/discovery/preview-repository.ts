/** The table `probe_previews` in PostgreSQL. Each method is one statement, times are those of the database's clock. */
import { sql } from 'kysely';
import { DATABASE_NOW } from '../store/database-clock.ts';
import type { Store } from '../store/store.ts';

/** Of all gateways; the oldest make room. */
const MAX_PICTURES = 256;

/** Reads and writes for one gateway. */
export class PreviewRepository {
  readonly #store: Pick<Store, 'db'>;

  constructor(store: Pick<Store, 'db'>) {
    this.#store = store;
  }

  async add(id: string, jpeg: Buffer, keepMs: number): Promise<void> {
    const kept_until = sql<number>`${DATABASE_NOW} + ${keepMs}::bigint`;
    await this.#store.db.insertInto('probe_previews').values({ id, jpeg, kept_until }).execute();
  }

  async find(id: string): Promise<Buffer | undefined> {
    const row = await this.#store.db
      .selectFrom('probe_previews')
      .select('jpeg')
      .where('id', '=', id)
      .where('kept_until', '>', DATABASE_NOW)
      .executeTakeFirst();
    return row?.jpeg;
  }

  /** Removes what is no longer kept. */
  async prune(): Promise<void> {
    await sql`
      delete from probe_previews where kept_until <= ${DATABASE_NOW}
        or id in (select id from probe_previews order by kept_until desc offset ${MAX_PICTURES})`.execute(
      this.#store.db,
    );
  }
}
