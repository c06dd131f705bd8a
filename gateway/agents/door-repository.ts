/** The table `gateway_doors` in PostgreSQL. Each method is one statement, times are those of the database's clock. */
import { sql } from 'kysely';
import { DATABASE_NOW } from '../store/database-clock.ts';
import type { Store } from '../store/store.ts';

/** A gateway and how it is reached. */
export interface KnownDoor {
  gateway: string;
  /** Sealed. */
  way: string;
}

const FORGOTTEN_AFTER_MS = 24 * 3_600_000;

/** Reads and writes for one gateway. */
export class DoorRepository {
  readonly #store: Pick<Store, 'db'>;
  readonly #gateway: string;

  /** @param gateway name of this one */
  constructor(store: Pick<Store, 'db'>, gateway: string) {
    this.#store = store;
    this.#gateway = gateway;
  }

  /** Tells how this gateway is reached. Forgets gateways that stayed away for a day. */
  async announce(way: string): Promise<void> {
    await sql`
      with forgotten as (
        delete from gateway_doors where gateway <> ${this.#gateway}
          and opened_at < ${DATABASE_NOW} - ${FORGOTTEN_AFTER_MS}::bigint)
      insert into gateway_doors (gateway, way, opened_at) values (${this.#gateway}, ${way}, ${DATABASE_NOW})
      on conflict (gateway) do update set way = excluded.way, opened_at = excluded.opened_at`.execute(
      this.#store.db,
    );
  }

  /** This gateway is no longer reached so. */
  async withdraw(way: string): Promise<void> {
    const { db } = this.#store;
    await db
      .deleteFrom('gateway_doors')
      .where('gateway', '=', this.#gateway)
      .where('way', '=', way)
      .execute();
  }

  /** The other gateways. @param withinMs since they told of themselves */
  async others(withinMs: number): Promise<KnownDoor[]> {
    return this.#store.db
      .selectFrom('gateway_doors')
      .select(['gateway', 'way'])
      .where('gateway', '<>', this.#gateway)
      .where('opened_at', '>', sql<number>`${DATABASE_NOW} - ${withinMs}::bigint`)
      .execute();
  }
}
